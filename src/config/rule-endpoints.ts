import { createHash } from 'node:crypto';
import { ENDPOINT_TYPES, type EndpointType } from '../domain/endpoint.ts';
import { type Severity, severityRank, worseOf } from '../domain/severity.ts';
import type { EndpointConfig } from './notify-schema.ts';

export type Params = { readonly [name: string]: string };

/** The part of the configuration that names endpoints. */
export type EndpointSource = {
  readonly enforcement: {
    readonly policies: { readonly [id: string]: { readonly actions?: readonly { readonly action: string; readonly params: Params }[] | undefined } };
  };
  readonly notifications: { readonly endpoints: { readonly [name: string]: EndpointConfig } };
};

/** Every endpoint by name: those of `notifications`, and one for each address that a rule of the compatible form carries itself. */
export const endpointConfigs = (config: EndpointSource): ReadonlyMap<string, EndpointConfig> => {
  const endpoints = new Map(Object.entries(config.notifications.endpoints));
  for (const { actions } of Object.values(config.enforcement.policies)) {
    for (const { action, params } of actions ?? []) {
      const { url } = params;
      if (action === 'webhook' && url !== undefined && url !== '') endpoints.set(nameOf(params), endpointOf(url, params));
    }
  }
  return endpoints;
};

/** A webhook rule as the policy carries it: the name of its endpoint (`*` = all) and no secret. Undefined: there is nobody to tell. */
export const webhookRule = (
  rule: { readonly params: Params; readonly minSeverity: Severity },
  endpoints: ReadonlyMap<string, EndpointConfig>,
): { readonly params: Params; readonly minSeverity: Severity } | undefined => {
  const { url, endpoint } = rule.params;
  const name = endpoint ?? (url !== undefined && url !== '' ? nameOf(rule.params) : ALL_ENDPOINTS);
  const meant = name === ALL_ENDPOINTS ? [...endpoints].filter(([key]) => !isImplicitName(key)).map(([, value]) => value) : [endpoints.get(name)];
  const floors = meant.flatMap((one) => (one === undefined ? [] : [one.min_severity]));
  const [lowest] = floors.toSorted((a, b) => severityRank(a) - severityRank(b));
  return lowest === undefined ? undefined : { params: { endpoint: name }, minSeverity: worseOf(rule.minSeverity, lowest) };
};

/** Every endpoint of section `notifications`. */
export const ALL_ENDPOINTS = '*';
const IMPLICIT = 'policy-';

/** True for the name of an endpoint that was made for a rule's own address. */
export const isImplicitName = (name: string): boolean => name.startsWith(IMPLICIT);

// The same address in many rules is one endpoint, with one queue; its name says nothing about it and stays the same over restarts.
const nameOf = (params: Params): string =>
  `${IMPLICIT}${createHash('sha256')
    .update(JSON.stringify(Object.entries(params).toSorted()))
    .digest('hex')
    .slice(0, 8)}`;

const endpointOf = (url: string, params: Params): EndpointConfig => {
  const type = templateOf(params['template']) ?? 'generic';
  return {
    type,
    url,
    ...(type === 'pagerduty' ? { routing_key: params['routing_key'] ?? params['auth_token'] } : { token: params['auth_token'] }),
    chat_id: params['chat_id'],
    min_severity: 'INFO',
    max_attempts: 12,
    allow_private: params['allow_private'] === 'true',
  };
};

/** The service a template stands for, with its short names; undefined when there is none of that name. */
export const templateOf = (template: string | undefined): EndpointType | undefined => {
  const word = (template ?? '').trim().toLowerCase();
  return ALIASES[word] ?? ENDPOINT_TYPES.find((type) => type === word);
};

const ALIASES: { readonly [word: string]: EndpointType | undefined } = { '': 'generic', pd: 'pagerduty', tg: 'telegram', msteams: 'teams' };
