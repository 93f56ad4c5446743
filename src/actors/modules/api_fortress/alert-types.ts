import type { Severity } from '../../../domain/severity.ts';
import type { AlertTypeManifest } from '../../contract.ts';

const LOGS = 'access logs of nginx and Apache: the path, the outcome and the size';
const APP = 'claim: requests with user, role and body as the application or a proxy reports them';
const BOTH = `${LOGS}; more exactly: events of the application`;

const OBJECTS = ['Check on every access that the object belongs to who asks for it.', 'Use ids that cannot be counted up, such as UUIDs.'];
const FUNCTIONS = ['Check the role in the function itself, not in the menu that leads to it.', 'Deny by default; allow by role and route.'];
const TOKENS = [
  'Accept one algorithm, named in the configuration, and check every claim: issuer, audience, time.',
  'Keep a list of what was called in until it would have ended by itself.',
];
const GRAPHQL = ['Limit depth, aliases and cost of a query, and operations in a batch.', 'Switch introspection off where the interface is not public.'];
const TOOLS = ['Let only named operators register tool servers, from a list of approved hosts.', 'Look at what the server was told to run, and take it out.'];
const HOOKS = ['Check the signature of every webhook before anything reads its body.', 'Never pass what a webhook says to a shell.'];

const type = (
  severity: Severity,
  title: string,
  mitre: readonly string[],
  mitigations: readonly string[],
  falsePositives: string,
  feed = APP,
): AlertTypeManifest => ({ severity, title, mitre, mitigations, feed, falsePositives });

