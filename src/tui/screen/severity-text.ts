import type { Severity } from '../../domain/severity.ts';
import { type Glyphs, SEVERITY_WORD } from '../glyphs.ts';
import type { Tone } from '../text/line.ts';

/** Tone of a severity. */
export const severityTone = (severity: Severity): Tone => SEVERITY_TONES[severity];

/** Glyph and word: readable in monochrome and aloud. */
export const severityText = (glyphs: Glyphs, severity: Severity): string => `${glyphs.severity[severity]} ${SEVERITY_WORD[severity]}`;

const SEVERITY_TONES: { readonly [name in Severity]: Tone } = {
  CRITICAL: 'severity.critical',
  HIGH: 'severity.high',
  MEDIUM: 'severity.medium',
  LOW: 'severity.low',
  INFO: 'severity.info',
};
