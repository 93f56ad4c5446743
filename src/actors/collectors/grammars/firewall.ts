import type { Grammar } from '../../contract.ts';
import { readFilterlog } from './filterlog.ts';
import { createLogClock } from './log-time.ts';
import { readNetfilter } from './netfilter.ts';
import type { GrammarOptions } from './options.ts';
import { PACKET_EVENT_TYPES, PACKET_PROGRAMS, packetEvent } from './packet.ts';
import { createQuietLines } from './quiet-lines.ts';
import { createSyslogPrefix, readSyslogPrefix } from './syslog-prefix.ts';

/** kern.log, ufw.log, messages: packets that LOG rules of iptables and nftables wrote down; filterlog of pfSense and OPNsense. */
export const createFirewallGrammar = (options: GrammarOptions = {}): Grammar => {
  const clock = createLogClock(options);
  const prefix = createSyslogPrefix();
  return {
    id: 'firewall',
    eventTypes: PACKET_EVENT_TYPES,
    isQuiet: createQuietLines({ programs: PACKET_PROGRAMS, families: [], mayHoldRequest: false }),
    parse: (line, context, emit) => {
      if (!readSyslogPrefix(line, clock, context.receivedAt, prefix)) return 'unparsed';
      const packet =
        prefix.program === 'kernel' ? readNetfilter(line, prefix.start) : prefix.program === 'filterlog' ? readFilterlog(line, prefix.start) : undefined;
      if (packet === undefined) return 'irrelevant';
      const event = packetEvent(packet, { line, source: context.source, position: context.position, at: prefix.at, host: prefix.host, trust: 'sensor' });
      if (event === undefined) return 'irrelevant';
      emit(event);
      return 'event';
    },
  };
};