/** Every alert type of api_fortress. */
export const ALERT_TYPES = {
  bola: type(
    'CRITICAL',
    'One client asks for far too many objects',
    ['T1190', 'T1119'],
    OBJECTS,
    'Synchronisation of a whole account; crawlers (in logs a fifth of the requests must have been refused).',
    BOTH,
  ),
  idor: type('HIGH', 'Objects asked for one after the other', ['T1190'], OBJECTS, 'Paging through own objects with neighbouring ids.'),
  bfla: type('CRITICAL', 'A function used without the rights for it', ['T1068', 'T1190'], FUNCTIONS, 'Roles with names of their own that may administer.'),
  grpc_bfla: type('HIGH', 'A gRPC method used without the rights for it', ['T1068', 'T1190'], FUNCTIONS, 'Roles with names of their own that may administer.'),
  grpc_auth_bypass: type(
    'CRITICAL',
    'A gRPC call without credentials',
    ['T1190'],
    ['Demand credentials in an interceptor for every method.', ...FUNCTIONS],
    'Health checks and reflection, where they are open on purpose.',
  ),
  aspnet_pagemethod_bypass: type(
    'CRITICAL',
    'A page method called past the page',
    ['T1190'],
    ['Check rights in page methods as in the page.'],
    'ASP.NET pages that call their own methods; from logs it is LOW.',
    BOTH,
  ),
  mcp_server_registration_unauthorized: type(
    'CRITICAL',
    'Tool server registered without the rights for it',
    ['T1195', 'T1554'],
    TOOLS,
    'An operator whose role is not reported.',
    BOTH,
  ),
  mcp_server_dynamic_injection: type(
    'CRITICAL',
    'Tool server brought in by a request',
    ['T1059', 'T1554'],
    TOOLS,
    'An installer of tool servers used on purpose.',
  ),
  mcp_server_registration_unapproved: type(
    'HIGH',
    'Tool server on a host nobody approved',
    ['T1195'],
    TOOLS,
    'A new partner: add the host to approved_tool_hosts.',
  ),
  webhook_infra_abuse: type(
    'CRITICAL',
    'Webhook that carries an attack on the host',
    ['T1190', 'T1059'],
    HOOKS,
    'Build systems that report the commands of a job.',
  ),
  webhook_payload_smuggling: type('HIGH', 'Webhook with a hidden payload', ['T1027', 'T1132'], HOOKS, 'Providers that send files encoded and do not sign.'),
  webhook_binary_drop: type('HIGH', 'Webhook that brings a file', ['T1105'], HOOKS, 'Providers that send form data.'),
  token_reuse_post_logout: type('CRITICAL', 'A token used after it was given back', ['T1550.001'], TOKENS, 'A request under way while the user logged out.'),
  auth_bypass_stateful: type(
    'CRITICAL',
    'Administration without a login',
    ['T1190', 'T1078'],
    ['Find out how the page was reached; check the session on every request.'],
    'Sessions longer than 15 minutes where the application reports logins but no session ids.',
  ),
  shadow_api: type(
    'MEDIUM',
    'An interface nobody documented',
    ['T1190'],
    ['Document the route, or take it away.', 'Give the documented routes in documented_routes.'],
    'A new version of the application; from logs alone it is LOW.',
    BOTH,
  ),
  api_rate_limit: type(
    'MEDIUM',
    'Too many requests to one route',
    ['T1499.002'],
    ['Answer 429 with Retry-After; limit by client and by route.'],
    'Many people behind one address, load tests, own monitors.',
    LOGS,
  ),
  mass_assignment: type(
    'HIGH',
    'A field set that only the server may set',
    ['T1565.001'],
    ['Take only the fields a client may set, by name.'],
    'Interfaces for administrators whose role is not reported; add the field to allowed_body_fields.',
  ),
  ssrf_via_api: type(
    'HIGH',
    'The server is made to fetch from inside',
    ['T1190', 'T1552.005'],
    ['Allow fetches by a list of hosts; resolve first, then refuse inner addresses.', 'Demand the token of version 2 at the metadata service.'],
    'Interfaces that manage hosts of the own network.',
    BOTH,
  ),
  schema_violation: type(
    'MEDIUM',
    'Parameters the interface does not know',
    ['T1190'],
    ['Refuse unknown parameters.'],
    'Clients newer than the description of the interface.',
  ),
  data_exposure: type(
    'HIGH',
    'An answer gives away what it should not',
    ['T1213', 'T1552'],
    ['Return only the fields that are needed.', 'Mask what must be shown in part; change every secret that left.'],
    'Documentation and examples; answers of a log-in that hand out a token.',
  ),
  error_rate_spike: type(
    'HIGH',
    'Many errors from one route',
    ['T1499', 'T1190'],
    ['Look at the errors: an attack that probes, or a version that broke.', 'Let callers stop for a while (circuit breaker).'],
    'A release with a fault, a database that is down.',
    LOGS,
  ),
  response_size_anomaly: type(
    'MEDIUM',
    'An answer far larger than usual',
    ['T1530', 'T1213'],
    ['Limit page sizes on the server.'],
    'Reports and exports that grow.',
  ),
  graphql_depth: type('HIGH', 'A query nested too deep', ['T1499.003'], GRAPHQL, 'Generated clients with deep fragments.'),
  graphql_alias_abuse: type('HIGH', 'A query with too many aliases', ['T1499.003', 'T1110'], GRAPHQL, 'Dashboards that ask for many things at once.'),
  graphql_introspection: type('MEDIUM', 'A query asks for the schema', ['T1592'], GRAPHQL, 'Developers with their tools.'),
  graphql_batch: type('HIGH', 'Too many operations at once', ['T1110', 'T1499.003'], GRAPHQL, 'Clients that batch on purpose.'),
  graphql_dangerous_mutation: type(
    'CRITICAL',
    'A mutation that destroys',
    ['T1485'],
    [...GRAPHQL, 'Demand a role and a second confirmation for it.'],
    'Somebody who deletes his own account.',
  ),
  graphql_schema_probe: type('LOW', 'A query with reserved names', ['T1592'], GRAPHQL, 'Federation gateways.'),
  jwt_none_algorithm: type('CRITICAL', 'A token that asks not to be checked', ['T1550.001', 'T1606'], TOKENS, 'None known.'),
  jwt_algorithm_confusion: type('CRITICAL', 'Token algorithm exchanged', ['T1606'], TOKENS, 'None known.'),
  jwt_weak_algorithm: type(
    'LOW',
    'Token signed with a shared secret',
    ['T1606'],
    ['Prefer signatures with a key pair (RS256, ES256, EdDSA).'],
    'Services that sign and check by themselves, with a long random secret.',
  ),
  jwt_no_expiry: type('HIGH', 'A token that never ends', ['T1550.001'], TOKENS, 'Tokens between own services, on purpose.'),
  jwt_empty_signature: type('CRITICAL', 'A token without a signature', ['T1606'], TOKENS, 'None known.'),
  jwt_key_injection: type(
    'CRITICAL',
    'A token that brings its own key',
    ['T1606'],
    TOKENS,
    'Identity providers that use jku on purpose: allow their address in the checker.',
  ),
  security_misconfiguration: type(
    'HIGH',
    'The interface is set up wrongly',
    ['T1190', 'T1592'],
    [
      'Name the origins that may read with credentials.',
      'Answer errors without inner details; send the usual security headers.',
      'Close the doors for developers to the outside.',
    ],
    'Pages meant to be public; applications that answer 200 to every path.',
    BOTH,
  ),
  unsafe_api_consumption: type(
    'HIGH',
    'Another service is trusted too much',
    ['T1199'],
    ['Ask over TLS, check what comes back, limit redirects.'],
    'Inner services behind an encrypted tunnel.',
  ),
} as const satisfies { readonly [type: string]: AlertTypeManifest };

export type ApiAlertType = keyof typeof ALERT_TYPES;
