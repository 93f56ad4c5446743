import { entropyOf } from '../../../domain/entropy.ts';
import { textOf } from '../../../domain/event.ts';
import { kindOfHost } from './host-of-url.ts';
import type { ApiRequest } from './request.ts';
import type { Say } from './say.ts';
import { urlsIn } from './urls.ts';

const HOOK = /^(?:webhooks?|hooks?|integrations?|callbacks?|automations?|[\w-]{0,40}-?webhook)$/;
const PROVIDERS = /\b(?:github|gitlab|bitbucket|slack|discord|stripe|twilio|zapier|make|n8n|telegram|teams|pagerduty|shopify|sendgrid|jira)\b/i;
const SIGNATURE =
  /\b(?:x-hub-signature(?:-256)?|x-[\w-]{1,40}-signature(?:-[\w-]{1,20})?|stripe-signature|svix-signature|webhook-signature|x-gitlab-token|x-signature|signature)\s{0,4}[:=]/i;
const COMMAND =
  /\b(?:curl|wget)\b[^|;&\n]{0,100}[|;&]{1,2}\s{0,8}(?:sudo\s{1,4})?(?:ba|z|da|k)?sh\b|\b(?:ba|z|da)?sh\s{1,8}-[a-z]{0,4}c\b|\bpowershell(?:\.exe)?\b|\bcmd(?:\.exe)?\s{1,4}\/c\b|\/dev\/tcp\/|\bnc\s{1,8}-[a-z]{0,6}e\b|\$\((?:curl|wget|bash|sh)\b/i;
const ENCODED =
  /\bpowershell(?:\.exe)?\s{1,8}(?:-\w{1,20}\s{1,8}){0,4}-e(?:nc|ncodedcommand)?\b|\bbase64\s{1,8}(?:-d|--decode|-D)\b|\b(?:eval|exec)\s{0,4}\(\s{0,4}(?:atob|base64_decode|Buffer\.from)\b|\bfrombase64string\b/i;
const SECRETS =
  /\/var\/run\/secrets\/kubernetes|\/run\/secrets\/|\/var\/run\/docker\.sock|\/root\/\.(?:ssh|aws|kube)|\/etc\/(?:shadow|kubernetes)|latest\/meta-data|computeMetadata\/v1/i;
const BLOB = /[A-Za-z0-9+/_-]{160,}={0,2}/;
const LONG_WORD = /[A-Za-z0-9+/=_.-]{180,4000}/;
const BINARY = /^(?:application\/octet-stream|multipart\/)/i;
const SCANNED = 65_536;

/** Requests in the dress of a webhook that carry commands, hidden payloads or files. */
export const judgeWebhook = (request: ApiRequest, say: Say): void => {
  if (!isWebhook(request)) return;
  const body = request.body.slice(0, SCANNED);
  const contentType = textOf(request.details, 'content_type');
  if (BINARY.test(contentType)) {
    say({
      type: 'webhook_binary_drop',
      rule: 'webhook-binary',
      says: `A webhook brings a file (${contentType.slice(0, 60)}).`,
      field: 'content_type',
      text: contentType,
    });
  }
  if (body === '') return;
  const isEncoded = ENCODED.test(body);
  const abuse =
    COMMAND.exec(body)?.[0] ??
    (isEncoded ? ENCODED.exec(body)?.[0] : undefined) ??
    SECRETS.exec(body)?.[0] ??
    urlsIn(body).find((url) => kindOfHost(url.host) === 'metadata')?.host;
  if (abuse !== undefined) {
    say({
      type: 'webhook_infra_abuse',
      rule: 'webhook-command',
      says: `A webhook to ${request.path} carries ${abuse.slice(0, 120)}.`,
      field: 'body',
      text: abuse,
    });
  }
  const blob = BLOB.test(body);
  const isSigned = SIGNATURE.test(request.headers);
  const dense = LONG_WORD.exec(body)?.[0];
  if ((blob && (!isSigned || isEncoded)) || (dense !== undefined && !isSigned && entropyOf(dense) >= 4.3)) {
    say({
      type: 'webhook_payload_smuggling',
      rule: 'webhook-blob',
      says: `A webhook to ${request.path} ${isSigned ? '' : 'without a signature '}carries a long encoded text.`,
      field: 'body',
      text: (dense ?? BLOB.exec(body)?.[0] ?? '').slice(0, 80),
    });
  }
};

const isWebhook = (request: ApiRequest): boolean => {
  if (textOf(request.details, 'webhook_provider') !== '') return true;
  if (request.segments.some((segment) => HOOK.test(segment))) return true;
  return request.method === 'POST' && request.body !== '' && (PROVIDERS.test(request.headers) || PROVIDERS.test(request.event.userAgent ?? ''));
};
