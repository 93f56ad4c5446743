import type { AlertTypeManifest } from '../../contract.ts';

const WEB = 'access logs of nginx and Apache; API clients';
const PACKETS = 'kernel lines of iptables and nftables LOG rules; the connection table of the kernel (conntrack)';
const SOCKETS = 'sockets of this host; the connection table of the kernel (conntrack)';

const SCAN_ADVICE = ['Block the address for a while, or let a policy do it.', 'Close or filter what need not be reached from there.'];

/** Who comes from outside: scans, floods, addresses with a record. */
const PERIMETER = {
  vertical_scan: {
    severity: 'HIGH',
    title: 'Many ports of one host are being tried',
    mitre: ['T1046', 'T1595.001'],
    mitigations: SCAN_ADVICE,
    feed: PACKETS,
    falsePositives: 'A scanner of your own; a monitoring system that checks every service.',
  },
  horizontal_scan: {
    severity: 'HIGH',
    title: 'One port of many hosts is being tried',
    mitre: ['T1046', 'T1595.001'],
    mitigations: ['Find the program on the source when it is a host of yours.', ...SCAN_ADVICE],
    feed: `${PACKETS}, on a gateway`,
    falsePositives: 'Inventory and monitoring systems; a host for administration.',
  },
  stealth_scan: {
    severity: 'CRITICAL',
    title: 'A very fast scan, or one with packets that no client sends',
    mitre: ['T1046', 'T1595.001'],
    mitigations: SCAN_ADVICE,
    feed: PACKETS,
    falsePositives: 'A scanner of your own.',
  },
  rate_limit: {
    severity: 'MEDIUM',
    title: 'Too many requests of one address',
    mitre: ['T1499.002'],
    mitigations: ['Limit requests in the web server (limit_req).', 'Block the address when it goes on.'],
    feed: WEB,
    falsePositives: 'Many people behind one address; crawlers; load tests; a page that loads hundreds of small files.',
  },
  ddos: {
    severity: 'CRITICAL',
    title: 'A flood of requests',
    mitre: ['T1498', 'T1499'],
    mitigations: [
      'Put a provider or a cache in front.',
      'Turn on SYN cookies and limit connections for one address.',
      'Look at what the addresses have in common.',
    ],
    feed: WEB,
    falsePositives: 'A load test; logs of many servers replayed at once.',
  },
  amplification_attack: {
    severity: 'HIGH',
    title: 'Answers much larger than the questions',
    mitre: ['T1498.002'],
    mitigations: [
      'Close resolvers and other services that answer to everybody.',
      'Filter made-up sources at the border (BCP 38).',
      'Ask the provider to filter.',
    ],
    feed: 'claim',
    falsePositives: 'Large transfers that are measured as answers.',
  },
  ip_reputation: {
    severity: 'HIGH',
    title: 'An address with a record',
    mitre: ['T1595'],
    mitigations: ['Block the address.', 'Look at what else came from it.'],
    feed: 'any log with an address, against `malicious_ips` and the list that `dynamic_ip_block` fills',
    falsePositives: 'Addresses that have changed hands; an old list.',
  },
  dynamic_ip_block: {
    severity: 'CRITICAL',
    title: 'Several modules found the same address',
    mitre: ['T1595', 'T1190'],
    mitigations: ['Block the address.', 'Look through the alerts that the description adds up.'],
    feed: 'what the detection modules of this host find',
    falsePositives: 'A penetration test; many people behind one address, one of them an attacker.',
  },
  geo_fence: {
    severity: 'MEDIUM',
    title: 'A country that is not wanted here',
    mitre: ['T1078'],
    mitigations: ['Block the network if nobody there has business here.'],
    feed: 'claim',
    falsePositives: 'Travelling users; VPN exits; addresses whose country is recorded wrongly.',
  },
} as const satisfies { readonly [type: string]: AlertTypeManifest };

