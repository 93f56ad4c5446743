import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeSql } from '../../../../../src/actors/modules/injection_shield/sql/judge-sql.ts';
import { tokeniseSql } from '../../../../../src/actors/modules/injection_shield/sql/tokenise.ts';

const kinds = (text: string, context: Parameters<typeof tokeniseSql>[1] = 'bare'): string =>
  tokeniseSql(text, context)
    .map((token) => token.kind)
    .join('');

test.each([
  ['1 or 1=1', 'bare', '1&1o1'],
  ["1' or '1'='1", "'", 's&soS'],
  ['1" or 1=1--', '"', 's&1o1c'],
  ['union all select null,@@version', 'bare', 'UkEl,v'],
  ['sleep(5)', 'bare', 'n(1)'],
  ["n'text' 0x41 1e5 .5", 'bare', 's111'],
  ['a.b.c master..sysobjects', 'bare', 'nn'],
  ["'it''s' 'a\\'b'", 'bare', 'ss'],
  ['/*!50000select*/ 1 /* note */', 'bare', 'xEx1c'],
  ['`name` -- rest', 'bare', 'nc'],
] as const)('%s in context %s is %s', (text, context, want) => {
  expect(kinds(text, context)).toBe(want);
});

test.each([
  ["o'neil and o'brien", 'a name after an apostrophe'],
  ["the boys' and girls' room", 'a word of the language between two words'],
  ["d'or", 'a word of the language at the end'],
  ['select your country', 'a list of nothing'],
  ['2 and 2', 'no comparison'],
  ['0x8ba1f109551bd432803012645ac136ddd64dba72', 'a hash is no text'],
])('%s is no statement: %s', (text) => {
  expect(judgeSql(text)?.points ?? 0).toBeLessThan(3);
});

test.each([
  ['1; drop table users', 'sqli_stacked'],
  ["x' into outfile '/tmp/a'", 'sqli_file_write'],
  ['1 union select table_name from information_schema.tables', 'sqli_information_schema'],
])('%s is grave', (text) => {
  expect(judgeSql(text)).toMatchObject({ isGrave: true });
});

test('tokens follow each other and end, whatever the text', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom("'", '"', '`', '(', ')', '-', '/', '*', '!', '#', '@', '0', 'x', 'n', 'o', 'r', ' ', '\\', '.', '=', '|', '\n'),
        minLength: 1,
        maxLength: 80,
      }),
      (text) => {
        let end = 0;
        for (const token of tokeniseSql(text, "'")) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          expect(token.end).toBeGreaterThan(token.start);
          end = token.end;
        }
        expect(end).toBeLessThanOrEqual(text.length);
        judgeSql(text);
      },
    ),
  );
});
