const MAX_URLS = 64;
const HOST_END = /[/?#"'\s<>\\,)}|]/;

export type FoundUrl = { readonly scheme: string; readonly host: string; readonly at: number };

/** The URLs in a text, in order, 64 at most: scheme and host, without user information and port. Linear. */
export const urlsIn = (text: string): readonly FoundUrl[] => {
  const found: FoundUrl[] = [];
  for (let at = text.indexOf('://'); at >= 0 && found.length < MAX_URLS; at = text.indexOf('://', at + 3)) {
    const scheme = /[a-z][a-z0-9+.-]{0,19}$/i.exec(text.slice(Math.max(0, at - 20), at))?.[0] ?? '';
    if (scheme === '') continue;
    const rest = text.slice(at + 3, at + 3 + 300);
    const end = rest.search(HOST_END);
    const authority = end < 0 ? rest : rest.slice(0, end);
    const host = authority.slice(authority.lastIndexOf('@') + 1);
    found.push({ scheme: scheme.toLowerCase(), host: withoutPort(host), at: at - scheme.length });
  }
  return found;
};

/** The host of a URL, or of a bare `host[:port][/path]`. */
export const hostOf = (text: string): string => {
  const [url] = urlsIn(text);
  if (url !== undefined) return url.host;
  const bare = text.trim().replace(/^\/\//, '');
  const end = bare.search(HOST_END);
  return withoutPort((end < 0 ? bare : bare.slice(0, end)).slice(0, 300));
};

const withoutPort = (host: string): string => {
  if (host.startsWith('[')) return host.slice(0, host.indexOf(']') < 0 ? undefined : host.indexOf(']') + 1);
  const colon = host.indexOf(':');
  return colon >= 0 && host.indexOf(':', colon + 1) < 0 ? host.slice(0, colon) : host;
};
