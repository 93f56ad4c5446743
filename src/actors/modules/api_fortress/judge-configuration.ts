import { flagOf, textOf } from '../../../domain/event.ts';
import { isPublicAddress } from '../../../domain/public-address.ts';
import type { ApiRequest } from './request.ts';
import type { Say } from './say.ts';

const TRACE =
  /\bat [\w$.<>]{3,200}\([\w.]{1,100}(?::\d{1,7})?\)|Traceback \(most recent call last\)|(?:NullPointerException|StackTrace|RuntimeException)\b|\bgoroutine \d{1,9} \[|\bin \/[\w./-]{1,200}\.(?:php|rb|py) on line \d/;
const DATABASE =
  /\b(?:SQLSTATE\[|ORA-\d{5}|SQL syntax.{0,60}MySQL|PG::\w{1,40}Error|psycopg2\.|sqlite3\.\w{1,30}Error|Unclosed quotation mark|SequelizeDatabaseError)/i;
const DEBUG = /\bDEBUG\s{0,4}[:=]\s{0,4}(?:true|1|on)\b|\bdebug mode\b|Werkzeug Debugger|\bDjango Version\b|You're seeing this error because/i;
const VERSION = /\b(?:Apache|nginx|PHP|Tomcat|IIS|Express|Jetty|OpenSSL|Django|Rails|Spring Boot)\/\d{1,3}\.\d{1,4}/i;
const HEADERS = ['x-content-type-options', 'strict-transport-security', 'x-frame-options'];
const DEBUG_SEGMENTS: ReadonlySet<string> = new Set([
  'debug',
  'trace',
  'actuator',
  'heapdump',
  'threaddump',
  'phpinfo',
  'phpinfo.php',
  'server-status',
  'server-info',
  'swagger',
  'swagger-ui',
  'swagger-ui.html',
  'api-docs',
  'console',
  '.env',
  '.git',
  'elmah.axd',
  'pprof',
  'h2-console',
  'jolokia',
  'metrics',
  'graphiql',
  '_profiler',
  'telescope',
  'adminer.php',
]);
// Answered to somebody outside, these are a fault whatever the application is.
const NEVER_PUBLIC =
  /^\/(?:(?:[\w-]{1,40}\/)?actuator\/(?:env|heapdump|threaddump|httptrace|configprops|jolokia|loggers|beans|mappings)|debug\/(?:pprof|vars)(?:\/|$)|server-(?:status|info)$|phpinfo\.php$|_profiler(?:\/|$)|telescope\/requests|elmah\.axd$|trace\.axd$|h2-console(?:\/|$)|jolokia(?:\/|$)|\.git\/(?:config|HEAD|index)$)/i;

/** Settings of an interface that are faults: cross-origin rules, chatty errors, missing headers, doors for developers. */
export const judgeConfiguration = (request: ApiRequest, say: Say): void => {
  const { details } = request;
  const subject = `endpoint:${request.method} ${request.path.slice(0, 200)}`;
  if (textOf(details, 'cors_origin').trim() === '*' && flagOf(details, 'cors_credentials') === true) {
    say({
      type: 'security_misconfiguration',
      rule: 'cors',
      severity: 'CRITICAL',
      says: `${request.path} lets every site read answers with the user’s credentials.`,
      field: 'cors_origin',
      text: '*',
      subject,
    });
  }
  const error = textOf(details, 'error_body').slice(0, 65_536);
  const chatty = error === '' ? undefined : chattyKind(error);
  if (chatty !== undefined) {
    say({
      type: 'security_misconfiguration',
      rule: 'chatty-error',
      severity: 'MEDIUM',
      says: `An error of ${request.path} shows ${chatty}.`,
      field: 'error_body',
      text: error.slice(0, 200),
      subject,
    });
  }
  const headers = textOf(details, 'response_headers').slice(0, 65_536).toLowerCase();
  const missing = headers === '' ? [] : HEADERS.filter((name) => !headers.includes(name));
  if (missing.length >= 2) {
    say({
      type: 'security_misconfiguration',
      rule: 'headers',
      severity: 'MEDIUM',
      says: `Answers of ${request.path} lack ${missing.join(', ')}.`,
      field: 'response_headers',
      text: missing.join(', '),
      subject,
    });
  }
  if (request.outcome === 'refused' || request.outcome === 'failed') return;
  const segment = request.segments.find((one) => DEBUG_SEGMENTS.has(one));
  if (segment === undefined) return;
  say({
    type: 'security_misconfiguration',
    rule: 'debug-door',
    severity: 'HIGH',
    says: `${request.path} answers: a door for developers (${segment}).`,
    field: 'path',
    text: request.path,
    subject,
  });
};

/** A door for developers that answered somebody on the internet, seen in an access log. */
export const judgeOpenDoor = (request: ApiRequest, say: Say): void => {
  const { sourceIp } = request.event;
  if (request.status === undefined || request.status < 200 || request.status >= 300 || !NEVER_PUBLIC.test(request.path)) return;
  if (sourceIp === undefined || !isOutside(sourceIp)) return;
  say({
    type: 'security_misconfiguration',
    rule: 'open-door',
    severity: 'HIGH',
    says: `${request.method} ${request.path} was answered to ${sourceIp} (status ${request.status}).`,
    field: 'path',
    text: request.path,
    subject: `endpoint:${request.path.slice(0, 200)}`,
  });
};

// Documentation networks stand for the internet in examples; everything else private is a neighbour or a monitor.
const isOutside = (address: string): boolean => isPublicAddress(address) || /^(?:192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:)/.test(address);

const chattyKind = (text: string): string | undefined => {
  if (TRACE.test(text)) return 'a stack trace';
  if (DATABASE.test(text)) return 'what the database said';
  if (DEBUG.test(text)) return 'debug output';
  return VERSION.test(text) ? 'a version' : undefined;
};
