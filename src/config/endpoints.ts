import { readFile } from 'node:fs/promises';
import type { Endpoint, EndpointSummary } from '../domain/endpoint.ts';
import { messageOf, SecError } from '../domain/errors.ts';
import type { EndpointConfig } from './notify-schema.ts';
import { type EndpointSource, endpointConfigs, isImplicitName } from './rule-endpoints.ts';
import { urlProblem } from './url-problem.ts';

type Variables = { readonly [name: string]: string | undefined };

/** Every endpoint of a configuration without its secrets. Pure. */
export const endpointSummaries = (config: EndpointSource): readonly EndpointSummary[] =>
  [...endpointConfigs(config)].map(([name, endpoint]) => summaryOf(name, endpoint));

/**
 * Every endpoint with its secrets, read from environment and files where the configuration says so. Rejects with
 * SEC_CONFIG_INVALID, without the secret in its words, when one is not there or is not an address.
 */
export const resolveEndpoints = (config: EndpointSource, variables: Variables, place: string): Promise<readonly Endpoint[]> =>
  Promise.all([...endpointConfigs(config)].map(([name, endpoint]) => resolveEndpoint(name, endpoint, variables, `${place}: endpoint ${name}`)));

const resolveEndpoint = async (name: string, config: EndpointConfig, variables: Variables, place: string): Promise<Endpoint> => {
  const secret = async (key: string, text: string | undefined): Promise<string | undefined> =>
    text === undefined ? undefined : readSecret(text, variables, `${place}: ${key}`);
  const token = await secret('token', config.token);
  const url = (await secret('url', referenceOf(config))) ?? usualUrl(config, token);
  const problem = urlProblem(url, config.allow_private);
  if (problem !== undefined) throw new SecError('SEC_CONFIG_INVALID', `${place}: url: ${problem}`);
  return {
    ...summaryOf(name, config),
    url,
    // Telegram's token is part of its address.
    token: config.type === 'telegram' && referenceOf(config) === undefined ? undefined : token,
    secret: await secret('secret', config.secret),
    routingKey: await secret('routing_key', config.routing_key),
    chatId: config.chat_id,
    ca: config.ca_file === undefined ? undefined : await readText(config.ca_file, MAX_CA, `${place}: ca_file`),
  };
};

const MAX_SECRET = 4096;
const MAX_CA = 1_048_576;

const summaryOf = (name: string, config: EndpointConfig): EndpointSummary => ({
  name,
  type: config.type,
  minSeverity: config.min_severity,
  digestMs: config.digest,
  maxAttempts: config.max_attempts,
  allowPrivate: config.allow_private,
  isImplicit: isImplicitName(name),
});

const referenceOf = ({ url, url_env, url_file }: EndpointConfig): string | undefined =>
  url ?? (url_env === undefined ? undefined : `env:${url_env}`) ?? (url_file === undefined ? undefined : `file:${url_file}`);

// Source: PagerDuty Events API v2; Telegram Bot API.
const usualUrl = (config: EndpointConfig, token: string | undefined): string => {
  if (config.type === 'pagerduty') return 'https://events.pagerduty.com/v2/enqueue';
  return config.type === 'telegram' ? `https://api.telegram.org/bot${token ?? ''}/sendMessage` : '';
};

const readSecret = async (text: string, variables: Variables, place: string): Promise<string> => {
  const [, kind, rest = ''] = /^(env|file):(.*)$/.exec(text) ?? [];
  if (kind === undefined) return text;
  const value = kind === 'env' ? variables[rest]?.trim() : (await readText(rest, MAX_SECRET, place)).trim();
  if (value === undefined || value === '') throw new SecError('SEC_CONFIG_INVALID', `${place}: expected a value in ${kind}:${rest}, got nothing`);
  return value;
};

const readText = async (path: string, max: number, place: string): Promise<string> => {
  const text = await readFile(path, 'utf8').catch((problem: unknown) => {
    throw new SecError('SEC_CONFIG_INVALID', `${place}: ${messageOf(problem)}`, { cause: problem });
  });
  if (text.length > max) throw new SecError('SEC_CONFIG_INVALID', `${place}: expected at most ${max} characters in ${path}`);
  return text;
};
