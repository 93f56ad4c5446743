import type { StreamMessage } from '../protocol/schemas.ts';

type Unsequenced<Message> = Message extends { readonly sequence: number } ? Omit<Message, 'sequence'> : never;

/** A message before it is numbered. */
export type Publication = Unsequenced<Exclude<StreamMessage, { type: 'hello' } | { type: 'gap' }>>;

/** One subscriber. `push` returns false when the client cannot take more now. */
export type Subscriber = { readonly push: (message: StreamMessage) => boolean };

/** Numbers messages, keeps the last ones for resuming clients, and never waits for anybody. */
export type Hub = {
  readonly publish: (publication: Publication) => void;
  /** Sends what came after `after` (a gap message when that is no longer kept), then everything new. */
  readonly subscribe: (subscriber: Subscriber, after: number | undefined) => () => void;
  readonly sequence: () => number;
};

const KEEP = 2000;

/** A hub whose numbers start at `first`: the start time, so that numbers of an earlier daemon are always smaller. */
export const createHub = (first: number): Hub => {
  let sequence = first;
  const kept: StreamMessage[] = [];
  const subscribers = new Map<Subscriber, number>();
  const deliver = (subscriber: Subscriber, message: StreamMessage): void => {
    const missed = subscribers.get(subscriber) ?? 0;
    if (missed > 0 && !subscriber.push({ type: 'gap', sequence: message.sequence - 1, missed })) {
      subscribers.set(subscriber, missed + 1);
      return;
    }
    subscribers.set(subscriber, subscriber.push(message) ? 0 : 1);
  };
  return {
    publish: (publication) => {
      sequence += 1;
      const message = { ...publication, sequence } as StreamMessage;
      kept.push(message);
      if (kept.length > KEEP) kept.splice(0, kept.length - KEEP);
      for (const subscriber of subscribers.keys()) deliver(subscriber, message);
    },
    subscribe: (subscriber, after) => {
      subscribers.set(subscriber, 0);
      if (after !== undefined) {
        const oldest = kept[0]?.sequence ?? sequence + 1;
        // Numbers of another daemon (an earlier one, or one whose clock was ahead) say nothing about how much was missed: 0 stands for unknown.
        const isForeign = after < first || after > sequence;
        if (isForeign || after + 1 < oldest) deliver(subscriber, { type: 'gap', sequence: oldest - 1, missed: isForeign ? 0 : oldest - after - 1 });
        for (const message of kept) if (isForeign || message.sequence > after) deliver(subscriber, message);
      }
      return () => {
        subscribers.delete(subscriber);
      };
    },
    sequence: () => sequence,
  };
};
