import { z } from 'zod';
import { isCommonDomain } from '../../src/actors/modules/network_guardian/common-domains.ts';
import { networkGuardian } from '../../src/actors/modules/network_guardian/detect.ts';
import { consonantRatio } from '../../src/actors/modules/network_guardian/dns-name.ts';
import { isNonStandardPort } from '../../src/actors/modules/network_guardian/ports.ts';
import { deviationOf, meanOf } from '../../src/actors/modules/network_guardian/statistics.ts';
import { createThreatScores } from '../../src/actors/modules/network_guardian/threat-score.ts';
import { SEVERITIES } from '../../src/domain/severity.ts';
import { type Decision, describeVectors } from '../kit/vectors.ts';

const isQuiet = (why: string, ...types: readonly string[]): Decision => ({ why, expect: { alert: false, types: [...types] } });

const DECISIONS: { readonly [name: string]: Decision } = {
  'ip_reputation/bogon_100.64.0.1': isQuiet('carriers and overlay networks use these addresses as sources', 'ip_reputation'),
  'dga/benign_long_hostname': isQuiet('only the registered label is judged, by its letters', 'dga_domain', 'dns_tunneling'),
  'c2/covert_small_equal_payloads': isQuiet('sizes count only on a port where they do not belong', 'covert_channel'),
  'lateral/three_tgt_are_golden_ticket': isQuiet('it takes a lifetime that no domain gives out', 'golden_ticket'),
  'threat_score/medium_points': isQuiet('only what detection modules found counts', 'dynamic_ip_block', 'ip_reputation'),
};

const values = z.object({ values: z.array(z.number()) });
const records = z.object({ records: z.array(z.object({ module: z.string(), severity: z.enum(SEVERITIES) })) });

const threatScore = (input: unknown): unknown => {
  const scores = createThreatScores(64, 50, 3_600_000);
  let answer = { points: 0, modules: 0, blocked_at: -1 };
  for (const [index, record] of records.parse(input).records.entries()) {
    const score = scores.add('10.0.0.1', { ...record, type: 'x', at: 1_000_000 });
    answer = { points: score.points, modules: score.modules, blocked_at: score.isOver ? index : answer.blocked_at };
  }
  return answer;
};

describeVectors({
  file: 'network_guardian',
  definition: networkGuardian,
  decisions: DECISIONS,
  settingsOf: (vector) => ({ ...vector.settings, ...(vector.preload === undefined ? {} : { malicious_ips: vector.preload['malicious_ips'] }) }),
  functions: {
    consonant_ratio: (input) => consonantRatio(z.object({ text: z.string() }).parse(input).text),
    is_common_domain: (input) => isCommonDomain(z.object({ domain: z.string() }).parse(input).domain),
    is_non_standard_port: (input) => {
      const { port, protocol } = z.object({ port: z.number(), protocol: z.string() }).parse(input);
      return isNonStandardPort(port, protocol);
    },
    truncate_list: (input) => {
      const { items, max } = z.object({ items: z.array(z.string()), max: z.number() }).parse(input);
      return items.length <= max ? items.join(', ') : `${items.slice(0, max).join(', ')} and ${items.length - max} more`;
    },
    avg: (input) => meanOf(values.parse(input).values),
    std_dev: (input) => deviationOf(values.parse(input).values),
    threat_score: threatScore,
  },
});
