const MAX_ROUNDS = 12;

/**
 * Log4j lookups in lower-case `text` resolved the way the logger would, so that `${${lower:j}ndi:…}` and `${${::-j}…}` read
 * `${jndi:…}`. Undefined when there is none.
 */
export const resolveLookups = (text: string): string | undefined => {
  if (!text.includes('${')) return undefined;
  let current = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = current.replace(INNERMOST, (whole, name: string, body: string) => resolveOne(whole, name, body));
    if (next === current) break;
    current = next;
  }
  return current;
};

// `${name:body}` without another lookup inside.
const INNERMOST = /\$\{([^${}:]{0,64}):([^${}]{0,128})\}/g;

const resolveOne = (whole: string, name: string, body: string): string => {
  if (name === 'jndi') return whole;
  if (name === 'lower' || name === 'upper') return body;
  const text = `${name}:${body}`;
  const otherwise = text.lastIndexOf(':-');
  if (otherwise >= 0) return text.slice(otherwise + 2);
  return name === 'date' ? body.replaceAll("'", '') : whole;
};