/** What leaves: names, calls home, data. */
const OUTBOUND = {
  dns_tunneling: {
    severity: 'CRITICAL',
    title: 'Data leaves in DNS names',
    mitre: ['T1071.004', 'T1048.003'],
    mitigations: ['Block the domain in the resolver.', 'Look for the program on the client.', 'Allow DNS only to your own resolver.'],
    feed: 'claim',
    falsePositives: 'Virus scanners and mail filters that ask long names; content networks.',
  },
  dns_exfiltration: {
    severity: 'HIGH',
    title: 'Large answers in DNS',
    mitre: ['T1071.004', 'T1048.003'],
    mitigations: ['Block the domain in the resolver.', 'Look for the program on the client.'],
    feed: 'claim',
    falsePositives: 'Mail servers that read many long TXT records of one domain.',
  },
  dga_domain: {
    severity: 'HIGH',
    title: 'Names that nobody would make up',
    mitre: ['T1568.002'],
    mitigations: ['Look for the program on the client.', 'Block the names, and new domains in general.'],
    feed: 'claim',
    falsePositives: 'Names of companies in other languages; a search domain that is wrong; a resolver without a connection.',
  },
  c2_beaconing: {
    severity: 'CRITICAL',
    title: 'A program calls home at regular times',
    mitre: ['T1071', 'T1573'],
    mitigations: ['Find the program behind the connection.', 'Isolate the host if nobody knows it.', 'Add what is known to `regular_destinations`.'],
    feed: SOCKETS,
    falsePositives: 'Update checks, monitoring agents and metrics: add their servers to `regular_destinations`.',
  },
  covert_channel: {
    severity: 'HIGH',
    title: 'Small or equal payloads on a strange port',
    mitre: ['T1571', 'T1095'],
    mitigations: ['Look at both ends of the connection.', 'Allow only known ports to go out.'],
    feed: 'claim',
    falsePositives: 'Game servers and chat on their own ports.',
  },
  suspicious_port: {
    severity: 'MEDIUM',
    title: 'A connection to a strange port',
    mitre: ['T1571'],
    mitigations: ['Find the program behind the connection.', 'Allow only known ports to go out.'],
    feed: SOCKETS,
    falsePositives: 'Development servers (8888, 9999, 5555) and chat (6667, 6697).',
  },
  rare_destination: {
    severity: 'LOW',
    title: 'Much data to a network never used before',
    mitre: ['T1041'],
    mitigations: ['Find the program and the user behind it.'],
    feed: 'claim',
    falsePositives: 'A new customer, mirror or backup.',
  },
  egress_volume: {
    severity: 'MEDIUM',
    title: 'Much more data leaves than usual',
    mitre: ['T1041', 'T1048'],
    mitigations: ['Find the program and the user behind it.', 'Limit what may leave.'],
    feed: 'claim',
    falsePositives: 'Backups, releases, moves of data.',
  },
  new_listener: {
    severity: 'LOW',
    title: 'A new port is open to others',
    mitre: ['T1571', 'T1205'],
    mitigations: ['Find the program.', 'Bind services that need no network to 127.0.0.1.'],
    feed: 'sockets of this host',
    falsePositives: 'A service that was installed or started.',
  },
} as const satisfies { readonly [type: string]: AlertTypeManifest };

const DOMAIN_ADVICE = ['Change the passwords of the accounts involved.', 'Isolate the source until it is understood.'];

/** From host to host. */
const LATERAL = {
  lateral_spread: {
    severity: 'HIGH',
    title: 'One host reaches many others',
    mitre: ['T1021'],
    mitigations: ['Find the user and the program on the source.', 'Let hosts of one network talk only where they must.'],
    feed: `${SOCKETS}; API clients`,
    falsePositives: 'Configuration management, backup and monitoring servers: put them into `own_networks`.',
  },
  pass_the_hash: {
    severity: 'CRITICAL',
    title: 'NTLM logins on many hosts',
    mitre: ['T1550.002'],
    mitigations: [...DOMAIN_ADVICE, 'Restrict NTLM.', 'Turn on Credential Guard.'],
    feed: 'claim',
    falsePositives: 'Old programs that know only NTLM.',
  },
  pass_the_ticket: {
    severity: 'CRITICAL',
    title: 'A Kerberos ticket used elsewhere',
    mitre: ['T1550.003'],
    mitigations: [...DOMAIN_ADVICE, 'Purge the tickets.'],
    feed: 'claim',
    falsePositives: 'Hosts behind one address.',
  },
  kerberoasting: {
    severity: 'CRITICAL',
    title: 'Many service tickets with RC4',
    mitre: ['T1558.003'],
    mitigations: ['Give service accounts long random passwords or make them managed (gMSA).', 'Turn RC4 off.'],
    feed: 'claim',
    falsePositives: 'Old clients that know only RC4.',
  },
  golden_ticket: {
    severity: 'CRITICAL',
    title: 'A ticket that no domain gives out',
    mitre: ['T1558.001'],
    mitigations: ['Change the password of krbtgt twice.', ...DOMAIN_ADVICE],
    feed: 'claim',
    falsePositives: 'A domain whose tickets live longer than a week.',
  },
  dcsync: {
    severity: 'CRITICAL',
    title: 'The password database of a domain was asked for',
    mitre: ['T1003.006'],
    mitigations: ['Change the password of krbtgt twice.', 'Look at who may replicate.', ...DOMAIN_ADVICE],
    feed: 'claim',
    falsePositives: 'A new domain controller; directory synchronisation.',
  },
} as const satisfies { readonly [type: string]: AlertTypeManifest };

/** Every alert type of the module. */
export const ALERT_TYPES: { readonly [type: string]: AlertTypeManifest } = { ...PERIMETER, ...OUTBOUND, ...LATERAL };
