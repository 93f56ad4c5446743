/**
 * The text inside a base64 value, or undefined: the whole value (or what follows `base64,`) must be base64 of at least 12
 * characters and must give text that is nearly all printable. Words and identifiers decode to noise and give undefined.
 */
export const decodeBase64Text = (text: string): string | undefined => {
  const mark = text.lastIndexOf('base64,');
  const candidate = (mark < 0 ? text : text.slice(mark + 7)).trim();
  if (candidate.length < 12 || candidate.length > 8192 || !BASE64.test(candidate)) return undefined;
  const decoded = Buffer.from(candidate, 'base64').toString('latin1');
  return decoded.length >= 8 && printableShare(decoded) >= 0.95 ? decoded : undefined;
};

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

const printableShare = (text: string): number => {
  let printable = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if ((code >= 32 && code < 127) || code === 9 || code === 10 || code === 13) printable++;
  }
  return printable / text.length;
};
