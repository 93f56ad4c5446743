import { describe, expect, test } from 'vitest';
import { judgeFacts } from '../../src/daemon/doctor-findings.ts';
import type { HostDescription } from '../../src/domain/host.ts';
import type { DoctorFacts } from '../../src/os/doctor-facts.ts';

const NOW = Date.UTC(2026, 5, 1);
const facts: DoctorFacts = {
  uid: 0,
  user: 'root',
  capabilities: ['CAP_NET_ADMIN', 'CAP_KILL'],
  outOfBounds: [],
  missingPrograms: [],
  nft: 'nftables v1.0.6',
  openFiles: 4096,
  dataDirectory: { path: '/var/lib/1sec', isThere: true, isWritable: true, owner: 0, mode: 0o700, freeBytes: 10e9, newestAt: NOW - 5 },
  timeZone: 'Europe/Berlin',
  systemTimeZone: 'Europe/Berlin',
  daemons: [42],
  unit: { LoadState: 'loaded', ActiveState: 'active', SubState: 'running', UnitFileState: 'enabled', NRestarts: '0' },
};
const host: HostDescription = {
  hostname: 'h',
  kernel: '6.1',
  bootId: 'b',
  uid: 0,
  isRoot: true,
  canFirewall: true,
  canSignalOthers: true,
  canWatchProcesses: true,
  canKillConnections: true,
  hasJournald: true,
  limits: [],
};
const bad = (change: Partial<DoctorFacts>, more: Partial<HostDescription> = {}, now = NOW, flag?: string) =>
  judgeFacts({ ...facts, ...change }, { ...host, ...more }, { now, flag })
    .filter(({ state }) => state !== 'ok')
    .map(({ check, state }) => `${check} ${state}`);
const directory = (change: Partial<DoctorFacts['dataDirectory']>) => ({ dataDirectory: { ...facts.dataDirectory, ...change } });

describe('what the doctor finds', () => {
  test('on a host as it should be is nothing', () => {
    expect(bad({})).toEqual([]);
  });

  test.each<readonly [string, readonly string[], readonly string[]]>([
    ['without root', bad({ uid: 1000, capabilities: [], dataDirectory: { ...facts.dataDirectory, owner: 1000 } }, { isRoot: false }), ['privileges warn']],
    ['in a container without net admin', bad({ outOfBounds: ['CAP_NET_ADMIN'] }), ['capability bounding set warn']],
    ['with the flag set', bad({}, {}, NOW, '/etc/1sec/observe-only'), ['observe-only flag warn']],
    ['with a data directory it cannot write', bad(directory({ isWritable: false })), ['data directory fail']],
    ['with a full disk', bad(directory({ freeBytes: 1000 })), ['data directory fail']],
    ['with a data directory that others can write', bad(directory({ mode: 0o777 })), ['data directory warn']],
    ['with a clock that was never set', bad(directory({ newestAt: undefined }), {}, 0), ['clock fail']],
    ['with a clock that went back', bad(directory({ newestAt: NOW + 3_600_000 })), ['clock warn']],
    ['with another zone than the host', bad({ timeZone: 'UTC' }), ['time zone warn']],
    ['with few files', bad({ openFiles: 256 }), ['open files warn']],
    ['with two daemons', bad({ daemons: [42, 43] }), ['daemons warn']],
    ['without nft', bad({ missingPrograms: ['nft'] }), ['nft warn']],
    ['in another network namespace', bad({}, { canWatchProcesses: false }), ['process connector warn']],
    ['with a unit that failed', bad({ unit: { ...facts.unit, ActiveState: 'failed' } }), ['systemd unit fail']],
    ['without systemd', bad({ unit: undefined }), ['systemd unit info']],
  ])('%s is said', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  test('UTC by another name is the same zone', () => {
    expect(bad({ timeZone: 'UTC', systemTimeZone: 'Etc/UTC' })).toEqual([]);
  });

  test('everything that is not as it should be comes with what to do', () => {
    const findings = judgeFacts(
      { ...facts, ...directory({ isWritable: false }), openFiles: 1, daemons: [1, 2], unit: undefined, missingPrograms: ['nft'] },
      host,
      {
        now: 0,
        flag: '/x',
      },
    );
    for (const { state, hint } of findings) expect(state === 'ok' || hint !== '').toBe(true);
  });
});
