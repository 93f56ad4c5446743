import type { UploadFinding } from './finding.ts';

/** Bits per byte of the first 2,048 bytes (Shannon). */
export const entropyOf = (bytes: Uint8Array): number => {
  const head = bytes.subarray(0, 2048);
  const counts = new Uint32Array(256);
  for (const byte of head) counts[byte] = (counts[byte] ?? 0) + 1;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / head.length) * Math.log2(count / head.length);
  return bits;
};

const MAX_FINDINGS = 8;

/** Programs hidden behind the head of another file: from offset 16 on, so that a program uploaded as such is not one. */
export const findExecutables = (bytes: Buffer, isArchive: boolean): readonly UploadFinding[] => {
  const findings: UploadFinding[] = [];
  for (const { magic, label, isReal } of PROGRAMS) {
    // An archive that stores its members bare holds programs honestly; its members are looked at by name.
    if (isArchive) break;
    for (let at = bytes.indexOf(magic, 16); at >= 0 && findings.length < MAX_FINDINGS; at = bytes.indexOf(magic, at + 1)) {
      if (!isReal(bytes, at)) continue;
      findings.push({ name: 'embedded_executable', severity: 'CRITICAL', detail: `${label} at byte ${at}`, at });
      break;
    }
  }
  return findings;
};

type Program = { readonly magic: Buffer; readonly label: string; readonly isReal: (bytes: Buffer, at: number) => boolean };

// Two letters are found by chance in any picture: the header they point to must be there.
const isPe = (bytes: Buffer, at: number): boolean => {
  if (at + 64 > bytes.length) return false;
  const header = at + bytes.readUInt32LE(at + 60);
  return header > at && header + 4 <= bytes.length && bytes.readUInt32LE(header) === 0x00004550;
};

const always = (): boolean => true;

const PROGRAMS: readonly Program[] = [
  { magic: Buffer.from('MZ', 'latin1'), label: 'Windows program', isReal: isPe },
  { magic: Buffer.from('\x7fELF', 'latin1'), label: 'Linux program', isReal: always },
  { magic: Buffer.from('cafebabe', 'hex'), label: 'Java class', isReal: always },
  { magic: Buffer.from('feedface', 'hex'), label: 'macOS program', isReal: always },
  { magic: Buffer.from('feedfacf', 'hex'), label: 'macOS program', isReal: always },
  { magic: Buffer.from('cefaedfe', 'hex'), label: 'macOS program', isReal: always },
  { magic: Buffer.from('cffaedfe', 'hex'), label: 'macOS program', isReal: always },
];

/** Machine code that exploits carry. `isBare` leaves out runs of one byte, which bare pixels have too. */
export const findShellcode = (bytes: Buffer, isBare: boolean): readonly UploadFinding[] => {
  for (const { code, label, isRun } of SHELLCODE) {
    if (isRun && isBare) continue;
    const at = bytes.indexOf(code);
    if (at >= 0) return [{ name: 'shellcode_signature', severity: 'CRITICAL', detail: `${label} at byte ${at}`, at }];
  }
  return [];
};

type Shellcode = { readonly code: Buffer; readonly label: string; readonly isRun: boolean };

const code = (hex: string, label: string, isRun = false): Shellcode => ({ code: Buffer.from(hex, 'hex'), label, isRun });

const SHELLCODE: readonly Shellcode[] = [
  code('9090909090909090', 'NOP sled', true),
  code('cccccccc', 'breakpoint sled', true),
  code('6a3b5899', 'execve call (64 bit)'),
  code('6a3b58', 'execve number (64 bit)'),
  code('b00bcd80', 'execve call (32 bit)'),
  code('6a0b5899', 'execve call (32 bit)'),
  code('682f2f7368', 'push //sh'),
  code('2f62696e2f2f7368', '/bin//sh'),
  code('6a0258cd80', 'fork call'),
  code('31c0b002cd80', 'fork call'),
  code('6a39580f05', 'fork call (64 bit)'),
  code('5589e583ec', 'function prologue (32 bit)'),
  code('554889e5', 'function prologue (64 bit)'),
];

/** Server code inside what should be data: `<?php` after a picture's head, script in a vector picture. */
export const findScript = (bytes: Buffer, extension: string): readonly UploadFinding[] => {
  const text = bytes.toString('latin1').toLowerCase();
  const isScript = SERVER_SCRIPTS.test(extension);
  const server = SERVER_CODE.exec(text);
  if (server !== null && (isScript || MEDIA.test(extension)))
    return [{ name: 'script_in_upload', severity: isScript ? 'HIGH' : 'CRITICAL', detail: `server code at byte ${server.index}`, at: server.index }];
  if (isScript) return [{ name: 'script_upload', severity: 'MEDIUM', detail: `a file that the server may run (.${extension})`, at: 0 }];
  const active = /^(?:svgz?|xml|html?)$/.test(extension) ? ACTIVE.exec(text) : null;
  return active === null
    ? []
    : [{ name: 'script_in_upload', severity: extension.startsWith('svg') ? 'HIGH' : 'MEDIUM', detail: `script at byte ${active.index}`, at: active.index }];
};

const SERVER_SCRIPTS = /^(?:php[0-9s]?|phtml|phar|inc|jspx?|jspf|asp|aspx|ashx|asmx|cer|cfm|cgi|htaccess|user\.ini)$/;
const MEDIA = /^(?:png|jpe?g|gif|bmp|webp|ico|svg|tiff?|jp2|mp[34]|pdf|txt|csv|docx?|xlsx?)$/;
const SERVER_CODE =
  /<\?php\b|<\?=\s{0,4}[`$a-z]|<%@?\s{0,4}(?:page|eval|execute|import|response\.|runtime)|<script\s{1,4}language\s{0,4}=\s{0,4}["']?(?:php|vbscript|jscript)|\b(?:system|passthru|shell_exec|eval)\s{0,4}\(\s{0,4}\$_(?:get|post|request|cookie|server)/;
const ACTIVE = /<script\b|\bon(?:load|error|click|begin|mouseover|focus)\s{0,4}=|javascript:|<!entity\b|<foreignobject\b/;
