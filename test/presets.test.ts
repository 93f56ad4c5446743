import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ADVERTISED } from '../scripts/advertised.ts';
import { ATTACKS, attackPath, CORPUS_CONFIG, type Judged, type JudgedCorpus, judgeCorpus } from '../scripts/attack-corpus.ts';
import { presetsPage } from '../scripts/presets-page.ts';
import { PRESETS, type PresetName } from '../src/domain/policy.ts';
import { runHere } from './cli/run-here.ts';

const replayed = async (file: string, preset: PresetName): Promise<readonly Judged[]> => {
  const input = file.endsWith('.jsonl') ? ['--input', attackPath(file)] : [attackPath(file)];
  const { code, out, err } = await runHere('replay', ...input, '--alerts', '--preset', preset, '--config', CORPUS_CONFIG);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Judged);
};

const throughCli = async (preset: PresetName): Promise<JudgedCorpus> => {
  const judged: [string, readonly Judged[]][] = [];
  for (const { file } of ATTACKS) judged.push([file, await replayed(file, preset)]);
  return Object.fromEntries(judged);
};

describe('recorded attacks through 1sec replay --preset', { timeout: 120_000 }, () => {
  const corpora = new Map<PresetName, JudgedCorpus>();
  const corpusOf = async (preset: PresetName): Promise<JudgedCorpus> => {
    const corpus = corpora.get(preset) ?? (await throughCli(preset));
    corpora.set(preset, corpus);
    return corpus;
  };

  test.each(ADVERTISED)('$preset keeps what it advertises: $says', async ({ preset, broken }) => {
    const corpus = await corpusOf(preset);
    expect(Object.keys(corpus)).toHaveLength(ATTACKS.length);
    expect(broken(corpus)).toEqual([]);
  });

  test('a promise notices when the preset does something else', async () => {
    for (const { preset, broken } of ADVERTISED) {
      const other = preset === 'vps-agent' ? 'lax' : 'vps-agent';
      expect(broken(await corpusOf(other)), preset).not.toEqual([]);
    }
  });

  test('every attack is seen', async () => {
    const corpus = await corpusOf('strict');
    expect(ATTACKS.filter(({ file }) => (corpus[file] ?? []).length === 0)).toEqual([]);
  });

  test('the page says what the command says', async () => {
    const judged = {
      lax: await corpusOf('lax'),
      safe: await corpusOf('safe'),
      balanced: await corpusOf('balanced'),
      strict: await corpusOf('strict'),
      'vps-agent': await corpusOf('vps-agent'),
    };
    expect(readFileSync('docs/reference/presets.md', 'utf8')).toBe(presetsPage(judged));
  });

  test.each(PRESETS)('%s in dry run: what would be done or asked is dry-run, and only recording stays', async (preset) => {
    const decided = async (dryRun: boolean) =>
      Object.values(await judgeCorpus(preset, { dryRun })).flatMap((alerts) => alerts.flatMap((alert) => alert.decisions));
    const dry = await decided(true);
    expect(dry.filter(({ outcome }) => outcome === 'needs-approval')).toEqual([]);
    expect(dry.filter(({ outcome, action }) => outcome === 'execute' && action !== 'log_only')).toEqual([]);
    const live = (await decided(false)).filter(({ outcome, action }) => (outcome === 'execute' || outcome === 'needs-approval') && action !== 'log_only');
    expect(dry.filter(({ outcome }) => outcome === 'dry-run').length).toBeGreaterThanOrEqual(live.length);
    expect(live.length > 0).toBe(preset !== 'lax');
  });
});
