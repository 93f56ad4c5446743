import { jsonOf, visitFields } from './json-fields.ts';
import { type ApiRequest, isWrite } from './request.ts';
import { ADMIN_LEVEL, levelOf } from './roles.ts';
import { ownSegments } from './route.ts';
import type { Say } from './say.ts';

// Compared without case, `_` and `-`: isAdmin, is_admin and IS-ADMIN are one name.
const INTERNAL: ReadonlySet<string> = new Set([
  'secret',
  'secretkey',
  'salt',
  'passwordhash',
  'hashedpassword',
  'passwordsalt',
  'ownerid',
  'createdby',
  'updatedby',
  'internalid',
  'tenantid',
  'apikey',
  'resettoken',
  'passwordresettoken',
  'sessiontoken',
  'mfasecret',
  'totpsecret',
  'deletedat',
]);
const PRIVILEGE: ReadonlySet<string> = new Set([
  'role',
  'roles',
  'roleid',
  'isadmin',
  'admin',
  'administrator',
  'issuperuser',
  'superuser',
  'isstaff',
  'isroot',
  'isowner',
  'permissions',
  'permission',
  'privileges',
  'privilege',
  'accesslevel',
  'userlevel',
  'accounttype',
  'usertype',
  'isverified',
  'emailverified',
  'verified',
  'isapproved',
  'approved',
  'creditlimit',
  'balance',
  'credits',
  'isinternal',
  'ispremium',
  'scopes',
]);
// `token` is internal in a record and ordinary where one is handed in.
const TOKEN_ROUTES = /^(?:auth|login|logout|token|tokens|oauth|oauth2|session|sessions|reset|verify|device|devices|push|webhooks?|hooks?)$/;

/** Fields in the body of a change that only the server may set. */
export const judgeBody = (request: ApiRequest, allowed: ReadonlySet<string>, say: Say): void => {
  if (request.body === '' || !isWrite(request.method) || levelOf(request.role || 'user') >= ADMIN_LEVEL) return;
  const value = jsonOf(request.body);
  if (value === undefined) return;
  const own = ownSegments(request.segments);
  const takesTokens = own.some((segment) => TOKEN_ROUTES.test(segment));
  const administers = own.some((segment) => segment === 'roles' || segment === 'permissions' || segment === 'policies' || segment === 'admin');
  const internal: string[] = [];
  const privileged: string[] = [];
  visitFields(value, (name) => {
    if (name.length > 64 || allowed.has(name)) return;
    const plain = name.toLowerCase().replace(/[_-]/g, '');
    if (INTERNAL.has(plain) || (plain === 'token' && !takesTokens)) internal.push(name);
    else if (PRIVILEGE.has(plain) && !administers) privileged.push(name);
  });
  const fields = [...new Set([...internal, ...privileged])].slice(0, 10);
  if (fields.length === 0) return;
  say({
    type: 'mass_assignment',
    rule: internal.length > 0 ? 'internal-field' : 'privileged-field',
    severity: internal.length > 0 ? 'CRITICAL' : 'HIGH',
    says: `${request.method} ${request.path} sets ${fields.join(', ')}: ${internal.length > 0 ? 'the server’s own' : 'rights nobody gives himself'}.`,
    field: 'body',
    text: fields.join(', '),
  });
};
