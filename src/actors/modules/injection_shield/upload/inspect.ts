import { inspectArchive } from './archive.ts';
import { entropyOf, findExecutables, findScript, findShellcode } from './content.ts';
import { extensionOf, hasMagic, isBareMedia, isDense, magicOf } from './file-type.ts';
import type { UploadFinding } from './finding.ts';
import { inspectHeader } from './header.ts';

const MAX_ENTROPY = 7.5;

/** What is wrong with an uploaded file: its head against its name, its sizes, and what is hidden in it. Nothing is unpacked or run. */
export const inspectUpload = (content: Uint8Array, filename: string): readonly UploadFinding[] => {
  if (content.length === 0) return [];
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const extension = extensionOf(filename);
  const head = inspectMagic(bytes, extension);
  const isArchive = bytes.length > 4 && bytes.readUInt32LE(0) === 0x04034b50;
  return [
    ...head,
    ...(head.length === 0 ? inspectHeader(bytes, extension) : []),
    ...(isArchive ? inspectArchive(bytes, extension) : []),
    ...findExecutables(bytes, isArchive),
    ...findShellcode(bytes, isBareMedia(extension)),
    ...findScript(bytes, extension),
    ...inspectEntropy(bytes, extension),
  ];
};

const inspectMagic = (bytes: Buffer, extension: string): readonly UploadFinding[] => {
  const magics = magicOf(extension);
  if (magics === undefined || magics.some((magic) => hasMagic(bytes, magic))) return [];
  const longest = Math.max(...magics.map((magic) => magic.at + magic.bytes.length));
  if (bytes.length < longest) return [{ name: 'polyglot_truncated', severity: 'MEDIUM', detail: `${bytes.length} bytes are no .${extension}`, at: 0 }];
  return [{ name: 'polyglot_mismatch', severity: 'CRITICAL', detail: `does not begin like a .${extension}`, at: 0 }];
};

const inspectEntropy = (bytes: Buffer, extension: string): readonly UploadFinding[] => {
  if (bytes.length < 512 || isDense(bytes, extension)) return [];
  const entropy = entropyOf(bytes);
  return entropy > MAX_ENTROPY
    ? [{ name: 'high_entropy', severity: 'HIGH', detail: `${entropy.toFixed(2)} bits a byte in a .${extension || 'nameless file'}`, at: 0 }]
    : [];
};
