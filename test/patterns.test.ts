import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
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
  const distinct = [...new Map(literals.map((literal) => [`${literal.source}/${literal.flags}`, literal])).values()];
  const slow: string[] = [];
  await inParallel(distinct, async (literal) => {
    const verdict = await verdictOn(literal.source, literal.flags);
    if (verdict.status === 'safe') return;
    const ms = measure(new RegExp(literal.source, literal.flags), attackOf(verdict, literal.source, MAX_TEXT));
    if (ms > BUDGET_MS) slow.push(`${place(literal)}: ${verdict.complexity}, ${ms.toFixed(2)} ms`);
  });
  expect(slow).toEqual([]);
}, 900_000);

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
