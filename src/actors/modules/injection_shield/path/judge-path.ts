export type PathVerdict = { readonly points: number; readonly rule: string; readonly span: readonly [number, number]; readonly isGrave: boolean };

/**
 * Reads lower-case `text` as a file name: steps up the tree in every spelling, files that are worth stealing, archive members
 * that leave their directory.
 */
export const judgePath = (text: string): PathVerdict | undefined => {
  const spelled = respell(text);
  const steps = stepsOf(spelled);
  const file = sensitiveFile(spelled);
  const found = (points: number, rule: string, at: number, length: number, isGrave: boolean): PathVerdict => ({
    points,
    rule,
    span: [at, at + length],
    isGrave,
  });
  if (steps.count > 0 && (MEMBER.test(spelled) || WEBROOT.test(spelled))) return found(6, 'zipslip_archive_traversal', steps.at, 40, true);
  if (file !== undefined) return found(6, 'path_sensitive_files', file.index, file[0].length, true);
  if (text.includes('..;/')) return found(5, 'path_traversal', text.indexOf('..;/'), 24, false);
  if (UNC.test(text)) return found(5, 'path_remote_share', 0, 24, false);
  if (steps.count >= 2) return found(5, 'path_traversal', steps.at, 40, false);
  const placeholder = spelled.search(PLACEHOLDER);
  if (placeholder >= 0) return found(steps.count > 0 || FORCED.test(spelled) ? 5 : 3, 'path_scanner_template', placeholder, 6, false);
  if (steps.count === 1 && !/^https?:\/\//.test(text) && !PROSE.test(text)) return found(3, 'path_traversal', steps.at, 24, false);
  const odd = ODD.exec(spelled);
  return odd === null ? undefined : found(3, 'path_obfuscated', odd.index, odd[0].length, false);
};

// 0x2e and 0x2f stand for dot and slash in lists of traversal strings; `..;/` is a step to some Java servers.
const respell = (text: string): string =>
  text
    .replace(/0x2e|%2e|%%32%65/g, '.')
    .replace(/0x(?:2f|5c)|%2f|%5c|\\+|%%35%63/g, '/')
    .replace(/\.;/g, '.')
    .replace(/\0/g, '');

const STEP = /(?:^|[/=:;,|&?"'{[\s])(?:\.{2,3}\/+(?:\.\/+)*|(?:\.{2,4}\/{1,4}){2,}|\/\.{2,4}(?=\/|$))/;
const EACH = /\.{2,4}\/+/g;

const stepsOf = (text: string): { readonly count: number; readonly at: number } => {
  const first = STEP.exec(text);
  if (first === null) return { count: LONG_DOTS.test(text) ? 2 : 0, at: 0 };
  // Dots that end a word ("wait.../so") are no steps; those after a step are.
  const rest = text.slice(first.index);
  const count = [...rest.matchAll(EACH)].length;
  const isEllipsis = count === 1 && /\.{3}\//.test(rest.slice(0, 8)) && !/^\/?\.{3}\//.test(rest);
  return { count: isEllipsis ? 0 : Math.max(count, 1), at: first.index };
};

// Steps whose separators were stripped: `........etcpasswd`, `/......boot.ini`.
const LONG_DOTS = /^[/\\]?(?:\.{6,}|\/\.{4,})[a-z{/]/;

const UNIX =
  /(?:^|[/:=\s"'({,[;|>.])(?:etc\/+(?:passwd|shadow|group|hosts|issue|motd|crontab|sudoers|fstab|resolv\.conf|exports|inetd\.conf|my\.cnf|os-release|security\/|ssh\/|nginx\/|apache2?\/|httpd\/|mysql\/|php\d?\/|cron\.|init\.d\/|rc\.|profile|ssl\/private)|proc\/+(?:self|version|cmdline|cpuinfo|mounts|\d{1,7}|net|stat|meminfo|sched_debug)|sys\/class\/net|var\/+(?:log\/|lib\/mlocate|lib\/php|mail\/|spool\/cron|run\/secrets|www\/)|usr\/local\/(?:apache|etc|www)|root\/\.|home\/[a-z0-9_-]{1,32}\/\.|dev\/(?:tcp|udp|shm)\/|boot\/grub|run\/secrets\/)/;
const WINDOWS =
  /(?:^|[/=:\s"'])(?:(?:windows|winnt)\/+(?:win\.ini|system\.ini|system32|repair\/|php\.ini|debug\/)|[a-z]:\/+(?:boot\.ini|inetpub|windows|winnt|autoexec\.bat|users\/[a-z]{1,32}\/ntuser)|boot\.ini\b|\bwin\.ini\b)/;
const VERSION_CONTROL =
  /(?:web|meta)-inf(?:\/|\b)|\.git\/(?:config|head|index|logs|refs|objects)|\.svn\/(?:entries|wc\.db|all-wcprops)|\.hg\/(?:hgrc|store|dirstate)|(?:^|\/|=)\.env(?:\.(?:local|dev|development|prod|production|staging|bak|backup|old|save|example|test)(?![a-z]))?(?:$|[?#&\s~])|\.ds_store\b/;
const SECRETS =
  /global\.asa(?:x)?\b|\bweb\.config\b|\.htaccess\b|\.htpasswd\b|\bwp-config(?:\.php|\.bak|\.old|\.txt|~)|\bid_(?:rsa|dsa|ed25519|ecdsa)\b|\.ssh\/|\.aws\/(?:credentials|config)|\.docker\/config\.json|\.kube\/config|\.bash_history|\.mysql_history|\.netrc\b|\.npmrc\b|\.pgpass\b|\btomcat-users\.xml|\bsftp-config\.json|\/config\.(?:inc\.php|php\.bak|php~)|\b(?:applicationhost|machine)\.config\b|\bntuser\.dat\b|\bphpinfo\.php\b/;

const sensitiveFile = (text: string): RegExpExecArray | undefined => {
  for (const pattern of [UNIX, WINDOWS, VERSION_CONTROL, SECRETS, SQUEEZED]) {
    const match = pattern.exec(text);
    if (match !== null) return match;
  }
  return undefined;
};

// The same names after a filter ate the separators.
const SQUEEZED = /\betcpasswd\b|\betcshadow\b|\.etcpasswd|\bc:?\/?windowswin\.ini|\boot\.ini\b|\bweb-infweb\.xml|\b[a-z]:inetpubwwwroot|:oot\.ini/;

// A step that is talked about: no file name begins with a blank.
const PROSE = /\.\.\/ [a-z]/;

const MEMBER =
  /\.(?:sh|bash|php[0-9s]?|phtml|phar|jspx?|jspf|war|jar|aspx?|ashx|asmx|exe|dll|so|bat|cmd|ps1|vbs|py|pl|rb|cgi|service|desktop|conf|htaccess)(?:$|[\s?#"',;&])/;
const WEBROOT =
  /\.\.\/+(?:[^/\s]{1,32}\/+){0,4}(?:webapps?|wwwroot|htdocs|public_html|www|httpdocs|cgi-bin|cron\.d|authorized_keys|\.ssh|init\.d|systemd)(?:\/|$)/;

// A share of a server named by number: it is asked for credentials.
const UNC = /^\\\\(?:\d{1,3}\.){3}\d{1,3}[\\@]/;

const PLACEHOLDER = /[/\\.][a-z.]{0,8}\{file\}/;

// A traversal list whose place for the file name was never filled, between dots, empty parts or padding.
const FORCED = /\.\.|\/\/|\.\/|\/\.|a{24}/;

// Chains of `./` and empty path parts in numbers nobody types.
const ODD = /(?:\/\.){6,}|(?:\.\/){6,}|^\/{6,}[a-z{]|^\/\.\/$/;
