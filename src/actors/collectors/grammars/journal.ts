import type { Grammar, ParseOutcome } from '../../contract.ts';
import { AUTH_EVENT_TYPES, createAuthMessageReader } from './auth.ts';
import { type AuthLine, createAuthLine } from './auth-line.ts';
import { readNetfilter } from './netfilter.ts';
import { PACKET_EVENT_TYPES, packetEvent } from './packet.ts';
import type { ServicesGrammar } from './services/services.ts';

/**
 * Lines of `journalctl -o json`. Fields that start with `_` are filled by journald and cannot be forged; the identifier can: a message
 * that says it is from sshd but does not come from root, or from sudo/su but not from a system program, is only `spoofable`.
 */
export const createJournalGrammar = (services: ServicesGrammar): Grammar => {
  const readMessage = createAuthMessageReader();
  const from = createAuthLine();
  return {
    id: 'journal',
    eventTypes: [...new Set([...AUTH_EVENT_TYPES, ...PACKET_EVENT_TYPES, ...services.eventTypes])],
    parse: (line, context, emit) => {
      const entry = entryOf(line);
      if (entry === undefined) return 'unparsed';
      const message = messageOf(entry['MESSAGE']);
      if (message === undefined) return 'irrelevant';
      fill(from, entry, message, context.receivedAt);
      from.context = { ...context, isCut: context.isCut === true || message.length >= MAX_MESSAGE };
      from.emit = emit;
      if (textIn(entry, '_TRANSPORT') === 'kernel') return readKernel(from);
      const outcome = readMessage(from);
      return outcome === 'irrelevant' ? services.readMessage(from, message, from.trust, from.context, emit) : outcome;
    },
  };
};

// The transport is journald's own word: nobody but the kernel writes there.
const readKernel = ({ line, at, host, context, emit }: AuthLine): ParseOutcome => {
  const packet = readNetfilter(line, 0);
  const { source, position } = context;
  const event = packet === undefined ? undefined : packetEvent(packet, { line, source, position, at, host, trust: 'sensor' });
  if (event === undefined) return 'irrelevant';
  emit(event);
  return 'event';
};

type Entry = { readonly [field: string]: unknown };

const MAX_MESSAGE = 8192;
const SSHD = /^sshd(?:-session|-auth)?$/;
const SYSTEM_PROGRAM = /^\/(?:usr\/)?(?:s?bin|lib|lib64|libexec)\//;

const fill = (from: AuthLine, entry: Entry, message: string, receivedAt: number): void => {
  const identifier = textIn(entry, 'SYSLOG_IDENTIFIER') || textIn(entry, '_COMM');
  const micros = Number(textIn(entry, '__REALTIME_TIMESTAMP') || Number.NaN);
  from.at = Number.isFinite(micros) && micros > 0 ? Math.floor(micros / 1000) : receivedAt;
  from.host = textIn(entry, '_HOSTNAME') || undefined;
  from.program = identifier.slice(0, 64);
  from.pid = (textIn(entry, '_PID') || textIn(entry, 'SYSLOG_PID')).slice(0, 12);
  from.start = 0;
  from.line = message;
  from.end = message.length;
  from.repeat = 1;
  from.trust = isGenuine(entry, identifier) ? 'sensor' : 'spoofable';
};

// `_UID` is always there (from the socket's credentials); `_EXE` is missing when the process was gone too soon.
const isGenuine = (entry: Entry, identifier: string): boolean => {
  const uid = textIn(entry, '_UID');
  if (uid === '' || uid === '0') return true;
  if (SSHD.test(identifier)) return false;
  const exe = textIn(entry, '_EXE');
  return SYSTEM_PROGRAM.test(exe) && exe.endsWith(`/${identifier}`);
};

const entryOf = (line: string): Entry | undefined => {
  if (line.charCodeAt(0) !== 123) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    // A decoder: a text that starts with a brace is an object of unknown members.
    return typeof value === 'object' && value !== null ? (value as Entry) : undefined;
  } catch {
    // A line that is cut or not JSON is reported as unparsed.
    return undefined;
  }
};

// Binary messages come as arrays of byte values.
const messageOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value.slice(0, MAX_MESSAGE);
  if (!Array.isArray(value)) return undefined;
  const bytes = value.slice(0, MAX_MESSAGE).map((byte) => (typeof byte === 'number' ? byte & 0xff : 0));
  return Buffer.from(bytes).toString('utf8');
};

const textIn = (entry: Entry, field: string): string => {
  const value = Object.hasOwn(entry, field) ? entry[field] : undefined;
  return typeof value === 'string' ? value : '';
};
