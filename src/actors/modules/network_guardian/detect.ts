import type { SecurityEvent } from '../../../domain/event.ts';
import { type Detector, defineModule, type Emit, type FoundElsewhere } from '../../contract.ts';
import { judgeAmplification } from './amplification.ts';
import { createConnectionRules } from './connections.ts';
import { createDnsRules } from './dns.ts';
import { isLoopback } from './endpoints.ts';
import { createGeoFence } from './geo-fence.ts';
import { judgeHalfOpen } from './half-open.ts';
import { createLateralRules } from './lateral.ts';
import { judgeListener } from './listeners.ts';
import { manifest } from './manifest.ts';
import { createNetworkSet } from './network-set.ts';
import { isLoginPort } from './ports.ts';
import { createReputation } from './reputation.ts';
import { createRequestRules } from './requests.ts';
import { pathOfType } from './routes.ts';
import type { RuleSet } from './rule-set.ts';
import { createScanRules } from './scans.ts';
import type { NetworkSettings } from './settings.ts';
import { createSpeaker } from './speaker.ts';

// What clients claim and what anybody can send is worth less memory than what our own sensors read.
const OUTSIDE_SHARE = 1 / 8;
const LEAST = 64;

/** A detector with two separate memories: nobody can bring an address nearer to a limit of the sensors by claiming something. */
export const createNetworkDetector = (settings: NetworkSettings): Detector => {
  const inside = createLane(settings, settings.max_tracked);
  let outside: Lane | undefined;
  const laneOf = (event: SecurityEvent): Lane => {
    if (event.trust === 'sensor') return inside;
    outside ??= createLane(settings, Math.max(LEAST, Math.floor(settings.max_tracked * OUTSIDE_SHARE)));
    return outside;
  };
  return {
    onEvent: (event, emit) => laneOf(event).onEvent(event, emit),
    onFinding: (found, emit) => laneOf(found.event).onFinding(found, emit),
    standings: (now, limit) => [
      ...inside.standings(now, limit).map((one) => ({ ...one, isClaim: false })),
      ...(outside?.standings(now, limit) ?? []).map((one) => ({ ...one, isClaim: true })),
    ],
    size: () => inside.size() + (outside?.size() ?? 0),
    sweep: (now) => {
      inside.sweep(now);
      outside?.sweep(now);
    },
  };
};

/** Attacks that show in who talks with whom, how often and how much. */
export const networkGuardian = defineModule({ manifest, createDetector: createNetworkDetector });

type Lane = {
  readonly onEvent: (event: SecurityEvent, emit: Emit) => void;
  readonly onFinding: (found: FoundElsewhere, emit: Emit) => void;
  readonly standings: ReturnType<typeof createReputation>['standings'];
  readonly size: () => number;
  readonly sweep: (now: number) => void;
};

const createLane = (settings: NetworkSettings, capacity: number): Lane => {
  const isOwn = createNetworkSet(settings.own_networks);
  const speaker = createSpeaker(4096, true);
  const reputation = createReputation(settings, capacity, speaker);
  const fence = createGeoFence(settings, speaker);
  const made: RuleSet[] = [];
  // Tables are made with the first event that needs them: most hosts never see the half of it.
  const lazily = (create: () => RuleSet): (() => RuleSet) => {
    let rules: RuleSet | undefined;
    return () => {
      if (rules !== undefined) return rules;
      rules = create();
      made.push(rules);
      return rules;
    };
  };
  const requests = lazily(() => createRequestRules(settings, capacity));
  const dns = lazily(() => createDnsRules(capacity));
  const connections = lazily(() => createConnectionRules(settings, capacity));
  const lateral = lazily(() => createLateralRules(capacity));
  const scans = lazily(() => createScanRules(capacity));

  const takeConnection = (event: SecurityEvent, ip: string, emit: Emit): void => {
    connections().onEvent(event, ip, emit);
    if (
      event.type === 'network_connection' &&
      event.trust === 'sensor' &&
      isLoginPort(Number(event.details['dest_port'])) &&
      event.details['direction'] !== 'inbound'
    )
      lateral().onEvent(event, ip, emit);
  };

  const takeAny = (event: SecurityEvent, ip: string, isRequest: boolean, emit: Emit): void => {
    reputation.found(event, event, ip, emit);
    reputation.judge(event, ip, emit);
    fence?.(event, ip, emit);
    if (isRequest) requests().onEvent(event, ip, emit);
  };

  return {
    onEvent: (event, emit) => {
      const path = pathOfType(event);
      if (path === 'nothing') return;
      if (path === 'listener') {
        judgeListener(event, speaker, emit);
        return;
      }
      if (path === 'half-open') {
        judgeHalfOpen(event, speaker, emit);
        return;
      }
      const ip = event.sourceIp;
      if (ip === undefined || isLoopback(ip) || isOwn(ip)) return;
      if (path === 'request' || path === 'other') takeAny(event, ip, path === 'request', emit);
      else if (path === 'dns') dns().onEvent(event, ip, emit);
      else if (path === 'connection') takeConnection(event, ip, emit);
      else if (path === 'lateral') lateral().onEvent(event, ip, emit);
      else if (path === 'scan') scans().onEvent(event, ip, emit);
      else judgeAmplification(event, ip, speaker, emit);
    },
    onFinding: (found, emit) => {
      const { ip } = found;
      if (NOT_COUNTED.has(found.type) || isLoopback(ip) || isOwn(ip)) return;
      reputation.found(found, found.event, ip, emit);
    },
    standings: reputation.standings,
    size: () => made.reduce((sum, rules) => sum + rules.size(), reputation.size() + speaker.size()),
    sweep: (now) => {
      for (const rules of made) rules.sweep(now);
      reputation.sweep(now);
      speaker.sweep(now);
    },
  };
};

// Conclusions of this module from points are no reason for more points.
const NOT_COUNTED = new Set(['dynamic_ip_block', 'ip_reputation', 'new_listener', 'egress_volume', 'rare_destination']);
