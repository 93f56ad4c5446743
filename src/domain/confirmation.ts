import type { Approval } from './approval.ts';

/** What a person repeats to break the glass: it names the very question, as it was when they looked at it. */
export const confirmationCode = ({ id, version, basis }: Pick<Approval, 'id' | 'version' | 'basis'>): string => `${id.slice(-6)}-${basis ?? version}`;
