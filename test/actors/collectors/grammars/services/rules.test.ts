import { describe, expect, test } from 'vitest';
import { createGrammar } from '../../../../../src/actors/collectors/grammars/registry.ts';
import { checkRuleFile, serviceRules } from '../../../../../src/actors/collectors/grammars/services/rules.ts';
import { SecError } from '../../../../../src/domain/errors.ts';
import { parseLine, utcTime } from '../parse-lines.ts';

const grammar = createGrammar('services', { localTime: utcTime });
const auto = createGrammar('auto', { localTime: utcTime });

const said = (line: string, by = grammar) =>
  parseLine(by, line).events.map(({ type, sourceIp, details }) => ({ type, ip: sourceIp ?? '-', user: details['username'], service: details['service'] }));

const TAKEN_BY_OTHERS = new Set(['postfix', 'dovecot', 'exim']);
// What a client can call himself: the same words as the program's, with the address of somebody else.
const BAIT = [
  '198.51.100.8',
  ' from 198.51.100.8:22',
  "x' from 198.51.100.8:22",
  'x] from 198.51.100.8',
  '" from ip 198.51.100.8',
  'x (198.51.100.8)',
  'x, ip=[198.51.100.8]',
];

describe.each(serviceRules().files.map((file) => [file.service, file] as const))('%s', (service, file) => {
  test.each(file.samples)('%s', (line = '', type, ip = '-', user) => {
    const found = said(line);
    if (type === undefined || type === '') expect(found).toEqual([]);
    else {
      expect(found).toEqual([expect.objectContaining({ type, ip, service })]);
      if (user !== undefined) expect(found[0]?.user).toBe(user);
      if (!TAKEN_BY_OTHERS.has(service)) expect(said(line, auto)).toEqual(found);
    }
  });

  test('every rule has a line that it alone or first takes', () => {
    const lines = file.samples.filter(([, type]) => type !== undefined && type !== '');
    expect(lines.length).toBeGreaterThan(0);
    expect(
      file.samples.some((sample) => sample.length === 1 || sample[1] === ''),
      'a line that says nothing',
    ).toBe(true);
  });

  test('takes addresses of IPv6 where it takes those of IPv4', () => {
    for (const [line = '', type, ip = '-'] of file.samples) {
      if (type === undefined || type === '' || ip === '-') continue;
      const six = line.replaceAll(`::ffff:${ip}`, ip).replaceAll(ip, '2001:db8::7').replaceAll('IPV4/', 'IPV6/');
      expect(said(six), six).toEqual([expect.objectContaining({ type, ip: '2001:db8::7' })]);
    }
  });

  test('a user name never moves the blame', () => {
    for (const [line = '', , ip = '-', user] of file.samples) {
      if (user === undefined || user.length < 2) continue;
      for (const bait of BAIT) {
        const text = line.startsWith('{') ? JSON.stringify(bait).slice(1, -1) : bait;
        for (const hostile of [line.replace(user, () => text), line.replaceAll(user, () => text)]) {
          for (const by of [grammar, auto]) for (const found of said(hostile, by)) expect([ip, '-'], hostile).toContain(found.ip);
        }
      }
    }
  });
});

test('a rule file that is wrong is refused by file and place', () => {
  const good = { service: 'x-y', rules: [{ match: '^abc <ip>$' }], samples: [['abc 1']] };
  expect(checkRuleFile('x.yaml', good).rules[0]?.event).toBe('auth_failure');
  const refused = (value: unknown): unknown => {
    try {
      return checkRuleFile('x.yaml', value);
    } catch (problem) {
      return problem;
    }
  };
  for (const [value, words] of [
    [{ ...good, rules: [{ match: 'abc' }] }, 'x.yaml: rules.0.match: expected a pattern that begins with ^'],
    [{ ...good, rules: [{ match: '^(abc' }] }, 'x.yaml: rules.0.match: Invalid regular expression'],
    [{ ...good, rules: [{ match: '^a', form: 'file' }] }, 'expected a text of three characters'],
    [{ ...good, colour: 'red' }, 'x.yaml: top level'],
  ] as const) {
    const problem = refused(value);
    expect(problem).toBeInstanceOf(SecError);
    expect(String(problem)).toContain(words);
  }
});
