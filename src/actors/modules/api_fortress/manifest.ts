import type { ModuleManifest } from '../../contract.ts';
import { ALERT_TYPES } from './alert-types.ts';
import { type ApiSettings, apiSettingsSchema } from './settings.ts';

/** What api_fortress is, takes and raises. */
export const manifest: ModuleManifest<ApiSettings> = {
  id: 'api_fortress',
  tier: 1,
  title: 'Interfaces',
  description: 'Interfaces for programs: objects and functions used without rights, tokens, GraphQL, webhooks, tool servers, answers that give too much away.',
  eventTypes: [
    'http_request',
    'api_request',
    'http_response',
    'api_response',
    'api_config',
    'graphql_request',
    'jwt_validation',
    'token_event',
    'logout',
    'token_revocation',
    'auth_failure',
    'login_success',
    'auth_success',
    'api_upstream_response',
    'grpc_request',
  ],
  alertTypes: ALERT_TYPES,
  settings: apiSettingsSchema,
};
