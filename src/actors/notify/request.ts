import { createHmac } from 'node:crypto';
import type { Delivery } from '../../domain/delivery.ts';
import type { Endpoint } from '../../domain/endpoint.ts';
import { PAYLOADS } from './payload.ts';

/** One POST, whole. */
export type OutgoingRequest = {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly allowPrivate: boolean;
  readonly ca?: string | undefined;
};

/**
 * A delivery as the request that carries it. Every attempt has the same id and body; with a secret the signature is
 * `sha256=` and the hexadecimal HMAC-SHA256 of `<id>.<timestamp>.<body>`, the timestamp being that of the attempt in seconds.
 */
export const requestOf = (
  endpoint: Endpoint,
  delivery: Delivery,
  context: { readonly label: string; readonly attempt: number; readonly now: number },
): OutgoingRequest => {
  const { body, headers } = PAYLOADS[endpoint.type](delivery, { endpoint, label: context.label });
  const timestamp = String(Math.floor(context.now / 1000));
  return {
    url: endpoint.url,
    body,
    headers: {
      ...headers,
      'user-agent': '1-SEC',
      'x-1sec-delivery-id': delivery.id,
      'x-1sec-attempt': String(context.attempt),
      'x-1sec-timestamp': timestamp,
      ...(endpoint.secret === undefined ? {} : { 'x-1sec-signature': `sha256=${signatureOf(endpoint.secret, delivery.id, timestamp, body)}` }),
      ...(endpoint.token === undefined ? {} : { authorization: `Bearer ${endpoint.token}` }),
    },
    allowPrivate: endpoint.allowPrivate,
    ca: endpoint.ca,
  };
};

const signatureOf = (secret: string, id: string, timestamp: string, body: string): string =>
  createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('hex');
