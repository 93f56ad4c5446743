import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { patternSource } from '../src/actors/collectors/grammars/services/compile-pattern.ts';
import { serviceRules } from '../src/actors/collectors/grammars/services/rules.ts';
import { MAX_MESSAGE } from '../src/actors/collectors/grammars/services/services.ts';
import { attackOf, verdictOn } from './kit/recheck.ts';
import { type RegexLiteral, regexLiteralsOf, regexLiteralsUnder } from './kit/regex-literals.ts';

const MODULES = fileURLToPath(new URL('../src/actors/modules/', import.meta.url));
const DOMAIN = fileURLToPath(new URL('../src/domain/', import.meta.url));
const MAX_TEXT = 8192;
const BUDGET_MS = 1;
const AT_ONCE = 2;

test('the scanner sees the regular expressions of a file and nothing else', () => {
  const text = [
    'const a = /x[/]y/gi; // not /this/',
    "const b = 4 / 2 / 1; const c = '/no/';",
    'const d = `/no/`; /* /no/ */ f(/\\//);',
    'new RegExp(text);',
  ].join('\n');
  expect(regexLiteralsOf(text, 'a.ts').map(({ line, source, flags }) => [line, source, flags])).toEqual([
    [1, 'x[/]y', 'gi'],
    [3, '\\/', ''],
    [4, '', ''],
  ]);
});

test('every pattern of every detection module and of the domain is linear, or answers its own worst attack of 8 KiB within a millisecond', async () => {
  const literals = [...regexLiteralsUnder(MODULES), ...regexLiteralsUnder(DOMAIN)];
  expect(literals.length, 'patterns found').toBeGreaterThan(100);
  expect(literals.filter(({ source }) => source === '').map(place), 'patterns made at run time cannot be proven').toEqual([]);
  expect(await slowOf(literals, MAX_TEXT)).toEqual([]);
}, 900_000);

test('so is every pattern of the rule files, for the longest message that they are shown', async () => {
  const rules = serviceRules().files.flatMap(({ service, rules: own }) =>
    own.map(({ match }, index): RegexLiteral => ({ file: `/src/${service}.yaml`, line: index, source: patternSource(match), flags: '' })),
  );
  expect(rules.length, 'patterns found').toBeGreaterThan(50);
  expect(await slowOf(rules, MAX_MESSAGE)).toEqual([]);
}, 900_000);

const slowOf = async (literals: readonly RegexLiteral[], length: number): Promise<readonly string[]> => {
  const distinct = [...new Map(literals.map((literal) => [`${literal.source}/${literal.flags}`, literal])).values()];
  const slow: string[] = [];
  await inParallel(distinct, async (literal) => {
    const verdict = await verdictOn(literal.source, literal.flags);
    if (verdict.status === 'safe') return;
    const ms = measure(new RegExp(literal.source, literal.flags), attackOf(verdict, literal.source, length));
    if (ms > BUDGET_MS) slow.push(`${place(literal)}: ${verdict.complexity}, ${ms.toFixed(2)} ms`);
  });
  return slow;
};

const place = ({ file, line }: RegexLiteral): string => `${file.slice(file.lastIndexOf('/src/') + 5)}:${line}`;

const inParallel = async (items: readonly RegexLiteral[], run: (item: RegexLiteral) => Promise<void>): Promise<void> => {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await run(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

// The best of many: what the machine does besides is not the pattern's fault.
const measure = (pattern: RegExp, attack: string): number => {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 12; round++) {
    pattern.lastIndex = 0;
    const started = performance.now();
    pattern.test(attack);
    best = Math.min(best, performance.now() - started);
  }
  return best;
};
