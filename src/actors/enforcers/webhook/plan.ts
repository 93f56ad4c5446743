import type { EndpointSummary } from '../../../domain/endpoint.ts';
import { SecError } from '../../../domain/errors.ts';
import type { ActionPlan, ActionRequest } from '../../contract.ts';
import { endpointsFor } from '../../notify/drafts.ts';

/** Whom a request tells. Without its alert (a rehearsal) its rule alone decides. */
export const recipientsOf = (request: ActionRequest, endpoints: readonly EndpointSummary[]): readonly EndpointSummary[] =>
  endpointsFor(endpoints, request.params['endpoint'], request.alert ?? { severity: 'CRITICAL' });

/** The one step of webhook, with the names of the endpoints. Throws SEC_REFUSED when there is nobody to tell. */
export const planWebhook = (request: ActionRequest, endpoints: readonly EndpointSummary[]): ActionPlan => {
  const recipients = recipientsOf(request, endpoints);
  if (recipients.length === 0) throw new SecError('SEC_REFUSED', 'no endpoint is configured for this rule and severity');
  const names = recipients.map(({ name, type }) => `${name} (${type})`).join(', ');
  return {
    steps: [`send module, type, severity, time, source address, count and id of the alert to ${names}`],
    undoNote: 'what was sent cannot be taken back',
  };
};
