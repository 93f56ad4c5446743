import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGrammar, GRAMMAR_IDS } from '../../../../src/actors/collectors/grammars/registry.ts';
import { SecError } from '../../../../src/domain/errors.ts';
import { parseLine, utcTime } from './parse-lines.ts';

// Beginnings that lead deep into each grammar, then anything.
const openings = [
  'Jan 12 03:04:05 h sshd[1]: Failed password for ',
  'Jan 12 03:04:05 h sshd[1]: message repeated 2 times: [ ',
  'Jan 12 03:04:05 h sshd[1]: pam_unix(sshd:auth): authentication failure;',
  'Jan 12 03:04:05 h sudo: a : ',
  'Jan 12 03:04:05 h dovecot: imap-login: Disconnected (auth failed, 1 attempts): user=<',
  'Jan 12 03:04:05 h postfix/smtpd[1]: warning: ',
  'Jan 12 03:04:05 h exim4[1]: login authenticator failed for ',
  '<38>1 2026-01-12T03:04:05Z h sshd 1 - [',
  '192.0.2.1 - - [12/Jan/2026:03:04:05 +0000] "',
  '192.0.2.1 - - [12/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 1 "',
  '2026/01/12 03:04:05 [error] 1#1: *5 user "',
  '[Mon Jan 12 03:04:05.123456 2026] [auth_basic:error] [pid 1] [client 192.0.2.1:1] AH01617: user ',
  '{"MESSAGE":"',
  '{"type":"',
  '',
];

// Pieces that make scanners go back and forth.
const bait = [
  ' ',
  '"',
  '\\',
  '[',
  ']',
  ' from ',
  ' port ',
  '1',
  ':',
  ' ssh2: ',
  ', client: ',
  '\\x',
  ' ; ',
  ' rhost=',
  '": password mismatch, client: ',
  '{',
  '(',
  "'",
  ' for ',
];

describe.each(GRAMMAR_IDS)('the %s grammar', (id) => {
  test('never throws, whatever the line', () => {
    const grammar = createGrammar(id, { localTime: utcTime });
    const piece = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(...bait));
    fc.assert(
      fc.property(fc.constantFrom(...openings), fc.array(piece, { maxLength: 12 }), fc.boolean(), (opening, pieces, isCut) => {
        const { outcome, events } = parseLine(grammar, opening + pieces.join(''), { isCut });
        expect(['event', 'irrelevant', 'unparsed']).toContain(outcome);
        expect(outcome === 'event').toBe(events.length > 0);
      }),
      { numRuns: 1500 },
    );
  });

  test('takes time in proportion to the length of the line', () => {
    const grammar = createGrammar(id, { localTime: utcTime });
    const cost = (line: string): number => {
      const started = performance.now();
      for (let round = 0; round < 3; round += 1) parseLine(grammar, line);
      return performance.now() - started;
    };
    for (const opening of openings) {
      for (const piece of bait) {
        // 64 KiB, eight times what a pipeline scans: a quadratic scan would take seconds.
        const ms = cost(opening + piece.repeat(Math.floor(65_536 / piece.length)));
        expect(ms, `${opening} + ${JSON.stringify(piece)} took ${ms} ms`).toBeLessThan(150);
      }
    }
  });
});

test('an unknown grammar is refused by name', () => {
  expect(() => createGrammar('nginx')).toThrow(SecError);
  expect(() => createGrammar('constructor')).toThrow(SecError);
});
