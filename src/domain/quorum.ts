import type { Approval, Vote } from './approval.ts';

type Ballot = Pick<Vote, 'by' | 'seats'>;

/** Seats that stay empty when the voters take as many as they can, each one of those they may take. */
export const emptySeats = (seats: number, votes: readonly Ballot[]): readonly number[] => {
  const taken = new Map<number, Ballot>();
  // Augmenting paths: a voter may move to another seat so that a later one finds a place.
  const place = (vote: Ballot, seen: Set<number>): boolean => {
    for (const seat of vote.seats) {
      if (seat < 0 || seat >= seats || seen.has(seat)) continue;
      seen.add(seat);
      const other = taken.get(seat);
      if (other !== undefined && !place(other, seen)) continue;
      taken.set(seat, vote);
      return true;
    }
    return false;
  };
  for (const vote of distinct(votes)) place(vote, new Set());
  return Array.from({ length: seats }, (_, seat) => seat).filter((seat) => !taken.has(seat));
};

/** How many more persons must agree before it may happen. */
export const votesMissing = (approval: Pick<Approval, 'seats' | 'votes'>, more: readonly Ballot[] = []): number =>
  approval.seats === undefined
    ? Math.max(0, 1 - (approval.votes?.length ?? 0) - more.length)
    : emptySeats(approval.seats.length, [...(approval.votes ?? []), ...more]).length;

/** Why this person's vote would not count; undefined when it would. Persons are told apart by user id. */
export const voteProblem = (approval: Pick<Approval, 'seats' | 'votes'>, vote: Ballot): string | undefined => {
  if (approval.seats === undefined) return undefined;
  if (approval.votes?.some(({ by }) => by.uid === vote.by.uid) === true) return `${vote.by.name} has agreed already: another person must`;
  if (votesMissing(approval, [vote]) < votesMissing(approval)) return undefined;
  return `${vote.by.name} is not one of those who are still needed: ${neededText(approval)}`;
};

/** Who must still agree, in words. */
export const neededText = (approval: Pick<Approval, 'seats' | 'votes'>): string =>
  emptySeats(approval.seats?.length ?? 0, approval.votes ?? [])
    .map((seat) => approval.seats?.[seat] ?? [])
    .map((names) => (names.length === 0 ? 'anybody' : names.join(' or ')))
    .join(' and ');

const distinct = (votes: readonly Ballot[]): readonly Ballot[] => [...new Map(votes.map((vote) => [vote.by.uid, vote])).values()];
