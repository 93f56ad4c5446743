const MAX_QUERY = 131_072;

/** What counts in a GraphQL document: one pass over its tokens (GraphQL specification, section 2, October 2021). */
export type GraphqlShape = {
  /** Deepest nesting of selection sets. */
  readonly depth: number;
  readonly aliases: number;
  /** `query`, `mutation` and `subscription` operations, nameless ones included. */
  readonly operations: number;
  /** Fields of mutations, at the first level. */
  readonly mutations: readonly string[];
  /** Names that begin with two underscores. */
  readonly reserved: readonly string[];
};

/** Reads a document of at most 128 KiB; strings, comments, arguments and variables are no fields. Never throws. */
export const shapeOf = (document: string): GraphqlShape => {
  const text = document.slice(0, MAX_QUERY);
  const reserved: string[] = [];
  const mutations: string[] = [];
  let depth = 0;
  let deepest = 0;
  let parens = 0;
  let aliases = 0;
  let operations = 0;
  let isMutation = false;
  let previous = '';
  let beforeColon = '';
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const token = match[0];
    const first = token.charCodeAt(0);
    if (first === QUOTE || first === HASH) continue;
    if (token === '{') {
      if (parens > 0) parens++;
      else {
        if (depth === 0 && (previous === '' || previous === '}')) operations++;
        depth++;
        deepest = Math.max(deepest, depth);
      }
    } else if (token === '}') {
      if (parens > 0) parens--;
      else {
        depth = Math.max(0, depth - 1);
        if (depth === 0) isMutation = false;
      }
    } else if (token === '(' || token === '[') parens++;
    else if (token === ')' || token === ']') parens = Math.max(0, parens - 1);
    else if (token === ':') beforeColon = parens === 0 && depth > 0 ? previous : '';
    else if (parens === 0 && isName(first)) {
      if (depth === 0 && OPERATIONS.has(token) && !OPERATIONS.has(previous)) {
        operations++;
        isMutation = token === 'mutation';
      }
      if (depth > 0 && previous === ':' && beforeColon !== '') aliases++;
      if (token.startsWith('__') && reserved.length < 64) reserved.push(token);
      if (isMutation && depth === 1 && previous !== '@' && mutations.length < 64) mutations.push(token);
    }
    previous = token;
  }
  return { depth: deepest, aliases, operations, mutations, reserved };
};

// Block strings, strings, comments, names, numbers, single signs.
const TOKEN = /"""(?:[^"]|"(?!""))*(?:"""|$)|"(?:[^"\\\n]|\\.)*(?:"|$)?|#[^\n]*|[A-Za-z_]\w*|\$\w+|[{}()[\]:@]|\.\.\./g;
const OPERATIONS: ReadonlySet<string> = new Set(['query', 'mutation', 'subscription']);
const QUOTE = 34;
const HASH = 35;

const isName = (unit: number): boolean => (unit >= 65 && unit <= 90) || unit === 95 || (unit >= 97 && unit <= 122);
