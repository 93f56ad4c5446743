import type { z } from 'zod';
import type { Actor } from '../domain/approval.ts';
import type { Role, RouteName, RouteReply, Routes } from '../protocol/routes.ts';

/** Who calls, from the peer credentials of the socket; `connection` counts up, `newest` is the last one that was opened. */
export type Caller = {
  readonly actor: Actor;
  readonly roles: ReadonlySet<Role>;
  readonly connection?: { readonly number: number; readonly newest: number } | undefined;
};

/** What a handler gets: checked by the route's schemas. */
export type HandlerInput<Name extends RouteName> = {
  readonly params: z.output<Routes[Name]['params']>;
  readonly query: z.output<Routes[Name]['query']>;
  readonly body: z.output<Routes[Name]['body']>;
  readonly caller: Caller;
};

/** One handler a route, no more and no fewer. A handler rejects with a SecError for every expected failure. */
export type Handlers = { readonly [Name in RouteName]: (input: HandlerInput<Name>) => Promise<RouteReply<Name>> };
