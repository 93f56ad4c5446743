import { flagOf, numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import type { Say } from './say.ts';
import { hostOf } from './urls.ts';

const ACTIVE =
  /<script[\s>/]|\bjavascript:|\bon(?:error|load|click)\s{0,4}=|<iframe[\s>]|\{\{[^{}]{0,100}\}\}|<%[^<%]{0,100}%>|\$\{[^{}$]{0,100}\}|\bunion\s{1,8}(?:all\s{1,8})?select\b|\bdrop\s{1,8}table\b|'\s{0,4}or\s{1,4}'?\d/i;
const MAX_REDIRECTS = 5;

/** Answers of other services that are taken as they come. */
export const judgeUpstream = (event: SecurityEvent, say: Say): void => {
  const { details } = event;
  const url = textOf(details, 'upstream_url').slice(0, 2048);
  const subject = `upstream:${hostOf(url).slice(0, 200) || 'unknown'}`;
  const isValidated = flagOf(details, 'validated') === true;
  const told = (rule: string, severity: 'CRITICAL' | 'HIGH' | 'MEDIUM', says: string, field: string, text: string): void =>
    say({ type: 'unsafe_api_consumption', rule, severity, says, field, text, subject });
  const body = textOf(details, 'response_body').slice(0, 262_144);
  const active = isValidated || body === '' ? undefined : ACTIVE.exec(body)?.[0];
  if (active !== undefined)
    told('upstream-content', 'CRITICAL', 'The answer of another service carries active content and was not checked.', 'response_body', active.slice(0, 120));
  const status = numberOf(details, 'status_code') ?? 0;
  if (status >= 500 && !isValidated)
    told('upstream-error', 'MEDIUM', `Another service failed (${status}) and its answer was used unchecked.`, 'status_code', String(status));
  if (url.toLowerCase().startsWith('http://') || flagOf(details, 'tls') === false)
    told('upstream-plain', 'HIGH', 'Another service is asked without encryption.', 'upstream_url', url);
  const redirects = numberOf(details, 'redirect_count') ?? 0;
  if (redirects > MAX_REDIRECTS) told('upstream-redirects', 'HIGH', `${redirects} redirects were followed.`, 'redirect_count', String(redirects));
};
