/** Longest text that is sent to a terminal's clipboard; longer ones would be cut by terminals without a word. */
export const MAX_COPY_BYTES = 74_994;

/** The OSC 52 sequence that puts `text` on the terminal's clipboard, or undefined when it is too long. */
export const osc52 = (text: string): string | undefined => {
  const encoded = Buffer.from(text, 'utf8').toString('base64');
  return encoded.length > MAX_COPY_BYTES ? undefined : `\u001b]52;c;${encoded}\u0007`;
};

/** JSON in printable ASCII on one line: whatever is pasted later can be neither a command line break nor an invisible sign. */
export const pasteSafeJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
