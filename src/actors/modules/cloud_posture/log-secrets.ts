import { SECRET_SHAPES } from '../../../domain/secret-shapes.ts';

const MAX_TEXT = 65_536;
const QUOTED =
  /\b(?:password|passwd|pwd|secret|client_secret|api_?key|apikey|access_?token|auth_?token|token)["']?\s{0,4}[:=]\s{0,4}["']([^"'\s]{8,128})["']/gi;
const UNQUOTED = /\b(?:password|passwd|client_secret|api_?key|secret_?key)\s{0,2}=\s{0,2}([^\s"',;&=]{8,128})/gi;
// What stands in a log where a secret was taken out, or where a template has not been filled in.
const MASKED =
  /^(?:\*+|x{4,}|\.{3,}|<.{0,60}>?|\$\{?.{0,60}|%\w{0,20}|\{\{?.{0,60}|redacted|changeme|password|passwd|null|undefined|none|true|false|\[.{0,40}\]?)$/i;

/** The kinds of secrets in a text, each once; the values are not told. */
export const secretsIn = (content: string): readonly string[] => {
  const text = content.slice(0, MAX_TEXT);
  const lower = text.toLowerCase();
  const kinds = SECRET_SHAPES.filter((shape) => isSecret(shape.name) && shape.has.some((literal) => lower.includes(literal)) && shape.pattern.test(text)).map(
    (shape) => shape.name,
  );
  if (kinds.length > 0) return kinds;
  const values = [...text.matchAll(QUOTED), ...text.matchAll(UNQUOTED)].map((match) => match[1] ?? '');
  return values.some((value) => !MASKED.test(value)) ? ['password or key'] : [];
};

// An address is no secret.
const isSecret = (name: string): boolean => name !== 'Firebase address';
