/** 32-bit FNV-1a of a text's UTF-16 units: to remember that a text was seen without keeping it. Not for secrets or identity. */
export const textHash = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
};

/** Short name for something that must not be written out, such as a token or session id: eight hexadecimal digits. */
export const labelOf = (text: string): string => textHash(text).toString(16).padStart(8, '0');
