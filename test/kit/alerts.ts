import type { Alert } from '../../src/domain/alert.ts';
import type { ProcessRef } from '../../src/domain/entity.ts';
import { createId } from '../../src/domain/ids.ts';

/** A brute-force alert, to be varied by what a test is about. */
export const sampleAlert = (more: Partial<Alert> = {}): Alert => ({
  id: createId<'AlertId'>(1_700_000_000_000),
  module: 'auth_fortress',
  type: 'brute_force',
  severity: 'HIGH',
  status: 'OPEN',
  title: '12 failed logins from 203.0.113.7',
  description: '',
  entities: { ip: '203.0.113.7' },
  eventIds: ['ev-1'],
  evidence: { rule: 'auth_fortress/brute_force' },
  mitre: ['T1110'],
  mitigations: [],
  foldKey: 'auth_fortress:brute_force:ip:203.0.113.7',
  count: 1,
  createdAt: 1_700_000_000_000,
  firstSeen: 1_700_000_000_000,
  lastSeen: 1_700_000_000_000,
  isClaim: false,
  version: 1,
  ...more,
});

/** A shell that nobody wants. */
export const sampleProcess = (more: Partial<ProcessRef> = {}): ProcessRef => ({
  pid: 4242,
  startTime: 123_456,
  exe: '/usr/bin/bash',
  exeDev: 1,
  exeIno: 2,
  uid: 33,
  name: 'bash',
  commandLine: 'bash -i',
  ...more,
});
