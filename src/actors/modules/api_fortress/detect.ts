import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createPace } from '../../../domain/windows/pace.ts';
import { type Detector, defineModule, type Emit } from '../../contract.ts';
import { createAdminWithoutLogin } from './admin-without-login.ts';
import { createEndpoints } from './endpoints.ts';
import { createFunctionAccess } from './function-access.ts';
import { createInventory } from './inventory.ts';
import { judgeConfiguration, judgeOpenDoor } from './judge-configuration.ts';
import { judgeExposure } from './judge-exposure.ts';
import { judgeGraphql } from './judge-graphql.ts';
import { judgeGrpc } from './judge-grpc.ts';
import { judgePageMethod } from './judge-page-method.ts';
import { judgeToken } from './judge-tokens.ts';
import { judgeUpstream } from './judge-upstream.ts';
import { manifest } from './manifest.ts';
import { judgeBody } from './mass-assignment.ts';
import { isToolRegistry, judgeToolServers } from './mcp.ts';
import { createObjectAccess } from './object-access.ts';
import { createRate } from './rate.ts';
import { type ApiRequest, requestOf } from './request.ts';
import { createRevokedTokens } from './revoked-tokens.ts';
import { draftOf, type Say } from './say.ts';
import type { ApiSettings } from './settings.ts';
import { judgeForgery } from './ssrf.ts';
import { judgeWebhook } from './webhook.ts';

/** Judges requests to interfaces, their answers, tokens and settings. */
export const createDetector = (settings: ApiSettings): Detector => {
  const objects = createObjectAccess(settings);
  const functions = createFunctionAccess(settings.max_tracked);
  const logins = createAdminWithoutLogin(settings.max_tracked);
  const revoked = createRevokedTokens();
  const rate = createRate(settings.api_max_rpm, settings.max_tracked);
  const endpoints = createEndpoints(settings.max_tracked);
  const inventory = createInventory(settings);
  const paced = createPaced(settings.max_tracked);
  const allowedFields: ReadonlySet<string> = new Set(settings.allowed_body_fields);
  const approvedHosts: ReadonlySet<string> = new Set(settings.approved_tool_hosts.map((host) => host.toLowerCase()));

  const onRequest = (request: ApiRequest, say: Say): void => {
    if (revoked.onUsed(request.event, say)) return;
    objects.onRequest(request, say);
    functions.onRequest(request, 'bfla', say);
    judgePageMethod(request, say);
    judgeToolServers(request, approvedHosts, say);
    judgeWebhook(request, say);
    logins.onRequest(request, say);
    inventory.onRequest(request, say);
    rate.onRequest(request, say);
    judgeBody(request, allowedFields, say);
    judgeForgery(request, isToolRegistry(request), say);
    judgeOpenDoor(request, say);
    endpoints.onRequest(request);
    const unexpected = textOf(request.details, 'unexpected_params');
    if (unexpected !== '')
      say({
        type: 'schema_violation',
        rule: 'unexpected-parameters',
        says: `${request.method} ${request.path} came with parameters nobody knows: ${unexpected.slice(0, 200)}.`,
        field: 'unexpected_params',
        text: unexpected,
      });
  };
  const onResponse = (request: ApiRequest, say: Say): void => {
    judgeExposure(request, say);
    judgeConfiguration(request, say);
    endpoints.onResponse(request, say);
  };
  return {
    onEvent: (event, emit) => {
      const say = paced.sayFor(event, emit);
      switch (event.type) {
        case 'http_request':
        case 'api_request':
          return onRequest(requestOf(event), say);
        case 'http_response':
        case 'api_response':
          return onResponse(requestOf(event), say);
        case 'api_config':
          return judgeConfiguration(requestOf(event), say);
        case 'graphql_request':
          return judgeGraphql(event, settings, say);
        case 'jwt_validation':
        case 'token_event':
          if (!revoked.onUsed(event, say)) judgeToken(event, say);
          return;
        case 'logout':
        case 'token_revocation':
          return revoked.onRevoked(event);
        case 'auth_failure':
          if (isRevocation(event)) revoked.onRevoked(event);
          return;
        case 'login_success':
        case 'auth_success':
          return logins.onLogin(event);
        case 'api_upstream_response':
          return judgeUpstream(event, say);
        case 'grpc_request': {
          const request = requestOf(event);
          judgeGrpc(request, say);
          return functions.onRequest(request, 'grpc_bfla', say);
        }
        default:
      }
    },
    size: () => objects.size() + functions.size() + logins.size() + revoked.size() + rate.size() + endpoints.size() + inventory.size() + paced.size(),
    sweep: (now) => {
      objects.sweep(now);
      functions.sweep(now);
      logins.sweep(now);
      revoked.sweep(now);
      rate.sweep(now);
    },
  };
};

/** The module. */
export const apiFortress = defineModule({ manifest, createDetector });

const isRevocation = (event: SecurityEvent): boolean => ['reason', 'action', 'status'].some((key) => /revoked|revoke|logout/i.test(textOf(event.details, key)));

// The first words about one attack are for people; after that a reminder is enough.
const PACE = { burst: 32, everyMs: 30_000, quietMs: 600_000 };

const createPaced = (maxTracked: number) => {
  const pace = createPace(maxTracked, PACE);
  const slots = createKeyedSlots(
    maxTracked,
    (slot) => pace.clear(slot),
    (key) => key,
  );
  return {
    sayFor:
      (event: SecurityEvent, emit: Emit): Say =>
      (said) => {
        const draft = draftOf(event, said);
        // A worse severity is always news.
        const slot = slots.claim(`${said.type} ${draft.subject} ${said.severity ?? ''}`, event.at);
        if (pace.allow(slot, event.at)) emit(draft);
      },
    size: slots.size,
  };
};
