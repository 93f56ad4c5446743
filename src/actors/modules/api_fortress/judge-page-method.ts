import type { ApiRequest } from './request.ts';
import type { Say } from './say.ts';

const UNKNOWN_ROLES: ReadonlySet<string> = new Set(['', '0', '1', 'anonymous', 'guest']);

/** ASP.NET page methods called by their own URL, past the checks of the page: `Page.aspx/Method`. */
export const judgePageMethod = (request: ApiRequest, say: Say): void => {
  if (!/\.aspx\/[A-Za-z_]\w{0,100}$/i.test(request.path.slice(-400))) return;
  // A log says nothing about roles, and pages call their own methods all day.
  const isLog = request.status !== undefined && request.role === '';
  say({
    type: 'aspnet_pagemethod_bypass',
    rule: 'page-method',
    severity: isLog ? 'LOW' : UNKNOWN_ROLES.has(request.role) ? 'CRITICAL' : 'HIGH',
    says: `${request.method} ${request.path} calls a method of a page directly${request.role === '' ? '' : ` as ${request.role}`}.`,
    field: 'path',
    text: request.path,
  });
};
