import type { Client, ConnectionState, StreamOptions } from '../../src/client/contract.ts';
import { SecError } from '../../src/domain/errors.ts';
import type { RouteName } from '../../src/protocol/routes.ts';
import type { StreamMessage } from '../../src/protocol/schemas.ts';

export type RecordedCall = { readonly name: RouteName; readonly input: unknown };

export type FakeClient = Client & {
  readonly calls: readonly RecordedCall[];
  readonly callsTo: (name: RouteName) => readonly RecordedCall[];
  /** What a route answers; a thrown error rejects the call. Routes without an answer reject as not found. */
  readonly answer: (name: RouteName, reply: (input: unknown) => unknown) => void;
  readonly push: (...messages: readonly StreamMessage[]) => void;
  readonly connection: (state: ConnectionState) => void;
  /** Resolves when somebody follows the stream. */
  readonly followed: Promise<void>;
};

/** A daemon's client that plays what it is told and remembers what it was asked. */
export const createFakeClient = (): FakeClient => {
  const calls: RecordedCall[] = [];
  const answers = new Map<RouteName, (input: unknown) => unknown>();
  const { promise: followed, resolve } = Promise.withResolvers<void>();
  let listener: StreamOptions | undefined;
  return {
    calls,
    callsTo: (name) => calls.filter((call) => call.name === name),
    answer: (name, reply) => {
      answers.set(name, reply);
    },
    push: (...messages) => {
      for (const message of messages) listener?.onMessage(message);
    },
    connection: (state) => listener?.onConnection(state),
    followed,
    call: async (name, input) => {
      calls.push({ name, input });
      const reply = answers.get(name);
      if (reply === undefined) throw new SecError('SEC_NOT_FOUND', `no answer for ${name}`);
      // The test's answer is of the route's shape: this is the fake's border.
      return reply(input) as never;
    },
    stream: (options) => {
      listener = options;
      resolve();
      return new Promise((ended) => options.signal.addEventListener('abort', () => ended(), { once: true }));
    },
  };
};
