import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { allowsTooMuch } from './iam-policy.ts';
import { resourceOf, type Say } from './say.ts';
import { isOn } from './words.ts';

// Ports of administration, databases and daemons that trust whoever reaches them.
const SENSITIVE_PORTS: readonly number[] = [
  21, 22, 23, 111, 135, 139, 445, 1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5601, 5672, 5900, 5984, 5985, 5986, 6379, 6443, 7001, 8020, 9042,
  9092, 9200, 9300, 10250, 10255, 11211, 15672, 27017, 27018, 50070,
];
const ANYWHERE = /(?:^|[\s,[])(?:0\.0\.0\.0\/0|::\/0|\*|any|internet)(?=$|[\s,\]])/i;

/** Findings of a scan, field by field. */
export const judgeScan = (event: SecurityEvent, say: Say): void => {
  const { details } = event;
  const name = resourceOf(event);
  const acl = textOf(details, 'acl').trim().toLowerCase();
  if (/^public-read(?:-write)?$|^public$|^authenticated-read$/.test(acl) || isOn(details, 'public_access'))
    say({ type: 'public_bucket', rule: 'acl', says: `${name} can be read by everybody.`, field: 'acl', text: acl || 'public_access' });
  const port = openPort(textOf(details, 'port'));
  if (ANYWHERE.test(textOf(details, 'ingress_cidr').slice(0, 2048)) && port !== undefined)
    say({ type: 'open_security_group', rule: 'ingress', says: `${name} opens port ${port} to every address.`, field: 'port', text: String(port) });
  if (isOn(details, 'publicly_accessible'))
    say({ type: 'public_database', rule: 'public', says: `The database ${name} can be reached from everywhere.`, field: 'publicly_accessible', text: 'true' });
  const policy = textOf(details, 'policy').slice(0, 131_072);
  const grant = policy === '' ? undefined : allowsTooMuch(policy);
  if (grant !== undefined) say({ type: 'permissive_iam', rule: 'policy', says: `The policy ${name} allows ${grant}.`, field: 'policy', text: grant });
  if (isOn(details, 'privileged'))
    say({ type: 'k8s_privileged_pod', rule: 'privileged', says: `${name} has the rights of the host.`, field: 'privileged', text: 'true' });
  if (isOn(details, 'run_as_root')) say({ type: 'k8s_root_pod', rule: 'root', says: `${name} runs as root.`, field: 'run_as_root', text: 'true' });
  const service = textOf(details, 'service_type').trim();
  if (/^(?:loadbalancer|nodeport)$/i.test(service) && /^(?:default|kube-system)$/.test(textOf(details, 'namespace').trim())) {
    say({ type: 'k8s_exposed_service', rule: 'service', says: `${name} is open to the outside (${service}).`, field: 'service_type', text: service });
  }
  const critical = numberOf(details, 'critical_count') ?? 0;
  if (critical > 0)
    say({
      type: 'critical_misconfigs',
      rule: 'count',
      says: `A scan found ${critical} critical faults in ${name}.`,
      field: 'critical_count',
      text: String(critical),
      counters: { critical, high: numberOf(details, 'high_count') ?? 0 },
    });
};

/** The first sensitive port in `22`, `20-25`, `22,80` or `-1` (all); undefined when none is. */
const openPort = (text: string): number | undefined => {
  for (const piece of text.slice(0, 512).split(',', 64)) {
    const range = /^\s*(-?\d{1,5})(?:\s*[-:]\s*(\d{1,5}))?\s*$/.exec(piece);
    if (range === null) continue;
    const from = Number(range[1]);
    const to = range[2] === undefined ? from : Number(range[2]);
    const found = from < 0 ? SENSITIVE_PORTS[1] : SENSITIVE_PORTS.find((port) => port >= from && port <= to);
    if (found !== undefined) return found;
  }
  return /^\s*(?:all|any|\*)\s*$/i.test(text) ? SENSITIVE_PORTS[1] : undefined;
};

/** Checks of a standard that fail. */
export const judgeCompliance = (event: SecurityEvent, say: Say): void => {
  const failed = numberOf(event.details, 'fail_count') ?? 0;
  const passed = numberOf(event.details, 'pass_count') ?? 0;
  const total = numberOf(event.details, 'total_checks') ?? failed + passed;
  if (failed <= 0 || total <= 0) return;
  const share = (total - failed) / total;
  const framework = textOf(event.details, 'framework').slice(0, 100) || 'a standard';
  say({
    type: 'compliance_failure',
    rule: 'checks',
    severity: share < 0.5 ? 'CRITICAL' : share < 0.7 ? 'HIGH' : 'MEDIUM',
    says: `${failed} of ${total} checks of ${framework} fail.`,
    field: 'fail_count',
    text: String(failed),
    counters: { failed, total },
  });
};
