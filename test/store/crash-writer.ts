// Run as a process of its own by crash.test.ts and open-store.test.ts: checks what an earlier run acknowledged, then writes
// until it is killed. Prints one line for every promise that was kept.
import { existsSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Alert } from '../../src/domain/alert.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { alertIndexKeys } from '../../src/store/alert-index.ts';
import { openEnvironment } from '../../src/store/environment.ts';
import { openStore } from '../../src/store/open-store.ts';
import { sampleAlert, sampleApproval, sampleDraft, sampleLease } from './store-fixtures.ts';

const [directory = '', acknowledged = '', mode = 'write'] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);
const isThere = existsSync(join(directory, 'data.mdb'));

// Before the store opens: every index entry has its record, every record all of its entries.
const checkIndexes = async (): Promise<void> => {
  const environment = openEnvironment(directory);
  const all = { from: '!', to: '\x7f' };
  const wanted = new Set<string>();
  for (const { value } of environment.range('alerts', all)) for (const key of alertIndexKeys(JSON.parse(value) as Alert)) wanted.add(key);
  let found = 0;
  for (const { key } of environment.range('alertsBy', all)) {
    found += 1;
    if (!wanted.has(key)) say(`PROBLEM index entry without record: ${key}`);
  }
  if (found !== wanted.size) say(`PROBLEM ${wanted.size} index entries wanted, ${found} found`);
  for (const table of ['leases', 'approvals'] as const) {
    if (environment.count(table) !== environment.count(`${table}By`)) say(`PROBLEM ${table} and their index differ`);
  }
  await environment.close();
};

if (isThere) await checkIndexes();
const { store, setAside } = await openStore({ directory, clock: systemClock, limits: { batchDelayMs: 5, maxAlerts: 300 } });
if (setAside !== undefined) say(`PROBLEM set aside in ${setAside}`);
const chain = store.history.verify();
if (!chain.isIntact) say(`PROBLEM chain broken at ${chain.brokenAt}: ${chain.problem}`);
const lines = acknowledged === '' ? [] : readFileSync(acknowledged, 'utf8').split('\n');
for (const line of lines) {
  const [kind, id = '', version] = line.split(' ');
  if (kind === 'record' && store.history.byPrefix(id).length !== 1) say(`PROBLEM lost ${line}`);
  if (kind === 'lease' && store.leases.get(id) === undefined) say(`PROBLEM lost ${line}`);
  if (kind === 'approval' && (store.approvals.get(id)?.version ?? 0) < Number(version)) say(`PROBLEM lost ${line}`);
  if (kind === 'meta' && Number(store.meta.get('counter')) < Number(id)) say(`PROBLEM lost ${line}`);
}
say(`ready ${chain.records}`);

const write = async (): Promise<never> => {
  const base = Date.now() * 1_000;
  for (let number = base; ; number += 1) {
    store.alerts.put(sampleAlert(number, { status: number % 3 === 0 ? 'RESOLVED' : 'OPEN' }));
    if (number % 5 === 0) store.alerts.put(sampleAlert(number - 3, { status: 'ACKNOWLEDGED', version: 2 }));
    if (number % 7 === 0) store.history.note([sampleDraft(number)]);
    const change = { leases: [sampleLease(number)], records: [sampleDraft(number), sampleDraft(number, { kind: 'outcome' })] };
    const approval = sampleApproval(number);
    const [records] = await Promise.all([store.commit(change), store.approvals.put(approval), store.meta.put('counter', number)]);
    for (const { id } of records) say(`record ${id}`);
    say(`lease ${change.leases[0]?.id}`);
    say(`approval ${approval.id} 1`);
    say(`meta ${number}`);
    await store.approvals.put({ ...approval, version: 2, state: number % 2 === 0 ? 'approved' : 'rejected' });
    if (number % 2 === 0) say(`approval ${approval.id} 2`);
  }
};

if (mode === 'check') await store.close();
else await write();
