import { textOf } from '../../../domain/event.ts';
import { addressOfHost, type HostKind, kindOfHost } from './host-of-url.ts';
import { jsonOf, visitFields } from './json-fields.ts';
import type { ApiRequest } from './request.ts';
import type { Say } from './say.ts';
import { hostOf, urlsIn } from './urls.ts';

const ODD_SCHEMES: ReadonlySet<string> = new Set(['gopher', 'dict', 'file', 'ldap', 'ldaps', 'tftp', 'jar', 'netdoc', 'phar', 'sftp']);
const URL_NAME =
  /(?:^|[_.-])(?:url|uri|link|href|src|source|dest|destination|target|callback|redirect|next|proxy|fetch|feed|host|endpoint|webhook|image|img|site|domain|forward|to|page|return)(?:$|[_.-])|(?:url|uri|host|callback|endpoint|webhook)$/i;
// Hosts the tool registry may name: a local tool server is what it is for.
const LOCAL = /^(?:localhost|127\.0\.0\.1|\[::1\])$/i;

/** Requests that make this server fetch from where only it can reach. */
export const judgeForgery = (request: ApiRequest, isToolRegistry: boolean, say: Say): void => {
  let worst: { readonly kind: HostKind | 'scheme'; readonly host: string; readonly field: string } | undefined;
  const look = (host: string, field: string, isOdd = false): void => {
    if (host === '' || host.length > 300 || (isToolRegistry && LOCAL.test(host))) return;
    const kind = kindOfHost(host);
    if (kind === 'metadata') worst = { kind, host, field };
    else if ((kind === 'private' || isOdd) && worst?.kind !== 'metadata') worst = { kind: kind === 'private' ? kind : 'scheme', host, field };
  };
  const lookAtUrls = (text: string, field: string): void => {
    for (const url of urlsIn(text)) look(url.host, field, ODD_SCHEMES.has(url.scheme));
  };
  const parameter = textOf(request.details, 'url_param').slice(0, 4096);
  if (parameter !== '') {
    look(hostOf(parameter), 'url_param');
    lookAtUrls(parameter, 'url_param');
  }
  if (request.body !== '') {
    lookAtUrls(request.body, 'body');
    visitFields(jsonOf(request.body), (name, value) => {
      if (typeof value === 'string' && value.length <= 300 && !value.includes('://') && (URL_NAME.test(name) || addressOfHost(value) !== undefined)) {
        const host = hostOf(value);
        if (URL_NAME.test(name) || kindOfHost(host) === 'metadata') look(host, 'body');
      }
    });
  }
  lookAtQuery(request.target, look, lookAtUrls);
  if (worst === undefined) return;
  say({
    type: 'ssrf_via_api',
    rule: worst.kind === 'metadata' ? 'metadata-host' : worst.kind === 'private' ? 'private-host' : 'odd-scheme',
    severity: worst.kind === 'metadata' ? 'CRITICAL' : 'HIGH',
    says: `${request.method} ${request.path} makes the server fetch from ${worst.host}: ${worst.kind === 'metadata' ? 'the cloud’s metadata service' : worst.kind === 'private' ? 'an address inside' : 'by a scheme that no client needs'}.`,
    field: worst.field,
    text: worst.host,
  });
};

const lookAtQuery = (target: string, look: (host: string, field: string, isOdd?: boolean) => void, lookAtUrls: (text: string, field: string) => void): void => {
  const mark = target.indexOf('?');
  if (mark < 0 || !MAY_NAME_HOST.test(target)) return;
  for (const pair of target.slice(mark + 1, mark + 4096).split('&', 64)) {
    const equals = pair.indexOf('=');
    if (equals <= 0) continue;
    const value = unescaped(pair.slice(equals + 1));
    if (value.includes('://')) lookAtUrls(value, 'path');
    else if (
      URL_NAME.test(pair.slice(0, equals)) &&
      /^[\w.:[\]-]{4,300}(?:\/|$)/.test(value) &&
      addressOfHost(hostOf(value)) !== undefined &&
      /[.:x]/.test(value)
    )
      look(hostOf(value), 'path');
  }
};

// An address, a scheme, or something hidden: everything else names no host inside.
const MAY_NAME_HOST = /:\/\/|%|=(?:\d|\[)/;

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign: the text as it is.
    return text;
  }
};
