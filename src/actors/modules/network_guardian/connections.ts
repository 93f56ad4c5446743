import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Severity } from '../../../domain/severity.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit } from '../../contract.ts';
import { beatOf } from './beacon.ts';
import { draftOf } from './draft.ts';
import { createEgressRules } from './egress.ts';
import { destinationOf, isForMany, isInside, isLoopback } from './endpoints.ts';
import { createFlowTable, type FlowHistory } from './flow-table.ts';
import { createNetworkSet } from './network-set.ts';
import { isControlPort, isNonStandardPort } from './ports.ts';
import type { RuleSet } from './rule-set.ts';
import type { NetworkSettings } from './settings.ts';
import { createSpeaker } from './speaker.ts';
import { deviationOf, meanOf } from './statistics.ts';

/** Outbound connections: `suspicious_port`, `c2_beaconing`, `covert_channel`, `rare_destination` and `egress_volume`. */
export const createConnectionRules = (settings: NetworkSettings, capacity: number): RuleSet => {
  const flows = createFlowTable(Math.max(64, capacity >> 1));
  const egress = createEgressRules(settings, Math.max(64, capacity >> 2));
  const isRegular = createNetworkSet(settings.regular_destinations);
  const speaker = createSpeaker(4096, true);

  const tell = (event: SecurityEvent, ip: string, host: string, port: number, emit: Emit, hit: Hit): void => {
    const flow = `${blockUnitOf(ip)} to ${toSafe(host, 100)} port ${port}`;
    if (!speaker.allow(`${hit.type} ${flow}`, event.at)) return;
    emit(
      draftOf({
        ...hit,
        event,
        ip: host === event.destIp && !isInside(host) ? host : ip,
        subject: `flow:${blockUnitOf(ip)}/${toSafe(host, 100)}:${port}`,
        title: `${flow}${programWords(event)}: ${hit.facts}`,
        description: `${flow}${programWords(event)}: ${hit.facts}.`,
        field: 'dest_port',
      }),
    );
  };

  const judgeBeat = (event: SecurityEvent, host: string, port: number, history: FlowHistory): Hit | undefined => {
    if (PERIODIC_PORTS.has(port) || (event.destIp !== undefined && isRegular(host))) return undefined;
    const beat = beatOf(history.times);
    if (beat === undefined) return undefined;
    const facts = `${beat.count} calls, one every ${Math.round(beat.periodMs / 1000)} s with ${beat.jitterPercent} % jitter`;
    // Times alone are what every update check and every monitor looks like.
    const severity = isInside(host) || history.sent.length === 0 ? 'MEDIUM' : 'CRITICAL';
    const counters = { calls: beat.count, periodSeconds: Math.round(beat.periodMs / 1000), jitterPercent: beat.jitterPercent };
    return { type: 'c2_beaconing', rule: 'beat', severity, facts, counters };
  };

  return {
    onEvent: (event, ip, emit) => {
      const { details } = event;
      const host = destinationOf(event);
      if (host === undefined || isForMany(host) || isLoopback(host) || textOf(details, 'direction') === 'inbound') return;
      const port = numberOf(details, 'dest_port') ?? 0;
      const protocol = textOf(details, 'protocol').slice(0, 32).toLowerCase();
      const sent = numberOf(details, 'bytes_out');
      const received = numberOf(details, 'bytes_in');
      const isOdd = isNonStandardPort(port, protocol);
      if (isControlPort(port) || isOdd) {
        const facts = isOdd ? `${toSafe(protocol, 32)} does not live on this port` : 'the usual port of a remote-control tool';
        tell(event, ip, host, port, emit, { type: 'suspicious_port', rule: isOdd ? 'protocol-port' : 'control-port', facts });
      }
      const process = textOf(details, 'process_name').slice(0, 64);
      const slot = flows.add(`${unitKey(ip)} ${host} ${port} ${process}`, event.at, sent ?? -1, received ?? -1);
      const history = flows.history(slot);
      const beat = judgeBeat(event, host, port, history);
      if (beat !== undefined) tell(event, ip, host, port, emit, beat);
      const channel = channelOf(history, isControlPort(port) || isOdd);
      if (channel !== undefined) tell(event, ip, host, port, emit, channel);
      if (sent !== undefined) egress.onSent(event, ip, host, sent, emit);
    },
    size: () => flows.size() + egress.size() + speaker.size(),
    sweep: (now) => {
      flows.sweep(now);
      egress.sweep(now);
      speaker.sweep(now);
    },
  };
};

type Hit = {
  readonly type: string;
  readonly rule: string;
  readonly facts: string;
  readonly severity?: Severity | undefined;
  readonly counters?: { readonly [name: string]: number } | undefined;
};

// Time and name servers are asked at regular times by design.
const PERIODIC_PORTS = new Set([53, 123, 323, 853]);
const MIN_SIZES = 10;

/**
 * Small packets or packets of one size, on a port where they do not belong. Sizes alone describe health checks and keep-alives; a
 * port counts once, whether it is unusual for its protocol, known for remote control, or both.
 */
const channelOf = ({ sent, received }: FlowHistory, isStrangePort: boolean): Hit | undefined => {
  if (!isStrangePort || sent.length < MIN_SIZES) return undefined;
  const mean = meanOf(sent);
  const back = meanOf(received);
  const isSmall = mean >= 1 && mean < 200 && back >= 1 && back < 500;
  const isUniform = mean > 0 && deviationOf(sent) / mean < 0.2;
  if (!isSmall && !isUniform) return undefined;
  const words = [isSmall ? 'small' : '', isUniform ? 'equal' : ''].filter((word) => word !== '').join(' and ');
  return {
    type: 'covert_channel',
    rule: 'sizes',
    facts: `${words} payloads (${Math.round(mean)} bytes out) on a port where they do not belong`,
    counters: { samples: sent.length, meanOut: Math.round(mean), meanIn: Math.round(back) },
  };
};

const programWords = (event: SecurityEvent): string => {
  const name = textOf(event.details, 'process_name');
  return name === '' ? '' : ` by ${toSafe(name, 64)}`;
};
