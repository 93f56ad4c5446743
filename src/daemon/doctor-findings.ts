import type { HostDescription } from '../domain/host.ts';
import type { DoctorFacts } from '../os/doctor-facts.ts';

/** `fail`: the daemon does not start or does not work as configured; `warn`: something is missing; `info`: worth knowing. */
export type Finding = { readonly check: string; readonly state: 'ok' | 'info' | 'warn' | 'fail'; readonly detail: string; readonly hint: string };

/** What the facts mean, one finding a check, in a fixed order. Pure. */
export const judgeFacts = (facts: DoctorFacts, host: HostDescription, now: { readonly now: number; readonly flag: string | undefined }): readonly Finding[] => [
  privileges(facts, host),
  bounding(facts),
  observeOnly(now.flag),
  dataDirectory(facts),
  clock(facts, now.now),
  timeZone(facts),
  openFiles(facts),
  daemons(facts),
  firewall(facts, host),
  processes(host),
  journal(host, facts),
  unit(facts),
];

const MIB = 1024 * 1024;
const FEW_FREE_BYTES = 512 * MIB;
const NO_FREE_BYTES = 16 * MIB;
const FEW_FILES = 1024;
const AHEAD_MS = 60_000;
/** No release is older than this: a clock before it was never set. */
const EARLIEST = Date.UTC(2026, 0, 1);

const ok = (check: string, detail: string): Finding => ({ check, state: 'ok', detail, hint: '' });

const privileges = (facts: DoctorFacts, host: HostDescription): Finding => {
  const detail = `${facts.user} (uid ${facts.uid}), ${facts.capabilities.length === 0 ? 'no capability that is used here' : facts.capabilities.join(', ')}`;
  if (host.isRoot && facts.capabilities.length > 0) return ok('privileges', detail);
  return { check: 'privileges', state: 'warn', detail, hint: 'without root only log_only and webhook act; run the daemon as root (the service unit does)' };
};

const bounding = (facts: DoctorFacts): Finding =>
  facts.outOfBounds.length === 0
    ? ok('capability bounding set', 'nothing that is needed is cut off')
    : {
        check: 'capability bounding set',
        state: 'warn',
        detail: `cut off: ${facts.outOfBounds.join(', ')}`,
        hint: 'even root does not get these here: see CapabilityBoundingSet of the unit, or the options of the container',
      };

const observeOnly = (flag: string | undefined): Finding =>
  flag === undefined
    ? ok('observe-only flag', 'not set')
    : { check: 'observe-only flag', state: 'warn', detail: `${flag} is there: nothing is enforced`, hint: 'sudo 1sec panic --end takes it away' };

const dataDirectory = (facts: DoctorFacts): Finding => {
  const check = 'data directory';
  const { path, isThere, isWritable, owner, mode, freeBytes } = facts.dataDirectory;
  if (!isThere) return { check, state: 'info', detail: `${path} is not there yet, or not for this user`, hint: 'the daemon makes it at its first start' };
  const octal = (mode ?? 0).toString(8).padStart(4, '0');
  const detail = `${path}, owner ${owner}, mode ${octal}, ${Math.round((freeBytes ?? 0) / MIB)} MiB free`;
  if (!isWritable) return { check, state: 'fail', detail, hint: `this user cannot write there: chown it to uid ${facts.uid}, or set ONESEC_DATA_DIR` };
  if (freeBytes !== undefined && freeBytes < NO_FREE_BYTES) return { check, state: 'fail', detail, hint: 'free space: without it no new action is taken' };
  if (owner !== facts.uid && facts.uid !== 0) return { check, state: 'warn', detail, hint: `it belongs to another user: chown it to uid ${facts.uid}` };
  if (((mode ?? 0) & 0o022) !== 0) return { check, state: 'warn', detail, hint: `others can write to it: chmod 0700 ${path}` };
  if (freeBytes !== undefined && freeBytes < FEW_FREE_BYTES) return { check, state: 'warn', detail, hint: 'free space soon' };
  return ok(check, detail);
};

