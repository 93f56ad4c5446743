import type { AccountRecord } from '../../domain/undo-record.ts';
import { replaceShadowLine } from './replace-line.ts';
import { EXPIRY, lineFingerprint, lineWith, shadowLineOf, withExpiry } from './shadow.ts';

/**
 * Takes our lock and our expiry away again. True when the line is now byte for byte what it was; false when somebody changed
 * something else in it meanwhile (a new password): that is kept.
 */
export const restoreShadow = async (root: string, record: AccountRecord): Promise<boolean> => {
  let isExact = false;
  await replaceShadowLine(root, record.user, (text) => {
    const now = shadowLineOf(text, record.user);
    if (now === undefined) return undefined;
    const password = record.wasLocked || !now.password.startsWith('!') ? now.password : now.password.slice(1);
    const before = lineWith(record.user, password, record.fields);
    isExact = lineFingerprint(before) === record.lineSha256;
    if (isExact) return before;
    const isOurs = now.rest[EXPIRY] === OUR_EXPIRY;
    return lineWith(record.user, password, isOurs ? withExpiry(now.rest, record.fields[EXPIRY] ?? '') : now.rest);
  });
  return isExact;
};

const OUR_EXPIRY = '1';
