/*
 * Packages and versions that carried an attack, from the public advisories and post-mortems about each incident (GitHub advisory
 * database, registry notices). No versions: every version.
 */
const BAD: { readonly [name: string]: readonly string[] } = {
  'flatmap-stream': [],
  peacenotwar: [],
  crossenv: [],
  getcookies: [],
  'discordi.js': [],
  'event-stream': ['3.3.6'],
  'ua-parser-js': ['0.7.29', '0.8.0', '1.0.0'],
  coa: ['2.0.3', '2.0.4', '2.1.1', '2.1.3', '3.0.1', '3.1.3'],
  rc: ['1.2.9', '1.3.9', '2.3.9'],
  'node-ipc': ['9.2.2', '10.1.1', '10.1.2', '11.0.0', '11.1.0'],
  colors: ['1.4.1', '1.4.2', '1.4.44-liberty-2'],
  faker: ['6.6.6'],
  'eslint-scope': ['3.7.2'],
  'eslint-config-eslint': ['5.0.2'],
  'electron-native-notify': ['1.1.5', '1.1.6'],
  'rand-user-agent': ['1.0.110', '2.0.83', '2.0.84'],
  '@solana/web3.js': ['1.95.6', '1.95.7'],
  '@lottiefiles/lottie-player': ['2.0.5', '2.0.6', '2.0.7'],
  '@ctrl/tinycolor': ['4.1.1', '4.1.2'],
  'eslint-config-prettier': ['8.10.1', '9.1.1', '10.1.6', '10.1.7'],
  nx: ['20.9.0', '20.10.0', '20.11.0', '20.12.0', '21.5.0', '21.6.0', '21.7.0', '21.8.0'],
  chalk: ['5.6.1'],
  debug: ['4.4.2'],
  'ansi-styles': ['6.2.2'],
  'ansi-regex': ['6.2.1'],
  'strip-ansi': ['7.1.1'],
  'wrap-ansi': ['9.0.1'],
  'supports-color': ['10.2.1'],
  'color-convert': ['3.1.1'],
  'color-name': ['2.0.1'],
  'color-string': ['2.1.1'],
  'is-arrayish': ['0.3.3'],
  'slice-ansi': ['7.1.1'],
  'simple-swizzle': ['0.2.3'],
  'error-ex': ['1.3.3'],
  'has-ansi': ['6.0.1'],
  ctx: ['0.1.2-1', '0.2', '0.2.2', '0.2.2.1', '0.2.6'],
  ultralytics: ['8.3.41', '8.3.42', '8.3.45', '8.3.46'],
  colourama: [],
  jeilyfish: [],
  'python3-dateutil': [],
  urlib3: [],
  acqusition: [],
  'apidev-coop': [],
  'setup-tools': [],
  'rest-client': ['1.6.10', '1.6.11', '1.6.12', '1.6.13'],
  'bootstrap-sass': ['3.2.0.3'],
  strong_password: ['0.0.7'],
  rustdecimal: [],
  'xz-utils': ['5.6.0', '5.6.1', '5.6.0-0.2', '5.6.1-1'],
};

export type Advisory = { readonly name: string; readonly versions: readonly string[] };

/** True for a package and version with a known attack inside; case makes no difference. An unknown version counts only where all are bad. */
export const isKnownBad = (name: string, version: string, more: readonly Advisory[]): boolean => {
  const plain = name.trim().slice(0, 214).toLowerCase();
  const bundled = Object.hasOwn(BAD, plain) ? BAD[plain] : undefined;
  const exact = version.trim().replace(/^[v=^~]+/, '');
  const covers = (versions: readonly string[]): boolean => versions.length === 0 || versions.includes(exact);
  if (bundled !== undefined && covers(bundled)) return true;
  return more.some((advisory) => advisory.name.toLowerCase() === plain && covers(advisory.versions));
};
