import { SECRET_SHAPES } from '../../../domain/secret-shapes.ts';
import type { Severity } from '../../../domain/severity.ts';

const MAX_TEXT = 262_144;

/** The part of a text that fetches or decodes code and runs it, line by line; undefined when there is none. */
export const fetchesAndRuns = (text: string): string | undefined => {
  for (const line of text.slice(0, MAX_TEXT).split('\n', 5000)) {
    const short = line.slice(0, 2000);
    const found = FETCH.test(short) && RUN.test(short) ? short.trim() : DECODE_RUN.exec(short)?.[0];
    if (found !== undefined) return found;
  }
  return undefined;
};

const FETCH = /\b(?:curl|wget|fetch)\b.{0,20}(?:https?:|-)|\bbase64\s{1,4}(?:-d|--decode|-D)\b|\bInvoke-WebRequest\b|\bDownloadString\b/i;
const RUN =
  /\|\s{0,8}(?:sudo\s{1,4})?(?:ba|z|da|k)?sh\b|\|\s{0,8}(?:python[\d.]{0,4}|node|perl|ruby)\b|\b(?:ba|z|da)?sh\s{1,4}\S{0,200}\.sh\b|&&\s{0,4}(?:ba|z|da)?sh\b|\biex\b|;\s{0,4}(?:ba|da)?sh\s|\$\(\s{0,4}(?:curl|wget)\b/i;
const DECODE_RUN =
  /\b(?:eval|exec|new Function)\s{0,4}\(\s{0,4}(?:atob|Buffer\.from|base64_decode|base64\.b64decode|__import__|zlib\.decompress|bytes\.fromhex)\b/i;

/** What a step of a pipeline does that no build needs; undefined when there is nothing. */
export const attackOf = (text: string): string | undefined => {
  const bounded = text.slice(0, MAX_TEXT);
  for (const line of bounded.split('\n', 5000)) {
    const found = fetchesAndRuns(line) ?? STEP.exec(line.slice(0, 2000))?.[0];
    if (found !== undefined) return found;
  }
  return /\bpull_request_target\b/.test(bounded) && /github\.event\.pull_request\.head\.(?:sha|ref)|github\.head_ref/.test(bounded)
    ? 'pull_request_target with the code of the request'
    : undefined;
};

const STEP =
  /\beval\s{0,4}\(|\bbase64\s{1,4}(?:-d|--decode|-D)\b|\bn(?:c|cat|etcat)\s{1,4}(?:-\w{0,8}\s{1,4}){0,4}-\w{0,6}[elp]\b|\breverse[_ -]?shell\b|\/dev\/tcp\/|\bxmrig\b|\bcrypto[_ -]?min(?:er|ing)\b|\bstratum\+tcp:|\bbash\s{1,4}-i\b|\$\{\{\s{0,4}github\.event\.(?:issue|comment|pull_request|review)\.(?:title|body)/i;

/** A command that prints secrets, judged word by word; undefined when there is none. */
export const leakOf = (text: string): string | undefined => {
  for (const line of text.slice(0, MAX_TEXT).split('\n', 5000)) {
    const short = line.slice(0, 2000);
    const found = printedSecret(short);
    if (found !== undefined) return found;
    for (const piece of short.split(/[;&|]+/, 200)) {
      const command = piece.trim().replace(/^(?:-\s{1,4})?(?:run:|script:)\s{0,4}/, '');
      if (/^(?:sudo\s{1,4})?printenv\b/.test(command) || /^(?:env|set|export)(?:\s{1,4}-p)?$/.test(command)) return command;
    }
  }
  return undefined;
};

const ECHO = /\b(?:echo|printf)\b/;
const VARIABLE = /\$\{?\{?\s{0,4}([\w.]{1,80})/g;
const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|^secrets\./i;

// `echo $DEPLOY_TOKEN`, `printf ${{ secrets.X }}`: the variable is what counts, not the text around it.
const printedSecret = (line: string): string | undefined => {
  const start = line.search(ECHO);
  if (start < 0) return undefined;
  for (const match of line.slice(start).matchAll(VARIABLE)) if (SECRET_NAME.test(match[1] ?? '')) return `echo ${match[0]}`;
  return undefined;
};

export type DangerousDefault = { readonly rule: string; readonly severity: Severity; readonly says: string; readonly text: string };

/** Lines of code that switch safety off, each kind once. Secrets are named by kind, never shown. */
export const dangerousDefaults = (text: string): readonly DangerousDefault[] => {
  const bounded = text.slice(0, MAX_TEXT);
  const found: DangerousDefault[] = [];
  for (const [rule, severity, says, pattern] of DEFAULTS) {
    const match = pattern.exec(bounded)?.[0];
    if (match !== undefined) found.push({ rule, severity, says, text: match.slice(0, 200) });
  }
  const lower = bounded.toLowerCase();
  if (
    /access-control-allow-origin['"]?\s{0,4}[:=,]\s{0,4}['"]?\*/.test(lower) &&
    /access-control-allow-credentials['"]?\s{0,4}[:=,]\s{0,4}['"]?true/.test(lower)
  ) {
    found.push({ rule: 'cors', severity: 'HIGH', says: 'every site may read answers with credentials', text: 'Access-Control-Allow-Origin: *' });
  }
  const secret = SECRET_SHAPES.find(
    (shape) => shape.severity === 'CRITICAL' && shape.has.some((literal) => lower.includes(literal)) && shape.pattern.test(bounded),
  );
  if (secret !== undefined) found.push({ rule: 'live-secret', severity: 'CRITICAL', says: `a secret is in the code (${secret.name})`, text: secret.name });
  return found;
};

const DEFAULTS: readonly (readonly [string, Severity, string, RegExp])[] = [
  [
    'verification-off',
    'CRITICAL',
    'certificates are not checked',
    /\bverify\s{0,4}=\s{0,4}False\b|InsecureSkipVerify\s{0,4}[:=]\s{0,4}true|rejectUnauthorized['"]?\s{0,4}:\s{0,4}false|NODE_TLS_REJECT_UNAUTHORIZED['"\]]{0,3}\s{0,4}[:=]\s{0,4}['"]?0|CURLOPT_SSL_VERIFY(?:PEER|HOST)\s{0,4},\s{0,4}(?:0|false)|_create_unverified_context|\bCERT_NONE\b|danger_accept_invalid_certs\s{0,4}\(\s{0,4}true|GIT_SSL_NO_VERIFY\s{0,4}[:=]\s{0,4}['"]?(?:1|true)|strict-ssl\s{0,4}[=:]\s{0,4}false|ALLOW_ALL_HOSTNAME_VERIFIER|TrustAllCert|ServerCertificateValidationCallback\s{0,4}=.{0,60}true/i,
  ],
  [
    'default-password',
    'HIGH',
    'a password everybody knows',
    /\b(?:password|passwd|pwd|secret|token|api_?key|key)['"]?\s{0,4}[:=]\s{0,4}['"](?:changeme|change_me|password|passw0rd|admin|secret|default|123456|12345678|letmein|qwerty|test|root|toor|example)['"]/i,
  ],
  [
    'weak-algorithm',
    'HIGH',
    'a broken algorithm is used',
    /\bhashlib\.(?:md5|sha1)\b|\bcreateHash\s{0,4}\(\s{0,4}['"](?:md5|sha1)['"]|MessageDigest\.getInstance\s{0,4}\(\s{0,4}"(?:MD5|SHA-?1)"|\b(?:md5|sha1)\.(?:New|Sum)\b|Cipher\.getInstance\s{0,4}\(\s{0,4}"(?:DES|RC4|ARCFOUR|Blowfish)|\bcreateCipher(?:iv)?\s{0,4}\(\s{0,4}['"](?:des|rc4)|\bDigest::(?:MD5|SHA1)\b|\bMD5(?:CryptoServiceProvider|\.Create)\b|\bDES\.new\b|\bARC4\.new\b/,
  ],
  [
    'old-tls',
    'HIGH',
    'a broken version of TLS is allowed',
    /\bTLSv1(?:\.[01])?['"]|\bPROTOCOL_(?:TLSv1(?:_1)?|SSLv[23])\b|\bSSLv3\b|VersionTLS1[01]\b|\bssl_protocols\b[^;\n]{0,60}TLSv1(?:\.1)?[\s;]|\bTLS_?1_[01]\b/,
  ],
  ['zero-key', 'HIGH', 'a key of zeros', /(?:\b0(?:x00)?\s{0,2},\s{0,2}){7}0(?:x00)?\b|(?:\\x00){8}|['"]0{16,64}['"]/],
];
