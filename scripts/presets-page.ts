import { PRESETS, type PresetName } from '../src/domain/policy.ts';
import { ADVERTISED } from './advertised.ts';
import { ATTACKS, type Judged, type JudgedCorpus } from './attack-corpus.ts';
import { page, row } from './markdown.ts';

/** The page that says what each preset does about each recorded attack. */
export const presetsPage = (judged: { readonly [preset in PresetName]: JudgedCorpus }): string =>
  page(
    'What each preset does',
    'Recorded attacks (`test/corpora/`) went through detection and decision with each preset, as `1sec replay --alerts --preset NAME` does it:',
    'live, defaults, no notification endpoint, nobody on the allow list. What a preset advertises is checked against the same run.',
    '',
    '| Preset | Advertised, and checked |',
    '|---|---|',
    ...ADVERTISED.map(({ preset, says }) => row(`\`${preset}\``, says)),
    '',
    `| Attack | Alerts | ${PRESETS.map((preset) => `\`${preset}\``).join(' | ')} |`,
    `|---|---|${'---|'.repeat(PRESETS.length)}`,
    ...ATTACKS.map(({ file, title }) => row(title, alertsOf(judged.strict[file] ?? []), ...PRESETS.map((preset) => outcomeOf(judged[preset][file] ?? [])))),
    '',
    '- **does**: done at once. **asks**: waits for a person; where nobody answers nothing happens. With `hold` (safe, balanced, strict) the process is',
    '  suspended while it waits.',
    '- **logs**: recorded in the history. **nothing**: the alert is raised and shown, and no rule of the preset is about it.',
    '- A rule whose target the alert does not name (a file, an account, an address) does nothing and is left out here.',
    '- In **dry run**, how 1-SEC starts, everything under *does* and *asks* is recorded as `dry-run` instead: nothing is done and nobody is asked.',
    '  Only `log_only` stays the same.',
    '- A scan that a firewall refused is MEDIUM: it got nowhere. `safe` and `balanced` act from HIGH on.',
  );

const alertsOf = (alerts: readonly Judged[]): string => [...new Set(alerts.map(({ type, severity }) => `${type} ${severity}`))].join(', ');

const outcomeOf = (alerts: readonly Judged[]): string => {
  const decisions = alerts.flatMap((alert) => alert.decisions);
  const actions = (outcome: string): readonly string[] => [
    ...new Set(decisions.filter((decision) => decision.outcome === outcome && decision.action !== 'log_only').map(({ action }) => action)),
  ];
  const words = [
    ...listed('**does**', actions('execute')),
    ...listed('**asks**', actions('needs-approval')),
    ...(decisions.some(({ action, outcome }) => action === 'log_only' && outcome === 'execute') ? ['logs'] : []),
  ];
  return words.length === 0 ? 'nothing' : words.join('; ');
};

const listed = (word: string, actions: readonly string[]): readonly string[] => (actions.length === 0 ? [] : [`${word} ${actions.join(', ')}`]);
