import { addressOf } from './address.ts';
import type { HttpRequest } from './http-event.ts';
import { createLogClock, type LogClock } from './log-time.ts';
import type { GrammarOptions } from './options.ts';
import { createSyslogPrefix, readSyslogPrefix } from './syslog-prefix.ts';

/**
 * Requests of HAProxy's HTTP log format (`option httplog`), behind the prefix of a syslog daemon. HAProxy writes `#XX` for quotes and
 * control characters in what a client sent, so the first quote of a line opens the request.
 */
export const createHaproxyReader = (options: GrammarOptions): ((line: string, receivedAt: number) => HttpRequest | undefined) => {
  const clock: LogClock = createLogClock(options);
  const prefix = createSyslogPrefix();
  return (line, receivedAt) => {
    if (!readSyslogPrefix(line, clock, receivedAt, prefix) || prefix.program !== 'haproxy') return undefined;
    const quote = line.indexOf('"', prefix.start);
    const found = quote < 0 || quote - prefix.start > MAX_HEAD ? null : HEAD.exec(line.slice(prefix.start, quote));
    if (found === null) return undefined;
    const [, address = '', frontend = '', status = '', size = ''] = found;
    const ip = addressOf(address);
    if (ip === undefined) return undefined;
    const end = line.lastIndexOf('"');
    const request = decode(line.slice(quote + 1, end > quote ? end : line.length));
    const blank = request.indexOf(' ');
    const last = request.lastIndexOf(' ');
    const hasProtocol = last > blank && request.startsWith('HTTP/', last + 1);
    const method = blank > 0 && METHOD.test(request.slice(0, blank)) ? request.slice(0, blank) : '';
    return {
      at: prefix.at,
      ip,
      host: frontend,
      user: undefined,
      request,
      method,
      path: method === '' ? request : request.slice(blank + 1, hasProtocol ? last : request.length),
      protocol: hasProtocol ? request.slice(last + 1) : '',
      status: Number(status) >= 100 ? Number(status) : undefined,
      size: Number(size),
      referer: undefined,
      userAgent: undefined,
      forwardedFor: undefined,
    };
  };
};

const MAX_HEAD = 4096;
const METHOD = /^[A-Z_-]{1,32}$/;

// ADDRESS:PORT [TIME] FRONTEND BACKEND/SERVER TIMERS STATUS BYTES …; no two parts can match the same characters.
const HEAD =
  /^([0-9a-fA-F.:]{2,64}):[0-9]{1,5} \[[0-9]{2}\/[A-Z][a-z]{2}\/[0-9]{4}(?::[0-9]{2}){3}\.[0-9]{3}\] ([^ ]{1,128}) [^ ]{1,256} [-+0-9/]{1,64} (-1|[0-9]{1,3}) \+?([0-9]{1,15}) /;

const decode = (text: string): string =>
  text.includes('#') ? text.replace(/#([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : text;
