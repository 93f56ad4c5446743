import { canonicalIp } from '../domain/ip.ts';
import { ASCII_GLYPHS, type Glyphs, UNICODE_GLYPHS } from './glyphs.ts';
import { THEMES, type ThemeName } from './theme.ts';

/** The variables the screen depends on; nothing else of the environment is read. */
export type TuiEnvironment = {
  readonly NO_COLOR?: string | undefined;
  readonly FORCE_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
  readonly ACCESSIBLE?: string | undefined;
  readonly INK_SCREEN_READER?: string | undefined;
  readonly LANG?: string | undefined;
  readonly LC_ALL?: string | undefined;
  readonly LC_CTYPE?: string | undefined;
  readonly SSH_CONNECTION?: string | undefined;
};

/** How things are shown and what is allowed: fixed for one run. */
export type Settings = {
  readonly version: string;
  readonly isReadOnly: boolean;
  readonly isAscii: boolean;
  readonly glyphs: Glyphs;
  readonly theme: ThemeName;
  /** Canonical address this terminal is connected from, when over SSH. */
  readonly ownAddress: string | undefined;
};

/** Settings from options and environment. NO_COLOR wins over any theme with colours; a locale without UTF-8 means ASCII. */
export const settingsFrom = (options: {
  readonly version: string;
  readonly environment: TuiEnvironment;
  readonly readOnly?: boolean | undefined;
  readonly ascii?: boolean | undefined;
  readonly theme?: string | undefined;
}): Settings => {
  const { environment } = options;
  const isAscii = options.ascii === true || !hasUtf8Locale(environment);
  return {
    version: options.version,
    isReadOnly: options.readOnly === true,
    isAscii,
    glyphs: isAscii ? ASCII_GLYPHS : UNICODE_GLYPHS,
    theme: isColourless(environment) ? 'mono' : (THEMES.find((name) => name === options.theme) ?? 'auto'),
    ownAddress: canonicalIp(environment.SSH_CONNECTION?.split(' ')[0] ?? ''),
  };
};

/** True when only appended lines will do: asked for, a screen reader, a dumb terminal, or no terminal at all. */
export const needsLinearMode = (environment: TuiEnvironment, isTerminal: boolean, isAccessible: boolean): boolean =>
  !isTerminal || isAccessible || isSet(environment.ACCESSIBLE) || isSet(environment.INK_SCREEN_READER) || environment.TERM === 'dumb';

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0' && value !== 'false';

const isColourless = (environment: TuiEnvironment): boolean => (environment.NO_COLOR ?? '') !== '' || environment.FORCE_COLOR === '0';

const hasUtf8Locale = (environment: TuiEnvironment): boolean => /utf-?8/i.test(firstSet(environment.LC_ALL, environment.LC_CTYPE, environment.LANG));

const firstSet = (...values: readonly (string | undefined)[]): string => values.find((value) => value !== undefined && value !== '') ?? '';
