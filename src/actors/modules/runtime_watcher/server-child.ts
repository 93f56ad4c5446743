import { isBare } from '../../../domain/shell/interpreter-code.ts';
import { DOWNLOADERS, RAW_NETWORK, SHELLS } from '../../../domain/shell/programs.ts';
import type { Command } from '../../../domain/shell/shell-types.ts';
import { scriptArgument } from '../../../domain/shell/unwrap.ts';
import { type Match, match } from './match.ts';
import { WRITABLE_PLACE } from './path-rules.ts';
import { isRunner, type ProcessFacts, programOf } from './process-facts.ts';
import { APP_SERVERS, DATA_SERVERS, WEB_SERVERS } from './server-programs.ts';
import { LOOKERS } from './tools.ts';

/** A shell, a language or a network tool started by a server: expected helpers are let by, the rest is judged by what it does. */
export const judgeServerChild = (facts: ProcessFacts, add: (found: Match) => void): void => {
  const server = serverAbove(facts);
  if (server === undefined) return;
  const program = programOf(facts);
  const verdict = isRunner(program) ? verdictOnRunner(facts, program, server) : verdictOnTool(program, server);
  if (verdict === undefined) return;
  const [severity, rule] = verdict;
  add(match('suspicious_process', severity, rule, `${server.name} started ${SHELLS.has(program) ? 'a shell' : program}`, facts.head));
};

type Server = { readonly name: string; readonly kind: 'web' | 'data' | 'app' };
type Verdict = readonly [Match['severity'], string] | undefined;

// The server may have put a shell in between; what a person started by hand has a login above instead.
const serverAbove = (facts: ProcessFacts): Server | undefined => {
  for (const name of facts.parents.slice(0, 3)) {
    if (WEB_SERVERS.has(name)) return { name, kind: 'web' };
    if (DATA_SERVERS.has(name)) return { name, kind: 'data' };
    if (APP_SERVERS.has(name)) return { name, kind: 'app' };
    if (!SHELLS.has(name)) return undefined;
  }
  return undefined;
};

const verdictOnTool = (program: string, server: Server): Verdict =>
  server.kind !== 'app' && (DOWNLOADERS.has(program) || RAW_NETWORK.has(program) || RECON.has(program)) ? ['HIGH', 'server_tool'] : undefined;

const verdictOnRunner = (facts: ProcessFacts, program: string, server: Server): Verdict => {
  const { head } = facts;
  if (facts.commandLine === '' || head === undefined) return ['HIGH', 'server_shell'];
  const inner = innerPrograms(facts);
  if (server.kind === 'app') {
    if (SHELLS.has(program) && head.args.includes('-i')) return ['HIGH', 'server_shell'];
    return isAppRecon(facts) ? ['MEDIUM', 'server_recon'] : undefined;
  }
  if (isBare(head)) return ['HIGH', 'server_shell'];
  if (SHELLS.has(program) && scriptArgument(head.args) !== undefined) return verdictOnScript(inner, server);
  const hasCode = !SHELLS.has(program) && head.args.some((arg) => /^-(?:[a-zA-Z]*[cerE]|-eval)$/.test(arg));
  return hasCode || runsScratchFile(head) ? ['HIGH', 'server_code'] : undefined;
};

const verdictOnScript = (inner: readonly string[], server: Server): Verdict => {
  if (inner.length > 0 && inner.every((name) => SERVER_HELPERS.has(name))) return undefined;
  const isHostile = server.kind === 'web' || inner.some((name) => RECON.has(name) || LOOKERS.has(name) || DOWNLOADERS.has(name) || RAW_NETWORK.has(name));
  return [isHostile ? 'HIGH' : 'MEDIUM', 'server_command'];
};

// Applications ask `id -u` and `uname -a` for their own purposes; these are what somebody asks who has just got in.
const isAppRecon = (facts: ProcessFacts): boolean =>
  innerCommands(facts).some(({ program, args }) => APP_RECON.has(program) || RAW_NETWORK.has(program) || (program === 'id' && args.length === 0));

const APP_RECON: ReadonlySet<string> = new Set(['whoami', 'passwd', 'useradd', 'nmap', 'masscan', 'crontab']);

const runsScratchFile = (head: Command): boolean => WRITABLE_PLACE.test(head.args.find((arg) => !arg.startsWith('-')) ?? '');

const innerCommands = (facts: ProcessFacts): readonly Command[] =>
  facts.script.pipelines.filter((pipeline) => pipeline.via === 'shell').flatMap((pipeline) => pipeline.commands.filter((command) => command.program !== ''));

const innerPrograms = (facts: ProcessFacts): readonly string[] => innerCommands(facts).map((command) => command.program);

const namesOf = (words: string): ReadonlySet<string> => new Set(words.split(' '));

const RECON = namesOf('whoami id uname ifconfig netstat w who last crontab passwd sudo su chmod useradd ssh scp nmap masscan xmrig lsof getent arp');

const SERVER_HELPERS = namesOf(
  'less more pager sendmail rotatelogs cronolog logger convert magick identify mogrify composite gs ffmpeg ffprobe avconv pdftotext pdftoppm pdfinfo wkhtmltopdf ' +
    'wkhtmltoimage exiftool jpegoptim optipng pngquant cwebp gifsicle unzip zip gzip gunzip bzip2 xz zstd lz4 cp test [ true false exit cd mkdir mv wal-g ' +
    'pgbackrest barman-wal-archive barman-cloud-wal-archive rsync pg_dump mysqldump mysql git svn hg htpasswd locale tput which command sleep ' +
    'wsrep_sst_rsync wsrep_sst_mariabackup wsrep_sst_xtrabackup-v2 spamc procmail maildrop vacation dovecot-lda aspell hunspell latex pdflatex dot ' +
    'soffice libreoffice tesseract node php composer drush wp artisan ghostscript clamdscan clamscan',
);
