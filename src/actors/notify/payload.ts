import type { Delivery } from '../../domain/delivery.ts';
import type { Endpoint, EndpointType } from '../../domain/endpoint.ts';
import { buildDiscord } from './payloads/discord.ts';
import { buildGeneric } from './payloads/generic.ts';
import { buildNtfy } from './payloads/ntfy.ts';
import { buildPagerDuty } from './payloads/pagerduty.ts';
import { buildSlack } from './payloads/slack.ts';
import { buildTeams } from './payloads/teams.ts';
import { buildTelegram } from './payloads/telegram.ts';

/** What a payload is made for. */
export type PayloadContext = {
  readonly endpoint: Pick<Endpoint, 'routingKey' | 'chatId'>;
  /** The operator's own word for this host. */
  readonly label: string;
};

/** The body of a request in the words of one service. */
export type Payload = { readonly body: string; readonly headers: { readonly [name: string]: string } };

/** Delivery → body, for one service. Pure; escapes that service's markup and keeps its lengths. */
export type PayloadBuilder = (delivery: Delivery, context: PayloadContext) => Payload;

/** Every service. Nothing else enumerates them. */
export const PAYLOADS: { readonly [type in EndpointType]: PayloadBuilder } = {
  slack: buildSlack,
  discord: buildDiscord,
  telegram: buildTelegram,
  pagerduty: buildPagerDuty,
  teams: buildTeams,
  ntfy: buildNtfy,
  generic: buildGeneric,
};
