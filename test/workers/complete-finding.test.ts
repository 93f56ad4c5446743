import { describe, expect, test } from 'vitest';
import { completeFinding } from '../../src/workers/complete-finding.ts';
import { createToyModule, eventOf } from './kit.ts';

const { manifest } = createToyModule('toy');
const draft = { type: 'many', description: 'd', event: eventOf({ raw: 'r'.repeat(3000) }), subject: 'ip:x', evidence: { rule: 'toy/many' } };

describe('a finding', () => {
  test('has capped texts and at most 16 event ids, the triggering one last', () => {
    const earlierEventIds = Array.from({ length: 40 }, (_, index) => `old${index}`);
    const finding = completeFinding(manifest, { ...draft, description: 'd'.repeat(9000), title: 't'.repeat(900), earlierEventIds });
    expect(finding.description).toHaveLength(2000);
    expect(finding.title).toHaveLength(256);
    expect(finding.evidence.line).toHaveLength(1024);
    expect(finding.eventIds).toHaveLength(16);
    expect(finding.eventIds.at(-1)).toBe('e1');
    expect(finding.eventIds[0]).toBe('old25');
  });

  test('shows the piece of a long field around the match', () => {
    const text = `${'a'.repeat(5000)}EVIL${'b'.repeat(5000)}`;
    const { evidence } = completeFinding(manifest, { ...draft, evidence: { rule: 'toy/many', text, span: [5000, 5004] } });
    expect(evidence.text).toHaveLength(512);
    expect(evidence.text?.slice(...(evidence.span ?? [0, 0]))).toBe('EVIL');
    const whole = completeFinding(manifest, { ...draft, evidence: { rule: 'toy/many', text, span: [0, 10_004] } });
    expect(whole.evidence.span).toEqual([0, 512]);
  });

  test('of a type the manifest does not have is a fault of the detector', () => {
    expect(() => completeFinding(manifest, { ...draft, type: 'unheard' })).toThrow(/unheard/);
    expect(() => completeFinding(manifest, { ...draft, type: 'constructor' })).toThrow(/constructor/);
  });
});
