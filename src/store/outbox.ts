import type { DeadLetter, Delivery, DeliveryDraft } from '../domain/delivery.ts';
import type { OutboxChange, Store } from './contract.ts';
import type { Engine } from './engine.ts';
import { keyPart, numberKey, prefixBounds } from './keys.ts';
import type { RecordCodec } from './records.ts';

export type Outbox = Store['outbox'] & {
  /** Reads and encodes, which may throw; the function it returns writes and does not. */
  readonly prepare: (change: OutboxChange) => () => void;
  readonly reload: () => void;
};

/**
 * What is still to be sent, in order per endpoint, and what was given up. At most `maxWaiting` wait for one endpoint: what
 * comes then goes to the dead letters at once, of which the newest `maxDead` are kept.
 */
export const createOutbox = (options: {
  readonly engine: Engine;
  readonly codec: RecordCodec;
  readonly maxWaiting: number;
  readonly maxDead: number;
}): Outbox => {
  const { engine, codec } = options;
  const waiting = new Map<string, number>();
  let nextSequence = 1;
  let nextDead = 1;
  const dead = new Map<string, number>();
  let deadInAll = 0;
  let dropped = 0;
  let folded = 0;

  const count = (endpoint: string, step: number): void => addTo(waiting, endpoint, step);
  const countDead = (endpoint: string, step: number): void => {
    deadInAll += step;
    addTo(dead, endpoint, step);
  };

  // Where the held batch of a key lies. Only so many an endpoint: they must not hide what waits behind them.
  const batches = new Map<string, string>();
  const heldCount = new Map<string, number>();
  const batchOf = ({ endpoint, hold }: DeliveryDraft): string => `${endpoint} ${hold?.key ?? ''}`;
  const remember = (delivery: Delivery): void => {
    if (delivery.hold === undefined || batches.has(batchOf(delivery))) return;
    batches.set(batchOf(delivery), keyOf(delivery));
    addTo(heldCount, delivery.endpoint, 1);
  };
  const forget = (delivery: Delivery): void => {
    if (delivery.hold === undefined || batches.get(batchOf(delivery)) !== keyOf(delivery)) return;
    batches.delete(batchOf(delivery));
    addTo(heldCount, delivery.endpoint, -1);
  };

  /** True when it went into a batch that is held already. */
  const fold = (draft: DeliveryDraft): boolean => {
    const { hold } = draft;
    const key = hold === undefined ? undefined : batches.get(batchOf(draft));
    const into = key === undefined ? undefined : codec.decode<Delivery>(engine.get('outbox', key));
    if (hold === undefined || key === undefined || into === undefined || into.attempts > 0 || into.hold === undefined) return false;
    const known = new Set(into.items.map(({ actionId }) => actionId));
    const items = [...into.items, ...draft.items.filter(({ actionId }) => actionId === undefined || !known.has(actionId))];
    const isFull = items.length >= hold.max;
    if (isFull) forget(into);
    const { hold: before, ...rest } = into;
    engine.put('outbox', key, codec.encode({ ...rest, items, ...(isFull ? {} : { hold: before }) } satisfies Delivery));
    folded += draft.items.length;
    return true;
  };

  const add = (made: DeliveryDraft, attempts: number): void => {
    if (fold(made)) return;
    const { hold, ...plain } = made;
    const draft: DeliveryDraft = hold !== undefined && (heldCount.get(made.endpoint) ?? 0) >= MAX_HELD ? plain : made;
    const delivery: Delivery = { ...draft, sequence: nextSequence, attempts };
    nextSequence += 1;
    if ((waiting.get(draft.endpoint) ?? 0) >= options.maxWaiting) {
      die({ delivery, reason: `${options.maxWaiting} deliveries are waiting already`, at: draft.at });
      return;
    }
    engine.put('outbox', keyOf(delivery), codec.encode(delivery));
    remember(delivery);
    count(draft.endpoint, 1);
  };

  // By id as well: after writes were lost, its place may be another's.
  const isThere = (delivery: Delivery): boolean => codec.decode<Delivery>(engine.get('outbox', keyOf(delivery)))?.id === delivery.id;

  const remove = (delivery: Delivery): boolean => {
    if (!isThere(delivery)) return false;
    forget(delivery);
    engine.remove('outbox', keyOf(delivery));
    count(delivery.endpoint, -1);
    return true;
  };

  const die = (letter: DeadLetter): void => {
    engine.put('outboxDead', numberKey(nextDead), codec.encode(letter));
    nextDead += 1;
    countDead(letter.delivery.endpoint, 1);
    while (deadInAll > options.maxDead && removeOldest());
  };

  const removeOldest = (): boolean => {
    for (const { key, value } of engine.range('outboxDead', ALL)) {
      engine.remove('outboxDead', key);
      countDead(codec.decode<DeadLetter>(value)?.delivery.endpoint ?? '', -1);
      dropped += 1;
      return true;
    }
    return false;
  };

  const letters = (): readonly (readonly [string, DeadLetter])[] => {
    const found: (readonly [string, DeadLetter])[] = [];
    for (const { key, value } of engine.range('outboxDead', { ...ALL, isReverse: true })) {
      const letter = codec.decode<DeadLetter>(value);
      if (letter !== undefined) found.push([key, letter]);
    }
    return found;
  };

  const revive = (id: string, at: number): void => {
    const found = letters().find(([, { delivery }]) => delivery.id === id);
    if (found === undefined) return;
    const [key, { delivery }] = found;
    engine.remove('outboxDead', key);
    countDead(delivery.endpoint, -1);
    // Counted as begun: it is sent as it is, and no digest holds it back.
    add({ id: delivery.id, endpoint: delivery.endpoint, items: delivery.items, at }, 1);
  };

  return {
    waiting: (endpoint, limit) => {
      const found: Delivery[] = [];
      if (limit <= 0) return found;
      for (const { value } of engine.range('outbox', prefixBounds(`${keyPart(endpoint)} `))) {
        const delivery = codec.decode<Delivery>(value);
        if (delivery !== undefined && found.push(delivery) >= limit) break;
      }
      return found;
    },
    counts: () => new Map(waiting),
    held: () =>
      [...batches.values()].flatMap((key) => {
        const delivery = codec.decode<Delivery>(engine.get('outbox', key));
        return delivery?.hold === undefined ? [] : [delivery];
      }),
    folded: () => folded,
    note: (delivery) => {
      if (!isThere(delivery)) return;
      // Begun: from now on it is what it is.
      forget(delivery);
      engine.put('outbox', keyOf(delivery), codec.encode(delivery));
    },
    deadLetters: (limit) =>
      letters()
        .slice(0, Math.max(0, limit))
        .map(([, letter]) => letter),
    deadCounts: () => new Map(dead),
    dropped: () => dropped,
    prepare: (change) => () => {
      for (const delivery of change.settle ?? []) remove(delivery);
      // Only what still lies there: asked for twice, it dies once.
      for (const letter of change.bury ?? []) if (remove(letter.delivery)) die(letter);
      for (const { from, into } of change.merge ?? []) {
        for (const delivery of from) remove(delivery);
        engine.put('outbox', keyOf(into), codec.encode(into));
        count(into.endpoint, 1);
      }
      for (const { id, at } of change.revive ?? []) revive(id, at);
      for (const draft of change.add ?? []) add(draft, 0);
    },
    reload: () => {
      waiting.clear();
      batches.clear();
      heldCount.clear();
      nextSequence = 1;
      for (const { value } of engine.range('outbox', ALL)) {
        const delivery = codec.decode<Delivery>(value);
        if (delivery === undefined) continue;
        if (delivery.attempts === 0) remember(delivery);
        count(delivery.endpoint, 1);
        nextSequence = Math.max(nextSequence, delivery.sequence + 1);
      }
      dead.clear();
      deadInAll = 0;
      nextDead = 1;
      for (const { key, value } of engine.range('outboxDead', ALL)) {
        nextDead = Number(key) + 1;
        countDead(codec.decode<DeadLetter>(value)?.delivery.endpoint ?? '', 1);
      }
    },
  };
};

/** Batches that are held for one endpoint at a time; more are sent as they come. */
const MAX_HELD = 50;

const addTo = (counts: Map<string, number>, endpoint: string, step: number): void => {
  const after = (counts.get(endpoint) ?? 0) + step;
  if (after > 0) counts.set(endpoint, after);
  else counts.delete(endpoint);
};

const ALL = { from: '!', to: '\x7f' };
const keyOf = (delivery: Delivery): string => `${keyPart(delivery.endpoint)} ${numberKey(delivery.sequence)}`;
