import type { Tone } from './text/line.ts';

export const THEMES = ['auto', 'ansi16', 'mono', 'hc', 'cvd'] as const;
export type ThemeName = (typeof THEMES)[number];

/** How a tone is drawn. Only the 16 named colours, so that the user's own palette wins. */
export type Paint = { readonly color?: string; readonly bold?: boolean; readonly dim?: boolean };
export type Theme = { readonly [tone in Tone]: Paint };

/** The paints of a theme. `auto` is `ansi16`. Nothing rests on colour alone: severity has a glyph and a word, selection is inverse. */
export const themeOf = (name: ThemeName): Theme => THEME_TABLE[name === 'auto' ? 'ansi16' : name];

const ANSI16: Theme = {
  plain: {},
  dim: { dim: true },
  heading: { bold: true },
  accent: { color: 'cyan' },
  ok: { color: 'blue' },
  warn: { color: 'yellow' },
  danger: { color: 'red', bold: true },
  stale: { dim: true },
  'severity.critical': { color: 'red', bold: true },
  'severity.high': { color: 'yellow' },
  'severity.medium': { color: 'cyan' },
  'severity.low': {},
  'severity.info': { dim: true },
};

const withoutColour = (theme: Theme): Theme =>
  Object.fromEntries(Object.entries(theme).map(([tone, { color: _color, ...paint }]) => [tone, paint])) as unknown as Theme;

const THEME_TABLE: { readonly [name in Exclude<ThemeName, 'auto'>]: Theme } = {
  ansi16: ANSI16,
  mono: withoutColour(ANSI16),
  // High contrast: nothing is dimmed.
  hc: { ...ANSI16, dim: {}, stale: {}, 'severity.info': {}, 'severity.high': { color: 'yellow', bold: true }, accent: { color: 'cyan', bold: true } },
  // Colour vision deficiency: no red/green or blue/yellow pair carries a difference.
  cvd: { ...ANSI16, danger: { color: 'magenta', bold: true }, 'severity.critical': { color: 'magenta', bold: true }, 'severity.medium': {} },
};
