import type { CommandSpec, FlagSpec } from './command.ts';

const json: FlagSpec = { type: 'boolean', default: false, summary: 'machine-readable output' };
const socket: FlagSpec = { type: 'string', summary: "the daemon's socket (default: found as the daemon finds it)" };
const config: FlagSpec = { type: 'string', summary: 'configuration file' };
const limit: FlagSpec = { type: 'number', summary: 'at most so many' };
const reason: FlagSpec = { type: 'string', default: '', summary: 'why, for the history' };

/** Every command. Nothing else enumerates them. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'start',
    usage: ['1sec start [--config FILE]'],
    summary: 'Start the daemon and watch it: in the terminal UI, or as lines when there is no terminal',
    maxWords: 0,
    flags: { config, socket, accessible: { type: 'boolean', default: false, summary: 'lines instead of a full screen' } },
    load: () => import('./start.ts'),
  },
  {
    name: 'daemon',
    aliases: ['up'],
    usage: ['1sec daemon [--config FILE] [--dry-run]'],
    summary: 'Run the daemon in the foreground until SIGINT or SIGTERM',
    maxWords: 0,
    flags: {
      config,
      socket,
      dryRun: { type: 'boolean', default: false, summary: 'start in dry run whatever was set before' },
      logLevel: { type: 'string', summary: 'debug, info, warn or error' },
    },
    load: () => import('./daemon.ts'),
  },
  {
    name: 'tui',
    usage: ['1sec tui [--read-only] [--ascii] [--accessible] [--slow-link]'],
    summary: 'Attach the terminal UI to a running daemon',
    maxWords: 0,
    flags: {
      socket,
      readOnly: { type: 'boolean', default: false, summary: 'look only' },
      ascii: { type: 'boolean', default: false, summary: 'plain ASCII glyphs' },
      accessible: { type: 'boolean', default: false, summary: 'lines instead of a full screen' },
      slowLink: { type: 'boolean', default: false, summary: 'fewer frames' },
      theme: { type: 'string', summary: 'auto, ansi16 or mono' },
    },
    load: () => import('./tui.ts'),
  },
  {
    name: 'status',
    usage: ['1sec status [--json]'],
    summary: 'Daemon, sources, actors and limits',
    maxWords: 0,
    flags: { json, socket },
    load: () => import('./status.ts'),
  },
  {
    name: 'alerts',
    usage: [
      '1sec alerts [--severity S] [--module M] [--status S] [--limit N]',
      '1sec alerts get ID',
      '1sec alerts ack|resolve|false-positive ID [--reason TEXT]',
    ],
    summary: 'List, show and settle alerts',
    flags: {
      json,
      socket,
      limit,
      reason,
      severity: { type: 'string', summary: 'this severity and worse' },
      module: { type: 'string', summary: 'only this module' },
      status: { type: 'string', summary: 'OPEN, ACKNOWLEDGED, RESOLVED or FALSE_POSITIVE' },
    },
    load: () => import('./alerts.ts'),
  },
  {
    name: 'modules',
    usage: ['1sec modules [--json]'],
    summary: 'Detection modules and their state',
    maxWords: 0,
    flags: { json, socket },
    load: () => import('./modules.ts'),
  },
  {
    name: 'enforce',
    usage: [
      '1sec enforce status | policies | leases | quarantine | escalations | batching',
      '1sec enforce history [--limit N] [--module M] [--verify]',
      '1sec enforce approvals [list | pending | history | show ID]',
      '1sec enforce approvals approve|reject|revoke ID [--reason TEXT]',
      '1sec enforce approvals approve ID --break-glass --reason TEXT [--confirm CODE]',
      '1sec enforce chains [list | records | show ID] [--limit N]',
      '1sec enforce chains undo ID [--reason TEXT]',
      '1sec enforce allow [list]',
      '1sec enforce allow add|remove ADDRESS|CIDR [--for 7d] [--reason TEXT]',
      '1sec enforce undo ID|TARGET [--reason TEXT]',
      '1sec enforce dry-run on|off [--reason TEXT]',
      '1sec enforce preset [NAME [--show | --dry-run]]',
      '1sec enforce cleanup [--restore-files]',
    ],
    summary: 'What is done about alerts: mode, approvals, history, undo, cleanup',
    flags: {
      json,
      socket,
      limit,
      reason,
      module: { type: 'string', summary: 'only this module' },
      for: { type: 'string', summary: 'allow add: so long, then no more' },
      verify: { type: 'boolean', default: false, summary: 'walk the hash chain' },
      show: { type: 'boolean', default: false, summary: 'print the preset, change nothing' },
      dryRun: { type: 'boolean', default: false, summary: 'print what would change, change nothing' },
      dataDir: { type: 'string', summary: 'data directory, for cleanup without a daemon' },
      breakGlass: { type: 'boolean', default: false, summary: 'approve alone what several should; everybody is told' },
      confirm: { type: 'string', summary: 'the code that breaking the glass was answered with' },
      restoreFiles: { type: 'boolean', default: false, summary: 'cleanup: put quarantined files back, too' },
    },
    load: () => import('./enforce.ts'),
  },
  {
    name: 'notify',
    usage: ['1sec notify [list]', '1sec notify test NAME', '1sec notify dead-letters [--limit N]', '1sec notify retry ID'],
    summary: 'Where notices go: state of each endpoint, test, what was given up',
    maxWords: 2,
    flags: { json, socket, limit },
    load: () => import('./notify.ts'),
  },
  {
    name: 'stop',
    usage: ['1sec stop'],
    summary: 'Stop the daemon; blocks stay until they expire or cleanup takes them',
    maxWords: 0,
    flags: { json, socket, reason },
    load: () => import('./stop.ts'),
  },
  {
    name: 'doctor',
    usage: ['1sec doctor [--json] [--strict] [--config FILE]'],
    summary: 'What works on this host for this user, and what each thing lacks; changes nothing, needs no daemon',
    maxWords: 0,
    flags: {
      json,
      socket,
      config,
      dataDir: { type: 'string', summary: 'data directory of the daemon' },
      strict: { type: 'boolean', default: false, summary: 'a warning is a failure, too' },
    },
    load: () => import('./doctor.ts'),
  },
  {
    name: 'panic',
    usage: ['1sec panic [--reason TEXT]', '1sec panic --end'],
    summary: 'Break the glass, as root: blocks, suspensions and locks off at once, enforcement off until --end; daemon and database may be broken',
    maxWords: 0,
    flags: {
      json,
      socket,
      reason,
      dataDir: { type: 'string', summary: 'data directory of the daemon' },
      end: { type: 'boolean', default: false, summary: 'enforcement is as configured again' },
    },
    load: () => import('./panic.ts'),
  },
  {
    name: 'replay',
    usage: [
      '1sec replay --collector auto|auth|mail|web|weberror|app|firewall FILE|- [--events | --alerts] [--preset P]',
      '1sec replay --input FILE.jsonl|- --alerts [--settings FILE]',
    ],
    summary: 'Run old logs or events through the detectors; nothing is enforced, no daemon is needed',
    flags: {
      json,
      collector: { type: 'string', summary: 'which grammar reads the lines (default auto)' },
      input: { type: 'string', summary: 'SecurityEvents, one JSON a line' },
      events: { type: 'boolean', default: false, summary: 'one line per event' },
      alerts: { type: 'boolean', default: false, summary: 'one line per alert' },
      preset: { type: 'string', summary: 'add what this preset would have done' },
      settings: { type: 'string', summary: 'module settings, JSON file' },
      config,
    },
    load: () => import('./replay.ts'),
  },
  {
    name: 'scan',
    usage: ['1sec scan --as http|command TEXT', '1sec scan --as http|command --ndjson < lines'],
    summary: 'Judge one HTTP parameter value or one command line; no daemon is needed',
    flags: {
      json,
      as: { type: 'string', summary: 'http or command' },
      ndjson: { type: 'boolean', default: false, summary: 'read {"id","text"} lines, answer in order' },
    },
    load: () => import('./scan.ts'),
  },
  {
    name: 'config',
    usage: ['1sec config [--json] [--config FILE]', '1sec config --validate [--config FILE]'],
    summary: 'Show or check the configuration in force',
    maxWords: 0,
    flags: { json, config, validate: { type: 'boolean', default: false, summary: 'check only' } },
    load: () => import('./config.ts'),
  },
];

/** The command of that name or alias. */
export const findCommand = (name: string): CommandSpec | undefined =>
  COMMANDS.find((command) => command.name === name || command.aliases?.includes(name) === true);
