import type { UploadFinding } from './finding.ts';

/** Sizes in the head of a picture or document that no honest file has and that make parsers overflow. */
export const inspectHeader = (bytes: Buffer, extension: string): readonly UploadFinding[] => {
  switch (extension) {
    case 'png':
      return bytes.length >= 24 ? oversized(bytes.readUInt32BE(16), bytes.readUInt32BE(20), 65_535, 'HIGH') : [];
    case 'bmp':
      return bytes.length >= 26 ? oversized(Math.abs(bytes.readInt32LE(18)), Math.abs(bytes.readInt32LE(22)), 65_535, 'HIGH') : [];
    case 'gif':
      return bytes.length >= 10 ? oversized(bytes.readUInt16LE(6), bytes.readUInt16LE(8), 10_000, 'MEDIUM') : [];
    case 'pdf':
      return inspectPdf(bytes);
    case 'jp2':
      return inspectJp2(bytes);
    default:
      return [];
  }
};

const oversized = (width: number, height: number, limit: number, severity: 'HIGH' | 'MEDIUM'): readonly UploadFinding[] =>
  width > limit || height > limit ? [{ name: 'oversized_header', severity, detail: `${width} by ${height} pixels`, at: 16 }] : [];

const MAX_STREAM = 10 * 1024 * 1024;

const inspectPdf = (bytes: Buffer): readonly UploadFinding[] => {
  const head = bytes.toString('latin1', 0, 2048);
  const findings: UploadFinding[] = [];
  const length = /\/Length (\d{1,12})/.exec(head);
  if (length !== null && (Number(length[1]) > bytes.length * 32 || Number(length[1]) > MAX_STREAM)) {
    findings.push({ name: 'deep_header_anomaly', severity: 'HIGH', detail: `stream of ${length[1]} bytes in a file of ${bytes.length}`, at: length.index });
  }
  const text = bytes.toString('latin1');
  const launch = /\/Launch\b[^>]{0,200}\/(?:F|Win)\b|\/S\s{0,4}\/Launch\b/.exec(text);
  if (launch !== null) findings.push({ name: 'active_document', severity: 'HIGH', detail: 'starts a program when opened', at: launch.index });
  const isScripted = /\/(?:JavaScript|JS)\b/.test(text) && /\/(?:OpenAction|AA)\b/.test(text);
  return isScripted ? [...findings, { name: 'active_document', severity: 'MEDIUM', detail: 'runs JavaScript when opened', at: 0 }] : findings;
};

const inspectJp2 = (bytes: Buffer): readonly UploadFinding[] => {
  if (bytes.length < 20) return [];
  const box = bytes.readUInt32BE(12);
  return box > 1 && (box < 8 || box > Math.max(bytes.length * 64, MAX_STREAM))
    ? [{ name: 'deep_header_anomaly', severity: 'HIGH', detail: `box of ${box} bytes`, at: 12 }]
    : [];
};
