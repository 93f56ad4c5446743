import type { RouteInput, RouteName, RouteReply } from '../protocol/routes.ts';
import type { StreamMessage } from '../protocol/schemas.ts';

/** Typed calls over the socket. Every failure rejects with a SecError (SEC_NOT_RUNNING, SEC_FORBIDDEN, …). */
export type Client = {
  readonly call: <Name extends RouteName>(name: Name, input?: RouteInput<Name>) => Promise<RouteReply<Name>>;
  /**
   * The live stream. Reconnects for ever with jitter and resumes after the last sequence; connection changes are told.
   * Resolves when the signal aborts.
   */
  readonly stream: (options: StreamOptions) => Promise<void>;
};

export type ConnectionState =
  | { readonly state: 'connecting'; readonly since: number }
  | { readonly state: 'live'; readonly since: number }
  | { readonly state: 'reconnecting'; readonly since: number; readonly attempt: number; readonly reason: string };

export type StreamOptions = {
  readonly signal: AbortSignal;
  readonly onMessage: (message: StreamMessage) => void;
  readonly onConnection: (state: ConnectionState) => void;
};
