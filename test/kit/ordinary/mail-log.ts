import { createDice, type Timed } from './traffic.ts';

/** mail.log of a small mail server over `days` days: people read mail all day with programs that log in again and again. */
export const ordinaryMailLog = (seed: number, start: number, days: number): readonly Timed[] => {
  const dice = createDice(seed);
  const log: Timed[] = [];
  const say = (at: number, words: string): void => {
    log.push({ at, line: `${new Date(at).toISOString().replace('Z', '000+00:00')} mx1 ${words}` });
  };
  let session = 100_000;
  for (let minute = 0; minute < days * 1440; minute += 5)
    for (let person = 0; person < 12; person++) {
      const at = start + minute * 60_000 + person * 9000 + dice.below(5000);
      const ip = person < 6 ? '198.51.100.20' : `2001:db8:77:${person}::${1 + dice.below(9)}`;
      const user = `person${person}@example.com`;
      session += 1;
      const place = `rip=${ip}, lip=192.0.2.25, mpid=${session}, TLS, session=<${dice.hex(16)}>`;
      // A program with an old password, now and then: it asks, and is right the next time.
      if (dice.chance(0.004))
        say(at - 4000, `dovecot: imap-login: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): user=<${user}>, method=PLAIN, ${place}`);
      say(at, `dovecot: imap-login: Login: user=<${user}>, method=PLAIN, ${place}`);
      say(
        at + 2000,
        `dovecot: imap(${user})<${session}><${dice.hex(8)}>: Disconnected: Logged out in=430 out=2211 deleted=0 expunged=0 trashed=0 hdr_count=0 hdr_bytes=0 body_count=0 body_bytes=0`,
      );
      if (minute % 20 !== 0) continue;
      say(at + 3000, `postfix/smtpd[${session}]: connect from mail-${person}.example.org[203.0.113.${50 + person}]`);
      say(at + 3100, `postfix/smtpd[${session}]: ${dice.hex(10).toUpperCase()}: client=mail-${person}.example.org[203.0.113.${50 + person}]`);
      say(
        at + 3400,
        `postfix/smtpd[${session}]: disconnect from mail-${person}.example.org[203.0.113.${50 + person}] ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7`,
      );
      say(
        at + 4000,
        `postfix/submission/smtpd[${session + 1}]: ${dice.hex(10).toUpperCase()}: client=unknown[${ip}], sasl_method=PLAIN, sasl_username=${user}`,
      );
      if (dice.chance(0.02))
        say(
          at + 4200,
          `postfix/smtpd[${session}]: NOQUEUE: reject: RCPT from unknown[203.0.113.${90 + person}]: 450 4.7.1 Client host rejected: cannot find your hostname; from=<x@example.net> to=<${user}> proto=ESMTP helo=<x>`,
        );
    }
  return log;
};
