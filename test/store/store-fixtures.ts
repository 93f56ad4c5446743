import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert } from '../../src/domain/alert.ts';
import type { Approval } from '../../src/domain/approval.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import type { HistoryDraft } from '../../src/domain/history.ts';
import { asId } from '../../src/domain/ids.ts';
import type { Lease } from '../../src/domain/lease.ts';
import { createProbeRunner } from '../../src/os/run-probe.ts';
import type { Store } from '../../src/store/contract.ts';
import { openStore, type StoreOptions } from '../../src/store/open-store.ts';

export const START = Date.UTC(2031, 0, 2, 3, 4, 5);

/** The real probe, from its sources. */
export const probe = createProbeRunner({ entry: join(import.meta.dirname, '../../src/store/probe-main.ts') });

/** A fresh directory and what removes it. */
export const createDirectory = (): { readonly directory: string; readonly remove: () => void } => {
  const directory = mkdtempSync(join(tmpdir(), 'onesec-store-'));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
};

/** Runs a test on a store of its own and closes and removes it afterwards. */
export const withStore = async (work: (store: Store, directory: string) => Promise<void> | void, options: Partial<StoreOptions> = {}): Promise<void> => {
  const { directory, remove } = createDirectory();
  try {
    const { store } = await openStore({ directory, clock: createManualClock(START), ...options });
    try {
      await work(store, directory);
    } finally {
      await store.close();
    }
  } finally {
    remove();
  }
};

/** An id that sorts by its number. */
export const numberedId = (number: number): string => `01J${String(number).padStart(23, '0')}`;

export const sampleAlert = (number: number, changes: Partial<Alert> = {}): Alert => ({
  id: asId<'AlertId'>(numberedId(number)),
  module: 'auth_fortress',
  type: 'brute_force',
  severity: 'MEDIUM',
  status: 'OPEN',
  title: 'Many failed logins',
  description: 'Failed logins from one address',
  entities: { ip: '203.0.113.7' },
  eventIds: ['event-1'],
  evidence: { rule: 'auth_fortress/failed-logins' },
  mitre: ['T1110'],
  mitigations: [],
  foldKey: `fold-${number}`,
  count: 1,
  createdAt: START + number,
  firstSeen: START + number,
  lastSeen: START + number,
  isClaim: false,
  version: 1,
  ...changes,
});

export const sampleLease = (number: number, changes: Partial<Lease> = {}): Lease => ({
  id: asId<'LeaseId'>(numberedId(number)),
  actionId: asId<'ActionId'>(numberedId(number)),
  alertId: undefined,
  module: 'auth_fortress',
  action: 'block_ip',
  target: { kind: 'ip', address: `198.51.${Math.floor(number / 256) % 256}.${number % 256}` },
  state: 'active',
  createdAt: START + number,
  expiresAt: START + 3_600_000,
  ...changes,
});

export const sampleApproval = (number: number, changes: Partial<Approval> = {}): Approval => ({
  id: asId<'ApprovalId'>(numberedId(number)),
  actionId: asId<'ActionId'>(numberedId(number)),
  alertId: asId<'AlertId'>(numberedId(number)),
  module: 'auth_fortress',
  alertType: 'brute_force',
  title: 'Many failed logins',
  severity: 'HIGH',
  action: 'block_ip',
  target: { kind: 'ip', address: '203.0.113.7' },
  params: {},
  plan: ['add 203.0.113.7 to the ban set'],
  undoNote: 'remove it from the set',
  state: 'pending',
  isHeld: false,
  createdAt: START + number,
  expiresAt: START + 600_000,
  version: 1,
  ...changes,
});

export const sampleDraft = (number: number, changes: Partial<HistoryDraft> = {}): HistoryDraft => ({
  at: START + number,
  kind: 'decision',
  module: 'auth_fortress',
  reason: `record ${number}`,
  ...changes,
});
