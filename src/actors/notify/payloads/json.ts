import type { Payload } from '../payload.ts';

/** A JSON payload. Every character outside ASCII is written as an escape, so that no receiver can misread the encoding. */
export const jsonPayload = (value: unknown, contentType = 'application/json'): Payload => ({
  body: JSON.stringify(value).replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
  headers: { 'content-type': contentType },
});
