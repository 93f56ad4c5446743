/** How deep arrays and objects nest in a JSON text; what stands in strings does not count. Linear, stops at `limit` + 1. */
export const jsonDepth = (text: string, limit: number): number => {
  let depth = 0;
  let deepest = 0;
  let isText = false;
  for (let at = 0; at < text.length && deepest <= limit; at += 1) {
    const code = text.charCodeAt(at);
    if (isText) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) isText = false;
    } else if (code === QUOTE) isText = true;
    else if (code === BRACKET || code === BRACE) {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (code === BRACKET + 2 || code === BRACE + 2) depth -= 1;
  }
  return deepest;
};

const QUOTE = 34;
const BACKSLASH = 92;
const BRACKET = 91;
const BRACE = 123;
