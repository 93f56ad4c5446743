import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inspectUpload } from '../../../../../src/actors/modules/injection_shield/upload/inspect.ts';

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.from('0000001000000010', 'hex'), Buffer.alloc(40)]);
const zipMember = (name: string, sizes: { readonly packed: number; readonly size: number } = { packed: 0, size: 0 }): Buffer => {
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt32LE(sizes.packed, 18);
  header.writeUInt32LE(sizes.size, 22);
  header.writeUInt16LE(Buffer.byteLength(name), 26);
  return Buffer.concat([header, Buffer.from(name)]);
};
const peAt = (offset: number): Buffer => {
  const bytes = Buffer.concat([PNG, Buffer.alloc(offset + 256)]);
  bytes.write('MZ', offset, 'latin1');
  bytes.writeUInt32LE(128, offset + 60);
  bytes.write('PE\0\0', offset + 128, 'latin1');
  return bytes;
};
// Deterministic noise: an even spread of all byte values.
const noise = Buffer.from(Array.from({ length: 4096 }, (_, index) => (Math.imul(index + 7, 0x9e3779b1) >>> 13) & 0xff));

test.each([
  ['a picture', PNG, 'a.png', []],
  ['a picture named a document', PNG, 'a.pdf', ['polyglot_mismatch']],
  ['the first bytes of a picture', PNG.subarray(0, 4), 'a.png', ['polyglot_truncated']],
  ['a program behind a picture', peAt(4096), 'a.png', ['embedded_executable']],
  ['two letters of a program', Buffer.concat([PNG, Buffer.from('MZ no program'), Buffer.alloc(200)]), 'a.png', []],
  ['server code behind a picture', Buffer.concat([PNG, Buffer.from('<?php eval($_POST[0]);')]), 'a.png', ['script_in_upload']],
  ['script in a vector picture', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="a()"/>'), 'a.svg', ['script_in_upload']],
  ['a plain vector picture', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'), 'a.svg', []],
  ['a member that leaves', zipMember('../../x'), 'a.zip', ['zip_slip_traversal']],
  ['a member at an absolute path', zipMember('/etc/x'), 'a.zip', ['zip_slip_traversal']],
  ['a document member that leaves', zipMember('word/../../x'), 'a.docx', ['deep_header_anomaly']],
  ['a bomb', zipMember('a', { packed: 10, size: 1_000_000 }), 'a.zip', ['archive_bomb']],
  ['macros in a plain document', zipMember('word/vbaProject.bin'), 'a.docx', ['macro_in_document']],
  ['a clean archive', zipMember('a/b.txt', { packed: 10, size: 30 }), 'a.zip', []],
  ['noise in a text file', noise, 'a.txt', ['high_entropy']],
  ['noise in a container', Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), noise]), 'a.jar', []],
  ['grey bare pixels', Buffer.concat([Buffer.from('BM'), Buffer.alloc(24), Buffer.alloc(400, 0xcc)]), 'a.bmp', []],
  ['breakpoints in a text', Buffer.from('text \xcc\xcc\xcc\xcc', 'latin1'), 'a.txt', ['shellcode_signature']],
  ['a document that starts a program', Buffer.from('%PDF-1.4\n<< /S /Launch /F (a) >>'), 'a.pdf', ['active_document']],
  ['nothing', Buffer.alloc(0), 'a.png', []],
])('%s', (_, bytes, filename, want) => {
  expect(inspectUpload(bytes, filename).map((finding) => finding.name)).toEqual(want);
});

test('answers for every content and every name', () => {
  const names = fc.constantFrom('a.png', 'a.gif', 'a.bmp', 'a.pdf', 'a.jp2', 'a.zip', 'a.docx', 'a.svg', 'a.php', 'a', '.');
  const heads = fc.constantFrom('', 'PK\x03\x04', 'BM', 'GIF89a', '%PDF-/Length 99999999999', '\x89PNG\r\n\x1a\n', 'MZ');
  fc.assert(
    fc.property(names, heads, fc.uint8Array({ maxLength: 200 }), (name, head, tail) => {
      expect(Array.isArray(inspectUpload(Buffer.concat([Buffer.from(head, 'latin1'), tail]), name))).toBe(true);
    }),
  );
});