const clock = (facts: DoctorFacts, now: number): Finding => {
  const check = 'clock';
  const detail = new Date(now).toISOString();
  const hint = 'set the clock and let it be kept (systemd-timesyncd, chrony): times of logs, ends of blocks and answers depend on it';
  if (now < EARLIEST) return { check, state: 'fail', detail: `${detail} cannot be`, hint };
  const newest = facts.dataDirectory.newestAt;
  if (newest !== undefined && newest > now + AHEAD_MS)
    return { check, state: 'warn', detail: `${detail}, but the data directory was written at ${new Date(newest).toISOString()}`, hint };
  return ok(check, detail);
};

const timeZone = (facts: DoctorFacts): Finding => {
  const { timeZone: own, systemTimeZone: system } = facts;
  const names = new Set([own, system].map((name) => (name === 'UTC' || name === 'Etc/UTC' ? 'UTC' : name)));
  if (system === undefined || names.size === 1) return ok('time zone', own);
  return {
    check: 'time zone',
    state: 'warn',
    detail: `${own} here, ${system} on this host`,
    hint: 'logs without a zone are read in the zone of the daemon: unset TZ',
  };
};

const openFiles = ({ openFiles: limit }: DoctorFacts): Finding =>
  limit >= FEW_FILES || limit === 0
    ? ok('open files', limit === 0 ? 'no limit known' : `${limit}`)
    : { check: 'open files', state: 'warn', detail: `at most ${limit}`, hint: `raise it to ${FEW_FILES} or more (ulimit -n, LimitNOFILE=)` };

const daemons = ({ daemons: pids }: DoctorFacts): Finding =>
  pids.length > 1
    ? {
        check: 'daemons',
        state: 'warn',
        detail: `${pids.length} are running: ${pids.slice(0, 10).join(', ')}`,
        hint: 'one a host: two of them see the same lines and change the same firewall table',
      }
    : ok('daemons', pids.length === 0 ? 'none is running' : `pid ${pids[0]}`);

const firewall = (facts: DoctorFacts, host: HostDescription): Finding =>
  facts.missingPrograms.includes('nft') && host.firewall === 'iptables'
    ? ok('nft', 'not installed: iptables and ipset are used instead')
    : facts.missingPrograms.includes('nft')
      ? { check: 'nft', state: 'warn', detail: 'not installed', hint: 'install nftables: apt-get install nftables, or dnf install nftables' }
      : ok('nft', facts.nft);

const processes = (host: HostDescription): Finding =>
  host.canWatchProcesses
    ? ok('process connector', 'the kernel tells of program starts')
    : {
        check: 'process connector',
        state: 'warn',
        detail: host.limits.find((limit) => limit.startsWith('Program starts')) ?? 'program starts are not seen',
        hint: 'needs CAP_NET_ADMIN in the initial network namespace (on the host, not in a container)',
      };

const journal = (host: HostDescription, facts: DoctorFacts): Finding => {
  if (host.hasJournald) return ok('journald', 'it runs');
  const hint = facts.missingPrograms.includes('journalctl') ? 'nothing to do where logs are written to files' : 'nothing to do where no systemd runs';
  return { check: 'journald', state: 'info', detail: 'no systemd journal here: only log files are read', hint };
};

const unit = ({ unit: found }: DoctorFacts): Finding => {
  const check = 'systemd unit';
  if (found === undefined) return { check, state: 'info', detail: 'systemd does not run here', hint: 'start the daemon some other way at boot' };
  const { LoadState: load = '', ActiveState: active = '', SubState: sub = '', UnitFileState: file = '', NRestarts: restarts = '0' } = found;
  if (load !== 'loaded')
    return { check, state: 'info', detail: `1sec.service: ${load}`, hint: 'packaging/1sec.service is the unit (see the guide to operations)' };
  const detail = `1sec.service: ${active} (${sub}), ${file}, ${restarts} restarts`;
  if (active === 'failed') return { check, state: 'fail', detail, hint: 'Its journal says why: journalctl --unit=1sec.service' };
  if (file !== 'enabled' || active !== 'active') return { check, state: 'warn', detail, hint: 'systemctl enable --now 1sec' };
  return ok(check, detail);
};
