import { describe, expect, test } from 'vitest';
import type { ModuleDefinition } from '../src/actors/contract.ts';
import { MODULES, moduleOf } from '../src/actors/registry.ts';
import type { SecurityEvent } from '../src/domain/event.ts';
import { decodeEvent, type Raised, runDetector } from './kit/run-detector.ts';
import { foldersWithSamples, loadSamples, type Sample } from './kit/samples.ts';

const NOISE_BYTES = 10_240;
// One ordinary event takes microseconds; a pattern that backtracks takes seconds. The bound leaves room for a busy machine.
const NOISE_BUDGET_MS = 500;

const typesOf = (raised: readonly Raised[]): readonly string[] => [...new Set(raised.map((finding) => finding.type))].sort();
const run = (module: ModuleDefinition, sample: Sample): readonly Raised[] => runDetector(module, sample.settings, sample.events);
const facts = (raised: readonly Raised[]): readonly string[] =>
  raised.map(({ index, type, severity, title, draft }) => `${index} ${type} ${severity} ${draft.subject} ${title}`);

test('every module folder with samples is registered, and every registered module has samples', () => {
  expect(MODULES.map((module) => module.manifest.id).sort()).toEqual(foldersWithSamples());
});

describe.each(MODULES.map((module) => [module.manifest.id, module] as const))('module %s', (id, module) => {
  const samples = foldersWithSamples().includes(id) ? loadSamples(id) : [];

  test('has at least five hits, five near misses and one hostile input', () => {
    expect(samples.filter((sample) => sample.want.length > 0).length, 'hits').toBeGreaterThanOrEqual(5);
    expect(samples.filter((sample) => sample.want.length === 0).length, 'near misses').toBeGreaterThanOrEqual(5);
    expect(samples.filter((sample) => sample.isHostile).length, 'hostile inputs').toBeGreaterThanOrEqual(1);
    expect(new Set(samples.map((sample) => sample.name)).size, 'distinct names').toBe(samples.length);
  });

  test.each(samples.map((sample) => [sample.name, sample] as const))('sample: %s', (_name, sample) => {
    const first = run(module, sample);
    expect(typesOf(first), sample.why).toEqual([...sample.want].sort());
    expect(facts(run(module, sample)), 'a second detector starts from nothing').toEqual(facts(first));
  });

  test('near misses stay quiet one after the other in one detector', () => {
    const nearMisses = samples.filter((sample) => sample.want.length === 0 && Object.keys(sample.settings).length === 0);
    // A day apart, so that windows do not add up what never happened together.
    const events = nearMisses.toReversed().flatMap((sample, day) => sample.events.map((event) => ({ ...event, at: event.at + day * 86_400_000 * 2 })));
    expect(typesOf(runDetector(module, {}, events))).toEqual([]);
  });

  test('10 kB of noise in every field is answered in linear time', () => {
    for (const noise of noises()) {
      const events = noiseEvents(module, samples, noise);
      // CPU time: the machine may be busy with something else.
      const before = process.cpuUsage();
      runDetector(module, {}, events);
      expect(process.cpuUsage(before).user / 1000 / Math.max(1, events.length), `ms for an event of ${noise.slice(0, 12)}…`).toBeLessThan(NOISE_BUDGET_MS);
    }
  });

  test('its manifest is complete', () => {
    const { manifest } = module;
    expect(moduleOf(id)).toBe(module);
    expect(manifest.eventTypes.length).toBeGreaterThan(0);
    expect(new Set(manifest.eventTypes).size).toBe(manifest.eventTypes.length);
    expect(() => manifest.settings.parse({})).not.toThrow();
    for (const [type, alert] of Object.entries(manifest.alertTypes)) {
      expect(type).toMatch(/^[a-z0-9_]{1,64}$/);
      expect(alert.title.trim(), `${type}: title`).not.toBe('');
      expect(alert.feed.trim(), `${type}: feed`).not.toBe('');
      expect(alert.falsePositives.trim(), `${type}: falsePositives`).not.toBe('');
      expect(alert.mitigations.length, `${type}: mitigations`).toBeGreaterThan(0);
      for (const technique of alert.mitre) expect(technique, `${type}: mitre`).toMatch(/^T\d{4}(\.\d{3})?$/);
    }
  });

  test('its findings carry evidence, a subject and canonical addresses', () => {
    for (const { draft } of samples.flatMap((sample) => run(module, sample))) {
      expect(draft.subject, draft.type).toMatch(/^[a-z_]+:./);
      expect(draft.evidence.rule, draft.type).toMatch(new RegExp(`^${id}/`));
      expect((draft.evidence.text ?? '').length).toBeLessThanOrEqual(512);
      expect((draft.evidence.line ?? '').length).toBeLessThanOrEqual(1024);
      expect(draft.description.trim()).not.toBe('');
    }
  });
});

const noises = (): readonly string[] => {
  // A fixed linear congruential sequence (Numerical Recipes): the same noise in every run.
  let state = 1;
  const random = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % limit;
  };
  const printable = Array.from({ length: NOISE_BYTES }, () => String.fromCharCode(32 + random(95))).join('');
  const unicode = Array.from({ length: NOISE_BYTES }, () => String.fromCharCode(random(0xffff))).join('');
  return [printable, unicode, ...['a', ' ', '../', '%25', '((', "'", '\n', '<a '].map((part) => part.repeat(Math.ceil(NOISE_BYTES / part.length)))];
};

const noiseEvents = (module: ModuleDefinition, samples: readonly Sample[], noise: string): readonly SecurityEvent[] => {
  const keys = new Set([
    'username',
    'path',
    'query',
    'body',
    'command_line',
    ...samples.flatMap((sample) => sample.events.flatMap((event) => Object.keys(event.details))),
  ]);
  const details = Object.fromEntries([...keys].map((key) => [key, noise]));
  return module.manifest.eventTypes
    .filter((type) => type !== '*')
    .map((type, index) => ({
      ...decodeEvent({ type, source_ip: '203.0.113.9', details }, index),
      raw: noise.slice(0, 8192),
      userAgent: noise.slice(0, 8192),
      summary: noise.slice(0, 8192),
    }));
};
