import { textOf } from '../../../domain/event.ts';
import type { ApiRequest } from './request.ts';
import type { Say } from './say.ts';

const OPEN = /^\/grpc\.(?:health\.v1\.Health|reflection\.v1(?:alpha)?\.ServerReflection)\//;

/** A gRPC call that brings no credentials at all. Health checks and reflection are let by. */
export const judgeGrpc = (request: ApiRequest, say: Say): void => {
  const contentType = textOf(request.details, 'content_type').toLowerCase();
  if (!contentType.startsWith('application/grpc') || OPEN.test(request.path)) return;
  if (textOf(request.details, 'authorization') !== '') return;
  if (/authorization|x-api-key/i.test(`${textOf(request.details, 'metadata')} ${request.headers}`.slice(0, 65_536))) return;
  say({
    type: 'grpc_auth_bypass',
    rule: 'grpc-without-credentials',
    severity: request.outcome === 'refused' ? 'LOW' : undefined,
    says: `${request.path} was called without credentials.`,
    field: 'path',
    text: request.path,
  });
};
