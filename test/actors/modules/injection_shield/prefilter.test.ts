import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { injectionShield } from '../../../../src/actors/modules/injection_shield/detect.ts';
import { judgeValue } from '../../../../src/actors/modules/injection_shield/judge.ts';
import { isSuspect, isSuspectAgent } from '../../../../src/actors/modules/injection_shield/prefilter.ts';
import { RULES } from '../../../../src/actors/modules/injection_shield/rules.ts';
import { decodeEvent, runDetector } from '../../../kit/run-detector.ts';

const attacks = readFileSync(new URL('./attacks.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '');

test.each([
  '/',
  '/assets/app-3f9a1c.js?v=12',
  '/api/v2/users/42/orders?page=2&sort=-created',
  '/wp-content/uploads/2024/05/photo-1024x768.jpg',
  '/images/logo.png',
  '/index.php?a=b',
  '/list?filter[name]=anna&ids[]=1',
])('%s is passed by', (target) => {
  expect(isSuspect(target)).toBe(false);
});

test.each([
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (compatible; ExampleBot/2.1; +http://www.example.com/bot.html)',
  'curl/8.5.0',
])('%s is passed by', (agent) => {
  expect(isSuspectAgent(agent)).toBe(false);
});

test('an attack in a query string gets past no filter', () => {
  const missed = attacks.filter((text) => !text.includes('%') && judgeValue(text).verdict === 'malicious' && raisedBy(`/?q=${encodeURIComponent(text)}`) === 0);
  expect(missed).toEqual([]);
});

const raisedBy = (path: string): number =>
  runDetector(injectionShield, {}, [decodeEvent({ type: 'http_request', details: { method: 'GET', path } }, 0)]).length;

test('rules have distinct names and literals that can be found', () => {
  expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length);
  for (const rule of RULES) {
    expect(rule.literals.length, rule.id).toBeGreaterThan(0);
    expect(rule.pattern.flags, `${rule.id}: readings are lower-case already`).toBe('');
  }
});

// A pattern that matches where none of its literals stands would never run there.
test('every rule that fires on a known attack is woken by one of its literals', () => {
  for (const rule of RULES) {
    for (const text of attacks) {
      const lower = text.toLowerCase();
      if (rule.reading !== undefined || !rule.pattern.test(lower)) continue;
      const blanks = lower.replace(/[\x00-\x1f]/g, ' ');
      expect(
        rule.literals.some((literal) => blanks.includes(literal)),
        `${rule.id} on ${text}`,
      ).toBe(true);
    }
  }
});
