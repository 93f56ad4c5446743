import type { Severity } from '../../../domain/severity.ts';

/** What is known when somebody gets in. */
export type LoginContext = {
  /** The address of the login is over its own limit. */
  readonly isAddressAttacking: boolean;
  /** Its account is attacked by others: failures in ten minutes, or from many addresses. */
  readonly isAccountAttacked: boolean;
  readonly isAccountAttackedByMany: boolean;
  /** This address failed on this account in the last day. */
  readonly hasFailedHere: boolean;
  /** The same user has logged in well from this place before. */
  readonly isTrusted: boolean;
  /** A key or the like, which nobody guesses. */
  readonly isKey: boolean;
  readonly isRoot: boolean;
};

/** How bad it is that this login worked; undefined when it is an ordinary one. */
export const suspicionOf = (context: LoginContext): Severity | undefined => {
  if (context.isAddressAttacking) {
    if (context.isKey || context.isTrusted) return 'MEDIUM';
    return context.isRoot ? 'CRITICAL' : 'HIGH';
  }
  // Attacks on root never stop on an open host: its owner's daily login with a key, or from the usual place, is no news.
  if (!context.isAccountAttacked || context.isTrusted || context.isKey) return undefined;
  return context.isAccountAttackedByMany || context.hasFailedHere ? 'HIGH' : 'MEDIUM';
};
