import type { ActionName, Target } from '../../domain/action.ts';
import type { OperatorEndpoints } from '../../domain/host.ts';
import { type Network, networksOverlap, parseNetwork } from '../../domain/ip.ts';
import { packageManagerOf } from '../../domain/package-manager.ts';
import type { EnforcementCaps } from '../../domain/policy.ts';

/** Who must never be hit, as known at this moment. */
export type Protections = {
  readonly endpoints: OperatorEndpoints;
  /** SSH peers that left less than the grace time ago. */
  readonly recentSshPeers: readonly string[];
  /** Networks of proxies: others stand behind their addresses. */
  readonly trustedProxies?: readonly string[] | undefined;
  readonly ownPid: number;
};

/** A veto in words. `allow-listed`: a person said never; `refused`: it would hit the operator or the host itself. */
export type Veto = { readonly outcome: 'allow-listed' | 'refused'; readonly reason: string };

/** No endpoints known yet. */
export const NO_ENDPOINTS: OperatorEndpoints = { ownAddresses: [], gateways: [], resolvers: [], sshPeers: [], sessionPids: [], sshdListeners: [] };

/** Judges one target at the last moment: undefined when nothing speaks against it. Pure; operator-safety 1, 2, 8, 10. */
export const guardTarget = (
  action: ActionName,
  target: Target,
  allowList: readonly string[],
  protections: Protections,
  caps: EnforcementCaps,
): Veto | undefined => {
  if (action === 'log_only' || action === 'webhook') return undefined;
  if (target.kind === 'ip' || target.kind === 'connection') return guardAddress(target.address, allowList, protections, caps);
  if (target.kind === 'process') return guardProcess(target, protections);
  if (target.kind === 'user') return target.user === 'root' || (target.uid ?? 1000) < 1000 ? refuse('root and system accounts are never disabled') : undefined;
  return undefined;
};

const guardAddress = (address: string, allowList: readonly string[], protections: Protections, caps: EnforcementCaps): Veto | undefined => {
  const network = parseNetwork(address);
  if (network === undefined) return refuse('not an address');
  if (network.prefix < (network.isV6 ? caps.minPrefixV6 : caps.minPrefixV4)) return refuse(`a /${network.prefix} is wider than may ever be blocked`);
  const listed = allowList.find((entry) => covers(entry, network));
  if (listed !== undefined) return { outcome: 'allow-listed', reason: `on the allow list (${listed})` };
  const special = SPECIAL.find(([range]) => covers(range, network));
  if (special !== undefined) return refuse(special[1]);
  const proxy = protections.trustedProxies?.find((entry) => covers(entry, network));
  if (proxy !== undefined) return refuse(`a trusted proxy (${proxy}): it speaks for clients, and which one is not known`);
  for (const [addresses, what] of protectedAddresses(protections)) {
    const hit = addresses.find((protectedAddress) => covers(protectedAddress, network));
    if (hit !== undefined) return refuse(hit === address ? what : `${what} (${hit} lies in ${address})`);
  }
  return undefined;
};

const protectedAddresses = (protections: Protections): readonly (readonly [readonly string[], string])[] => [
  [protections.endpoints.sshPeers, 'the operator is connected from there over SSH'],
  [protections.recentSshPeers, 'the operator was connected from there over SSH a moment ago'],
  [protections.endpoints.ownAddresses, "this host's own address"],
  [protections.endpoints.gateways, 'the default gateway'],
  [protections.endpoints.resolvers, 'a DNS resolver of this host'],
];

/** Every address that must not be blocked now. */
export const protectedList = (protections: Protections): readonly string[] => [...new Set(protectedAddresses(protections).flatMap(([addresses]) => addresses))];

// Ranges where a block only hurts the host itself. Source: IANA special-purpose address registries.
const SPECIAL: readonly (readonly [string, string])[] = [
  ['127.0.0.0/8', 'a loopback address'],
  ['::1', 'a loopback address'],
  ['0.0.0.0/8', 'not a peer address'],
  ['::', 'not a peer address'],
  ['224.0.0.0/4', 'a multicast address'],
  ['ff00::/8', 'a multicast address'],
  ['255.255.255.255', 'the broadcast address'],
];

const covers = (entry: string, network: Network): boolean => {
  const known = READ.get(entry) ?? remember(entry);
  return known !== 'none' && known.isV6 === network.isV6 && networksOverlap(known, network);
};

// The same few entries are held against every alert: read once. Bounded; what is forgotten is read again.
const READ = new Map<string, Network | 'none'>();
const MAX_READ = 8192;

const remember = (entry: string): Network | 'none' => {
  const read = parseNetwork(entry) ?? 'none';
  if (READ.size >= MAX_READ) READ.clear();
  READ.set(entry, read);
  return read;
};

const guardProcess = (target: Extract<Target, { kind: 'process' }>, protections: Protections): Veto | undefined => {
  const { pid, exe } = target.process;
  if (pid <= 1) return refuse('pid 1 is never touched');
  if (exe === '') return refuse('kernel threads are never touched');
  if (pid === protections.ownPid) return refuse('this is 1-SEC itself');
  if (protections.endpoints.sshdListeners.includes(pid)) return refuse('the SSH server is never killed');
  if (protections.endpoints.sessionPids.includes(pid)) return refuse("part of the operator's own session");
  const manager = packageManagerOf(target.process);
  if (manager !== undefined) return refuse(`a package manager at work (${manager}): ended half-way, it leaves the system half installed`);
  return undefined;
};

const refuse = (reason: string): Veto => ({ outcome: 'refused', reason });
