import { isOver, type Notice } from '../../../domain/notice.ts';

/** RGB of a notice, six hexadecimal digits: what is over is green, whatever it was. */
export const colourOf = (notice: Notice | undefined): string => {
  if (notice === undefined || isOver(notice)) return '2e7d32';
  return { CRITICAL: 'b71c1c', HIGH: 'e65100', MEDIUM: 'f9a825', LOW: '1565c0', INFO: '546e7a' }[notice.severity];
};
