import type { UploadFinding } from './finding.ts';

const MAX_MEMBERS = 4096;
const LOCAL_HEADER = Buffer.from('PK\x03\x04', 'latin1');
const LOCAL_SIZE = 30;

/** Looks at the member headers of a ZIP without unpacking: names that leave the directory, sizes that cannot be. */
export const inspectArchive = (bytes: Buffer, extension: string): readonly UploadFinding[] => {
  const findings: UploadFinding[] = [];
  let unpacked = 0;
  let at = bytes.indexOf(LOCAL_HEADER);
  for (let member = 0; at >= 0 && at + LOCAL_SIZE <= bytes.length && member < MAX_MEMBERS; member++) {
    const nameLength = bytes.readUInt16LE(at + 26);
    const name = bytes.toString('utf8', at + LOCAL_SIZE, Math.min(at + LOCAL_SIZE + nameLength, bytes.length));
    const packedSize = bytes.readUInt32LE(at + 18);
    const size = bytes.readUInt32LE(at + 22);
    if (LEAVES.test(name)) {
      const isDocument = OFFICE.test(extension);
      return [
        {
          name: isDocument ? 'deep_header_anomaly' : 'zip_slip_traversal',
          severity: 'CRITICAL',
          detail: `member name leaves its directory: ${name.slice(0, 120)}`,
          at,
        },
      ];
    }
    if (packedSize !== ZIP64 && size !== ZIP64) {
      unpacked += size;
      if (OFFICE.test(extension) && Math.max(size, packedSize) > bytes.length * 64)
        findings.push({ name: 'deep_header_anomaly', severity: 'HIGH', detail: `member claims ${size} bytes in a file of ${bytes.length}`, at });
      else if (packedSize > 0 && size / packedSize > 1100)
        findings.push({ name: 'archive_bomb', severity: 'HIGH', detail: `member grows ${Math.round(size / packedSize)} times`, at });
    }
    if (/(?:^|\/)vbaproject\.bin$/i.test(name) && /^(?:docx|xlsx|pptx)$/.test(extension))
      findings.push({ name: 'macro_in_document', severity: 'HIGH', detail: `macros in a .${extension}`, at });
    if (findings.length >= 4) break;
    at = bytes.indexOf(LOCAL_HEADER, at + LOCAL_SIZE + Math.min(nameLength, 512));
  }
  if (unpacked > 16 * 1024 ** 3) findings.push({ name: 'archive_bomb', severity: 'HIGH', detail: `members claim ${unpacked} bytes`, at: 0 });
  return findings;
};

const ZIP64 = 0xffffffff;
const OFFICE = /^(?:docx|xlsx|pptx|docm|xlsm|pptm|odt|ods|odp)$/;
const LEAVES = /(?:^|[/\\])\.\.[/\\]|^[/\\]|^[a-z]:[/\\]/i;
