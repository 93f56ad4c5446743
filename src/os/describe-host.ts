import { existsSync, readFileSync } from 'node:fs';
import { hostname, release } from 'node:os';
import { gunzipSync } from 'node:zlib';
import type { HostDescription } from '../domain/host.ts';
import { CAPABILITY, hasCapability } from './capabilities.ts';
import { findProgram } from './find-program.ts';
import { firewallKind } from './firewall/choose-firewall.ts';
import { hasIpset } from './firewall/ipset-firewall.ts';
import { readText } from './process/read-process.ts';

/** What this host and user can do, with one line for each thing that is missing. Never fails. */
export const describeHost = async (probeProcesses: () => Promise<string | undefined>): Promise<HostDescription> => {
  const limits: string[] = [];
  const uid = process.getuid?.() ?? -1;
  const netAdmin = hasCapability(CAPABILITY.CAP_NET_ADMIN);
  const need = (isMet: boolean, limit: string): boolean => {
    if (!isMet) limits.push(limit);
    return isMet;
  };
  const canFirewall =
    need(findProgram('nft') !== undefined || hasIpset(), 'Addresses cannot be blocked: install nftables (the program nft), or iptables and ipset.') &&
    need(netAdmin, 'Addresses cannot be blocked: run as root or give CAP_NET_ADMIN.');
  const canKillConnections =
    need(findProgram('ss') !== undefined, 'Open connections cannot be seen or closed: install iproute2 (the program ss).') &&
    need(netAdmin, 'Open connections cannot be closed: run as root or give CAP_NET_ADMIN.') &&
    need(
      canDestroySockets() || findProgram('conntrack') !== undefined,
      'This kernel cannot close connections of others (built without INET_DIAG_DESTROY), and conntrack, which could forget them, is not installed: a block still stops their data.',
    );
  const canSignalOthers = need(hasCapability(CAPABILITY.CAP_KILL), "Other users' processes cannot be stopped: run as root or give CAP_KILL.");
  need(hasCapability(CAPABILITY.CAP_SYS_PTRACE), "Other users' executables and environments cannot be read: run as root or give CAP_SYS_PTRACE.");
  need(hasCapability(CAPABILITY.CAP_DAC_READ_SEARCH), 'Some logs may be unreadable: run as root, or join the groups adm and systemd-journal.');
  const blind = await probeProcesses();
  if (blind !== undefined) limits.push(`Program starts are not seen: ${blind}.`);
  const canLockAccounts =
    need(findProgram('usermod') !== undefined, 'Accounts cannot be locked: usermod is not installed.') &&
    need(uid === 0, 'Accounts cannot be locked and files not quarantined: run as root.');
  const hasJournald = need(canReadJournal(), 'There is no systemd journal here: only log files are read.');
  return {
    hostname: hostname(),
    kernel: release(),
    bootId: (readText('/proc/sys/kernel/random/boot_id') ?? '').trim(),
    uid,
    isRoot: uid === 0,
    canFirewall,
    firewall: canFirewall ? firewallKind() : undefined,
    canSignalOthers,
    canWatchProcesses: blind === undefined,
    canKillConnections,
    hasJournald,
    canLockAccounts,
    limits,
  };
};

const canReadJournal = (): boolean => findProgram('journalctl') !== undefined && JOURNAL_SOCKETS.some((path) => existsSync(path));

// The directory of old journals stays behind where no journald runs.
const JOURNAL_SOCKETS = ['/run/systemd/journal/socket', '/run/systemd/journal/stdout'];

/** By the kernel's own configuration where it is kept; where not, assumed (each use is checked). */
const canDestroySockets = (): boolean => {
  const config = kernelConfig();
  return config === undefined || /^CONFIG_INET_DIAG_DESTROY=y$/m.test(config);
};

const kernelConfig = (): string | undefined => {
  try {
    return gunzipSync(readFileSync('/proc/config.gz'), { maxOutputLength: MAX_CONFIG }).toString('latin1');
  } catch {
    // Many kernels do not offer it; distributions keep it in /boot.
    return readText(`/boot/config-${release()}`, MAX_CONFIG);
  }
};

const MAX_CONFIG = 4 * 1024 * 1024;
