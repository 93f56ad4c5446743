import type { Actor, Approval } from '../domain/approval.ts';

/** Which seats of a question to several persons this one may take: by name, by membership in a named group, or any that is anybody's. */
export const seatsOf = ({ seats = [] }: Pick<Approval, 'seats'>, actor: Actor, isInGroup: (uid: number, group: string) => boolean): readonly number[] =>
  seats.flatMap((names, seat) => {
    const isOneOf = names.some((name) => (name.startsWith('@') ? isInGroup(actor.uid, name.slice(1)) : name === actor.name));
    return names.length === 0 || isOneOf ? [seat] : [];
  });
