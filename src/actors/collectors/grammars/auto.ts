import type { Grammar, LineContext, ParseOutcome } from '../../contract.ts';
import { AUTH_PROGRAMS } from './auth.ts';
import { MAIL_FAMILY, MAIL_PROGRAMS } from './mail.ts';
import { PACKET_PROGRAMS } from './packet.ts';
import { createQuietLines } from './quiet-lines.ts';
import { quietServices, type ServicesGrammar } from './services/services.ts';

/** The grammars that `auto` chooses from. `auth`, `mail` and `firewall` share one file on many hosts and never speak about the same line. */
export type AutoGrammars = {
  readonly auth: Grammar;
  readonly mail: Grammar;
  readonly firewall: Grammar;
  readonly web: Grammar;
  readonly weberror: Grammar;
  readonly journal: Grammar;
  readonly app: Grammar;
  /** Asked after those that are made for a family of logs. */
  readonly services: ServicesGrammar;
};

/**
 * Finds out what a line is by its first characters, which its writer chose and no client, then by trying all. What came before
 * has no say in it: a name or a path that looks like a line of another log cannot make the line be taken for one.
 */
export const createAutoGrammar = ({ auth, mail, firewall, web, weberror, journal, app, services }: AutoGrammars): Grammar => {
  const known = quietServices();
  const all = [auth, mail, firewall, services, web, weberror, journal, app];
  const orders = {
    json: [web, services, app, journal, auth, mail, weberror],
    journal: [journal, services, app, auth, mail, web, weberror],
    address: [web, auth, mail, services, weberror, journal, app],
    error: [weberror, services, auth, mail, web, journal, app],
  };
  // Which of the two spoke last is asked first: that only saves time.
  const syslog = { auth: all, mail: [mail, auth, firewall, services, web, weberror, journal, app] };
  let latest: 'auth' | 'mail' = 'auth';
  let taken: Grammar | undefined;

  const parse = (line: string, context: LineContext, emit: Parameters<Grammar['parse']>[2]): ParseOutcome => {
    const form = formOf(line);
    let outcome: ParseOutcome = 'unparsed';
    for (const grammar of form === 'syslog' ? syslog[latest] : orders[form]) {
      const own = grammar.parse(line, context, emit);
      if (own === 'unparsed') continue;
      outcome = own;
      taken = grammar;
      if (own === 'irrelevant') continue;
      if (grammar === auth) latest = 'auth';
      else if (grammar === mail) latest = 'mail';
      break;
    }
    return outcome;
  };

  return {
    id: 'auto',
    eventTypes: [...new Set(all.flatMap((grammar) => grammar.eventTypes))],
    parse,
    lastTaken: () => taken?.id ?? 'auto',
    isQuiet: createQuietLines({
      programs: [...AUTH_PROGRAMS, ...MAIL_PROGRAMS, ...PACKET_PROGRAMS, 'haproxy', ...known.programs],
      families: [MAIL_FAMILY, ...known.families],
      mayHoldRequest: true,
    }),
  };
};

type Form = 'syslog' | 'json' | 'journal' | 'address' | 'error';

const formOf = (line: string): Form => {
  const first = line.charCodeAt(0);
  if (first === BRACE) return line.includes('"MESSAGE"') ? 'journal' : 'json';
  if (first === BRACKET) return 'error';
  if (first < ZERO || first > NINE) return 'syslog';
  const fifth = line.charCodeAt(4);
  // `2026-01-12T…` of a syslog daemon, `2026/01/12 …` of nginx, otherwise an address.
  if (fifth === DASH) return 'syslog';
  return fifth === SLASH ? 'error' : 'address';
};

const BRACE = 123;
const BRACKET = 91;
const ZERO = 48;
const NINE = 57;
const DASH = 45;
const SLASH = 47;
