import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import type { ApiRequest } from './request.ts';
import { isApiPath } from './route.ts';
import type { Say } from './say.ts';
import type { ApiSettings } from './settings.ts';

const MAX_ROUTES = 50_000;

/** Routes that are known, documented or learned, and requests to others that were answered. */
export const createInventory = (settings: ApiSettings) => {
  const known = createBoundedMap<string, true>(MAX_ROUTES);
  const documented = new Set(settings.documented_routes.map((route) => route.trim()));
  let since: number | undefined;
  return {
    onRequest: (request: ApiRequest, say: Say): void => {
      if (settings.learning_minutes === 0 || request.path === '' || !(isApiPath(request.segments) || request.event.type === 'api_request')) return;
      since ??= request.event.at;
      const { route } = request;
      if (documented.has(route) || known.has(route)) return;
      // What was refused does not exist, or not for them: it neither becomes known nor is it a hidden interface.
      if (request.outcome === 'refused' || request.outcome === 'failed') return;
      known.set(route, true);
      if (request.event.at - since < settings.learning_minutes * 60_000) return;
      const isFromLog = request.status !== undefined && documented.size === 0;
      say({
        type: 'shadow_api',
        rule: 'unknown-route',
        severity: isFromLog ? 'LOW' : undefined,
        says: `${route} was ${request.outcome === 'done' ? 'answered' : 'asked for'}, and is neither documented nor was it used in the first ${settings.learning_minutes} minutes.`,
        field: 'path',
        text: request.path,
        subject: `endpoint:${route.slice(0, 200)}`,
      });
    },
    size: known.size,
  };
};
