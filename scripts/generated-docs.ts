import { z } from 'zod';
import { discoverSources } from '../src/actors/collectors/discover.ts';
import { createGrammar, GRAMMAR_IDS } from '../src/actors/collectors/grammars/registry.ts';
import { serviceRules } from '../src/actors/collectors/grammars/services/rules.ts';
import { MODULES } from '../src/actors/registry.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { commandHelp } from '../src/cli/help.ts';
import { ERROR_CATALOGUE } from '../src/domain/errors.ts';
import { ROUTES, STREAM_PATH } from '../src/protocol/routes.ts';
import { keysMarkdown } from '../src/tui/keys-markdown.ts';
import { judgeCorpus } from './attack-corpus.ts';
import { page, row } from './markdown.ts';
import { presetsPage } from './presets-page.ts';

/** Reference pages that are made from the product's own tables. `npm run gen` writes them, a test fails when they are stale. */
export const generatedDocs = async (): Promise<ReadonlyMap<string, string>> =>
  new Map([
    ['docs/reference/errors.md', errors()],
    ['docs/reference/cli.md', cli()],
    ['docs/reference/api.md', api()],
    ['docs/reference/keys.md', keysMarkdown()],
    ['docs/reference/sources.md', sources()],
    ['docs/reference/presets.md', presetsPage(await judgeAll())],
    ...MODULES.map(({ manifest }): [string, string] => [`docs/reference/modules/${manifest.id}.md`, modulePage(manifest)]),
  ]);

const judgeAll = async (): Promise<Parameters<typeof presetsPage>[0]> => ({
  lax: await judgeCorpus('lax', LIVE),
  safe: await judgeCorpus('safe', LIVE),
  balanced: await judgeCorpus('balanced', LIVE),
  strict: await judgeCorpus('strict', LIVE),
  'vps-agent': await judgeCorpus('vps-agent', LIVE),
});

const LIVE = { dryRun: false };

const errors = (): string =>
  page(
    'Errors and exit codes',
    'Every failure prints its code and a hint on standard error (`--json`: one JSON object) and ends with its exit code.',
    '',
    '| Code | Exit | Meaning | What to do |',
    '|---|---:|---|---|',
    ...Object.entries(ERROR_CATALOGUE).map(([code, { exit, message, hint }]) => row(`\`${code}\``, String(exit), message, hint)),
    '',
    '`1sec scan` of one text ends with 0 (clean), 20 (suspicious) or 21 (malicious).',
  );

const cli = (): string => page('Commands', ...COMMANDS.flatMap((command) => [`## ${command.name}`, '', '```', commandHelp(command).trim(), '```', '']));

const EVERY_HOST = { hasJournald: true, canWatchProcesses: true };

const sources = (): string => {
  const found = discoverSources(EVERY_HOST, () => true);
  const pathsOf = (grammar: string): string =>
    found.flatMap((spec) => (spec.grammar === grammar && spec.path !== undefined ? [`\`${spec.path}\``] : [])).join(', ') || 'when named in `sources.files`';
  const types = [...new Set(GRAMMAR_IDS.flatMap((id) => createGrammar(id).eventTypes))].sort();
  const grammarsOf = (type: string): string =>
    GRAMMAR_IDS.filter((id) => id !== 'auto' && createGrammar(id).eventTypes.includes(type))
      .map((id) => `\`${id}\``)
      .join(', ');
  return page(
    'Log sources',
    'What is read from logs, by which grammar, and where it is looked for when nothing is configured. The journal is read when there is no',
    'authentication log. A grammar is named after `--collector` and in `sources.files`; `auto` takes each line to the grammar it belongs to.',
    '',
    '## Event types',
    '',
    '| Event type | Grammars |',
    '|---|---|',
    ...types.map((type) => row(`\`${type}\``, grammarsOf(type))),
    '',
    '## Grammars',
    '',
    '| Grammar | Read without being asked, where it exists |',
    '|---|---|',
    ...GRAMMAR_IDS.filter((id) => id !== 'auto' && id !== 'services').map((id) => row(`\`${id}\``, id === 'journal' ? 'the systemd journal' : pathsOf(id))),
    '',
    '## Services',
    '',
    'Rules of the `services` grammar. Program names count in the system log, the journal and every grammar of system logs.',
    '',
    '| Service | Event types | Program names | Own log files |',
    '|---|---|---|---|',
    ...serviceRules().files.map(({ service, rules, programs, logs }) =>
      row(
        service,
        [...new Set(rules.map((rule) => `\`${rule.event}\``))].join(', '),
        programs.join(', ') || '–',
        logs.map((path) => `\`${path}\``).join(', ') || (rules.some((rule) => rule.form !== 'program') ? 'when named' : '–'),
      ),
    ),
  );
};

const api = (): string =>
  page(
    'API',
    "HTTP on the daemon's Unix socket. The caller is known by the kernel's word; the role says what he may do. Ids may be shortened to any",
    'unique prefix of at least four characters. Failures answer `{ "error", "code", "hint", "status" }`.',
    '',
    '| Method | Path | Role | What |',
    '|---|---|---|---|',
    ...Object.values(ROUTES).map((route) => row(route.method, `\`${route.path}\``, route.role, route.summary)),
    row('GET', `\`${STREAM_PATH}?after=N\``, 'viewer', 'Server-sent events: hello, alert, approval, record, status, gap; `after` resumes'),
    '',
    '## Answers',
    '',
    ...Object.entries(ROUTES).flatMap(([name, route]) => [`### ${name}`, '', '```json', JSON.stringify(shapeOf(route.reply), null, 2), '```', '']),
  );

// JSON Schema without the dialect line: short enough to read.
const shapeOf = (schema: z.ZodType): unknown => {
  const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  return shape;
};

const modulePage = (manifest: (typeof MODULES)[number]['manifest']): string =>
  page(
    `${manifest.id}: ${manifest.title}`,
    manifest.description,
    '',
    `Tier ${manifest.tier}. Consumes ${manifest.eventTypes.map((type) => `\`${type}\``).join(', ')}.`,
    '',
    '## Alerts',
    '',
    '| Type | Severity | ATT&CK | Fed by | False positives |',
    '|---|---|---|---|---|',
    ...Object.entries(manifest.alertTypes).map(([type, alert]) => row(`\`${type}\``, alert.severity, alert.mitre.join(', '), alert.feed, alert.falsePositives)),
    '',
    '## Settings',
    '',
    '| Key | Default |',
    '|---|---|',
    ...Object.entries((manifest.settings.parse({}) ?? {}) as { readonly [key: string]: unknown }).map(([key, value]) =>
      row(`\`${key}\``, `\`${JSON.stringify(value)}\``),
    ),
  );
