import type { Severity } from '../../../domain/severity.ts';

// Public-key methods that Shor's algorithm breaks. Names as standards, OpenSSL, OpenSSH and programs write them.
const CLASSICAL: ReadonlySet<string> = new Set([
  'rsa',
  'rsaes',
  'rsassa',
  'rsapss',
  'dsa',
  'dss',
  'dh',
  'dhe',
  'edh',
  'ecdh',
  'ecdhe',
  'eecdh',
  'ecdsa',
  'ecmqv',
  'elgamal',
  'ed25519',
  'ed448',
  'eddsa',
  'x25519',
  'x448',
  'curve25519',
  'curve448',
  'secp256r1',
  'secp384r1',
  'secp521r1',
  'secp256k1',
  'p256',
  'p384',
  'p521',
  'prime256v1',
  'nistp256',
  'nistp384',
  'nistp521',
  'ec',
  'ffdhe2048',
  'ffdhe3072',
  'ffdhe4096',
  'sm2',
  'gost',
]);
// Names that are one word although they hold hyphens: FIPS 203, 204, 205 of August 2024, drafts, and hybrids of IETF and OpenSSH.
const WITHSTANDS =
  /ml-?kem|kyber|ml-?dsa|dilithium|slh-?dsa|sphincs|fn-?dsa|falcon|\bhqc\b|\bbike\b|frodo(?:kem)?|mceliece|sntrup|ntru|\bxmss\b|\blms\b|\bhss\b/i;
// Only studied, or turned down in the selection of NIST (HQC was chosen in March 2025, BIKE was not): told apart, not called broken.
const NOT_STANDARD = /\bbike\b|kyber|dilithium|sphincs|frodo|mceliece|ntru/i;

const KEEPS_SECRETS = /key_?exchange|encrypt|\bkem\b|wrap|key_?agreement|key_?transport/i;

/** Parts of an algorithm's name, split where names are joined. */
export const partsOf = (name: string): readonly string[] =>
  name
    .slice(0, 256)
    .split(/[-_/+\s]+/)
    .filter((part) => part !== '');

/** True for standard and hybrid names that withstand a quantum computer. */
export const withstands = (name: string): boolean => WITHSTANDS.test(name.slice(0, 256));

/** True for methods that were only studied, or have a newer name as a standard. */
export const isNotStandard = (name: string): boolean => NOT_STANDARD.test(name.slice(0, 256));

/** True when a part of the name is a classical public-key method and none is one that withstands. `sha256WithRSAEncryption` is RSA. */
export const isClassical = (name: string): boolean => {
  const text = name.slice(0, 256);
  if (withstands(text)) return false;
  const loose = text.replace(/(?:sha-?\d{1,3}|md5|ripemd\d{0,3})with/i, '').replace(/encryption$/i, '');
  return [...partsOf(text), ...partsOf(loose)].some((part) => CLASSICAL.has(part.toLowerCase()));
};

export type Verdict = { readonly vulnerable: boolean; readonly severity: Severity; readonly recommendation: string };

/** What a quantum computer would do to an algorithm with a key of `bits` (0: not known) used for `purpose`. */
export const verdictOn = (algorithm: string, bits: number, purpose: string): Verdict => {
  if (isClassical(algorithm)) {
    const isSecret = KEEPS_SECRETS.test(purpose);
    return {
      vulnerable: true,
      severity: isSecret ? 'HIGH' : 'MEDIUM',
      recommendation: isSecret ? 'ML-KEM-768, or the hybrid X25519MLKEM768' : 'ML-DSA-65, or SLH-DSA for what lives long',
    };
  }
  const parts = partsOf(algorithm).map((part) => part.toLowerCase());
  const isSymmetric = parts.some((part) => /^(?:aes\d{0,3}|camellia|aria|chacha20|3des|des|blowfish|sm4)$/.test(part));
  const named = /(?:^|[^0-9])(128|192|256)(?:[^0-9]|$)/.exec(algorithm)?.[1];
  const size = bits > 0 ? bits : named === undefined ? 0 : Number(named);
  if (isSymmetric && size > 0 && size < 256) return { vulnerable: true, severity: 'LOW', recommendation: 'AES-256' };
  return { vulnerable: false, severity: 'INFO', recommendation: '' };
};

/** True for keys that are too short for any computer: RSA and DH under 2048, curves under 224, AES under 128. Sizes of 0 and less are not known. */
export const isTooShort = (algorithm: string, bits: number): boolean => {
  if (!(bits > 0)) return false;
  const parts = partsOf(algorithm.replace(/(\D)\d{3,4}\b/g, '$1')).map((part) => part.toLowerCase());
  const has = (...names: readonly string[]): boolean => parts.some((part) => names.includes(part));
  if (has('ecdsa', 'ecdh', 'ecdhe', 'ec', 'ed25519', 'eddsa', 'x25519')) return bits < (has('ed25519', 'x25519') ? 255 : 256);
  if (has('rsa', 'dsa', 'dh', 'dhe', 'elgamal')) return bits < 2048;
  return has('aes', 'camellia', 'chacha20') && bits < 128;
};
