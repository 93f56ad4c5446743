export type UrlVerdict = { readonly points: number; readonly rule: string; readonly span: readonly [number, number]; readonly isGrave: boolean };

const MAX_URLS = 8;

/** Reads the URLs in lower-case `text` as a server would follow them: metadata services, own networks, schemes that are not the web. */
export const judgeUrls = (text: string): UrlVerdict | undefined => {
  let worst: UrlVerdict | undefined;
  let seen = 0;
  for (const match of text.matchAll(URL_PATTERN)) {
    if (++seen > MAX_URLS) break;
    const scheme = match[1] ?? '';
    const host = hostOf(match[2] ?? '');
    const verdict = judgeOne(scheme, match[2] ?? '', host, text, match.index);
    if (verdict !== undefined && verdict.points > (worst?.points ?? 0)) worst = { ...verdict, span: [match.index, match.index + match[0].length] };
  }
  return worst;
};

const URL_PATTERN =
  /\b(https?|ftps?|sftp|tftp|gopher|dict|ldaps?|file|jar|netdoc|php|phar|zip|expect|glob|data|ogg|rar|ssh2|compress\.zlib|compress\.bzip2|smb|mailto|imap|pop3|telnet|ws|wss|view-source|local_file|redis|mysql|memcached?|git|ssh|svn|jdbc|rmi|unix):\/{1,4}([^\s"'<>)|,;]{0,255})/g;

const hostOf = (rest: string): string => {
  const authority = rest.split(/[/?#\\]/, 1)[0] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : (host.split(':', 1)[0] ?? '');
};

type Found = Omit<UrlVerdict, 'span'>;

const WRAPPERS = new Set([
  'php',
  'phar',
  'zip',
  'expect',
  'glob',
  'ogg',
  'rar',
  'ssh2',
  'compress.zlib',
  'compress.bzip2',
  'jar',
  'netdoc',
  'data',
  'local_file',
]);
const SERVICES = new Set([
  'gopher',
  'dict',
  'tftp',
  'ldap',
  'ldaps',
  'sftp',
  'smb',
  'imap',
  'pop3',
  'telnet',
  'redis',
  'mysql',
  'memcache',
  'memcached',
  'rmi',
  'view-source',
  'unix',
  'jdbc',
]);

const judgeOne = (scheme: string, rest: string, host: string, text: string, at: number): Found | undefined => {
  if (scheme === 'file' && rest === '') return undefined;
  if (scheme === 'file') return { points: 5, rule: 'ssrf_file_scheme', isGrave: false };
  if (WRAPPERS.has(scheme)) return { points: 6, rule: 'upload_php_wrapper', isGrave: true };
  if (isMetadata(host)) return { points: 7, rule: 'ssrf_cloud_metadata', isGrave: true };
  if (SERVICES.has(scheme)) return { points: 5, rule: 'ssrf_file_scheme', isGrave: false };
  if (isInternalHost(host)) return { points: 5, rule: 'ssrf_internal_ip', isGrave: false };
  if (CALLBACK.test(host)) return { points: 5, rule: 'ssrf_dns_rebind', isGrave: false };
  if (scheme === 'ftp' && at === 0) return { points: 5, rule: 'ssrf_file_scheme', isGrave: false };
  if (/^https?$|^ftp$/.test(scheme) && at === 0) return remoteInclude(text, host);
  return undefined;
};

// A page of code from elsewhere as the whole value: remote file inclusion.
const remoteInclude = (text: string, host: string): Found | undefined => {
  if (/\.(?:php\d?|phtml|txt|jsp|aspx?|inc|sh|pl|py|dat)\?{1,2}$|\?{1,2}$|(?:%00|\0)$/.test(text))
    return { points: 5, rule: 'rfi_remote_file', isGrave: false };
  if (/\/(?:[a-z0-9_-]{0,24})(?:shell|c99|r57|cmd|evil|backdoor|webshell|inject|payload|exploit|rfi)[a-z0-9_-]{0,24}\.[a-z]{2,4}$/.test(text))
    return { points: 5, rule: 'rfi_remote_file', isGrave: false };
  return DOTTED.test(host) ? { points: 3, rule: 'rfi_address', isGrave: false } : undefined;
};

const DOTTED = /^(?:\d{1,3}\.){3}\d{1,3}$/;

const isMetadata = (host: string): boolean => {
  const address = ipv4Of(host);
  if (address === 0xa9fea9fe || address === 0x646464c8 || address === 0xc00000c0 || address === 0xa9feaa02) return true;
  return METADATA.test(host);
};

const METADATA =
  /^(?:metadata(?:\.google\.internal|\.goog|\.azure\.(?:com|internal)|\.packet\.net|\.platformequinix\.com|\.tencentyun\.com)?|instance-data|\[fd00:ec2::254\]|\[::ffff:(?:169\.254\.169\.254|a9fe:a9fe)\]|(?:[a-z0-9-]{1,63}\.){0,4}169\.254\.169\.254\.(?:nip|xip|sslip)\.io|rancher-metadata)$/;

const isInternalHost = (host: string): boolean => {
  const address = ipv4Of(host);
  if (address !== undefined) return isInternalV4(address) && !(DOTTED.test(host) && address >>> 24 === 0 && address !== 0);
  return INTERNAL_NAME.test(host) || INTERNAL_V6.test(host);
};

const INTERNAL_NAME =
  /^(?:localhost|localhost\.localdomain|(?:[a-z0-9-]{1,63}\.){1,4}localhost|(?:[a-z0-9-]{1,63}\.){0,4}(?:localtest\.me|lvh\.me|vcap\.me|lacolhost\.com|spoofed\.burpcollaborator\.net)|(?:[a-z0-9-]{1,63}\.){0,6}(?:127|10|192|172|169)(?:[.-]\d{1,3}){3}\.(?:nip|xip|sslip)\.io|kubernetes(?:\.default(?:\.svc)?)?|host\.docker\.internal|[a-z0-9-]{1,63}\.(?:internal|cluster\.local))$/;
const INTERNAL_V6 =
  /^\[(?:::1?|0{0,4}(?::0{0,4}){1,6}:0{0,3}[01]|::ffff:(?:127|10|192\.168|0)\.[\d.]{1,12}|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}|f[cd][0-9a-f]{2}:[0-9a-f:]{0,34}|fe80:[0-9a-f:%]{0,40})\]$/;

const isInternalV4 = (address: number): boolean => {
  const first = address >>> 24;
  const second = (address >>> 16) & 0xff;
  return (
    first === 127 ||
    first === 10 ||
    first === 0 ||
    (first === 192 && second === 168) ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 169 && second === 254)
  );
};

// Every spelling that inet_aton takes: 127.1, 0x7f000001, 017700000001, 2130706433.
const ipv4Of = (host: string): number | undefined => {
  const parts = host.replace(/\.$/, '').split('.');
  if (parts.length > 4 || host === '') return undefined;
  const numbers = parts.map(numberOf);
  if (numbers.some((value) => Number.isNaN(value))) return undefined;
  const last = numbers.at(-1) ?? 0;
  const head = numbers.slice(0, -1);
  if (head.some((value) => value > 255) || last >= 256 ** (5 - parts.length)) return undefined;
  return head.reduce((sum, value, index) => sum + value * 256 ** (3 - index), last) >>> 0;
};

const numberOf = (part: string): number => {
  if (/^0x[0-9a-f]{1,8}$/.test(part)) return Number.parseInt(part, 16);
  if (/^0[0-7]{1,12}$/.test(part)) return Number.parseInt(part, 8);
  return /^\d{1,10}$/.test(part) ? Number(part) : Number.NaN;
};

// Services that tell their owner when somebody looks a name up.
const CALLBACK =
  /(?:^|\.)(?:burpcollaborator\.net|oastify\.com|oast\.(?:pro|live|site|online|fun|me)|interact\.sh|interactsh\.com|dnslog\.(?:cn|link|pw)|ceye\.io|requestbin\.(?:net|com)|pipedream\.net|webhook\.site|ngrok(?:-free)?\.(?:io|app|dev)|canarytokens\.com|r87\.(?:me|com)|1u\.ms|rbndr\.us|bxss\.me|xss\.ht|beeceptor\.com|hookbin\.com|localtunnel\.me|serveo\.net)$/;
