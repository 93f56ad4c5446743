import { textOf } from '../../../domain/event.ts';
import { jsonOf, visitFields } from './json-fields.ts';
import { type ApiRequest, isWrite } from './request.ts';
import { mayRegisterTools } from './roles.ts';
import type { Say } from './say.ts';
import { urlsIn } from './urls.ts';

const SHELL_WORD =
  /(?:^|[\s"'/;|&(])(?:ba|z|da|k|c)?sh(?:$|[\s"';|&)])|\b(?:curl|wget|powershell|pwsh|cmd\.exe|nc|ncat|netcat|socat|base64|eval|chmod|python3? -c|node -e|perl -e|ruby -e)\b|[;&|`]|\$\(/i;
const LOCAL_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/** True for the paths that tool servers of agents are registered by (Model Context Protocol). */
export const isToolRegistry = (request: ApiRequest): boolean => {
  if (!isWrite(request.method) || !request.path.toLowerCase().includes('mcp')) return false;
  const { segments } = request;
  return segments.some((segment) => PROTOCOL.test(segment)) && segments.some((segment) => /server|regist|config|install|tool/.test(segment));
};

const PROTOCOL = /^mcp(?:[-_].{0,60}|servers)?$|-mcp$/;

/** Tool servers registered by somebody who may not, from hosts nobody approved, or with a command that is an attack. */
export const judgeToolServers = (request: ApiRequest, approved: ReadonlySet<string>, say: Say): void => {
  if (!isWrite(request.method) || request.method === 'DELETE') return;
  const isRegistry = isToolRegistry(request);
  const servers = request.body.includes('mcp') || request.body.includes('command') ? serversIn(request.body) : [];
  if (!isRegistry && servers.length === 0) return;
  const mayRegister = mayRegisterTools(request.role);
  const isLog = request.status !== undefined && request.role === '' && request.body === '';
  if (isRegistry && !mayRegister) {
    say({
      type: 'mcp_server_registration_unauthorized',
      rule: 'tool-server-role',
      // A log line tells the path and the outcome, not who it was.
      severity: isLog ? (request.outcome === 'done' ? 'MEDIUM' : 'LOW') : undefined,
      says: `${request.method} ${request.path} registers a tool server; the role is ${request.role || 'not known'}.`,
      field: 'path',
      text: request.path,
    });
  }
  const dangerous = servers.find((server) => SHELL_WORD.test(server));
  if (servers.length > 0 && (dangerous !== undefined || (!mayRegister && request.body.includes('mcpServers')))) {
    say({
      type: 'mcp_server_dynamic_injection',
      rule: dangerous === undefined ? 'tool-server-block' : 'tool-server-command',
      says: `The body of ${request.method} ${request.path} brings a tool server${dangerous === undefined ? '' : ` that runs ${dangerous.slice(0, 120)}`}.`,
      field: 'body',
      text: dangerous ?? 'mcpServers',
    });
  }
  const foreign = hostsOf(request).find((host) => !LOCAL_HOSTS.has(host) && !approved.has(host));
  if (foreign === undefined) return;
  say({
    type: 'mcp_server_registration_unapproved',
    rule: 'tool-server-host',
    says: `A tool server on ${foreign} is registered, which nobody approved.`,
    field: 'body',
    text: foreign,
  });
};

const serversIn = (body: string): readonly string[] => {
  const found: string[] = [];
  visitFields(jsonOf(body), (name, value) => {
    if (found.length >= 32) return;
    if (/^mcp_?servers?$/i.test(name) && typeof value === 'object' && value !== null) found.push('');
    if (typeof value !== 'object' || value === null || !('command' in value) || typeof value.command !== 'string') return;
    const given = 'args' in value && Array.isArray(value.args) ? value.args.filter((one): one is string => typeof one === 'string') : [];
    found.push([value.command, ...given].join(' ').slice(0, 2000));
  });
  return found;
};

const hostsOf = (request: ApiRequest): readonly string[] => {
  const texts = [request.body, ...['server_url', 'mcp_server_url', 'target_url'].map((key) => textOf(request.details, key).slice(0, 4096))];
  return texts.flatMap((text) => urlsIn(text).map((url) => url.host.toLowerCase()));
};
