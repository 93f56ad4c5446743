import { DETECTION_MODULES } from '../../../domain/detection-modules.ts';
import type { SecurityEvent } from '../../../domain/event.ts';

/** Which rules look at an event. */
export type RulePath = 'dns' | 'connection' | 'lateral' | 'scan' | 'amplification' | 'listener' | 'half-open' | 'request' | 'other' | 'nothing';

const DNS: RulePath = 'dns';
const LATERAL: RulePath = 'lateral';
const SCAN: RulePath = 'scan';

const PATHS: ReadonlyMap<string, RulePath> = new Map<string, RulePath>([
  ['http_request', 'request'],
  // The answer to a request that is counted already.
  ['http_response', 'nothing'],
  ['api_response', 'nothing'],
  ['process_exec', 'nothing'],
  ['file_change', 'nothing'],
  ['api_request', 'request'],
  ['graphql_request', 'request'],
  ['auth_failure', 'other'],
  ['auth_success', 'other'],
  ['auth_attempt', 'other'],
  ['session_activity', 'other'],
  ['listening_socket', 'listener'],
  ['half_open_connections', 'half-open'],
  ['dns_query', DNS],
  ['dns_response', DNS],
  ['network_connection', 'connection'],
  ['connection_established', 'connection'],
  ['lateral_movement', LATERAL],
  ['smb_connection', LATERAL],
  ['rdp_connection', LATERAL],
  ['wmi_exec', LATERAL],
  ['psexec', LATERAL],
  ['ssh_connection', LATERAL],
  ['winrm_connection', LATERAL],
  ['kerberos_event', LATERAL],
  ['port_scan', SCAN],
  ['syn_scan', SCAN],
  ['connection_attempt', SCAN],
  ['amplification_attack', 'amplification'],
  ['reflection_attack', 'amplification'],
]);

/** The rules for an event, by its type. Types of others count as requests, except what another module found. */
export const pathOfType = (event: SecurityEvent): RulePath => PATHS.get(event.type) ?? (DETECTION_MODULES.has(event.module) ? 'other' : 'request');

/** Types that have rules of their own here. */
export const ROUTED_TYPES: readonly string[] = [...PATHS.keys()];
