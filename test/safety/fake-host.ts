import { NO_ENDPOINTS } from '../../src/actors/response/guard.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { ProcessRef } from '../../src/domain/entity.ts';
import { SecError } from '../../src/domain/errors.ts';
import type { Host, HostOperation, HostOperations, OperatorEndpoints } from '../../src/domain/host.ts';
import { networksOverlap, parseNetwork } from '../../src/domain/ip.ts';
import type { AccountRecord, QuarantineRecord } from '../../src/domain/undo-record.ts';
import { whyUntouchableAccount } from '../../src/os/accounts/untouchable-account.ts';

export type FakeProcess = { readonly ref: ProcessRef; readonly parentPid: number; state: 'running' | 'stopped' | 'gone' };
export type FakeFile = { readonly path: string; readonly ino: number; readonly sha256: string };
export type FakeAccount = { readonly user: string; readonly uid: number; isLocked: boolean; isClosed: boolean; keysAside: boolean };

/** A host that exists only here: firewall sets with timeouts, processes, files, a quarantine, accounts. Outlives every daemon. */
export type World = {
  /** Ends (ms of the clock) by address; undefined: there is no table. */
  table: Map<string, number> | undefined;
  protect: readonly string[];
  /** A firewall that blocks whatever it is told: then only what asks it stands between the operator and a lock-out. */
  isNaive: boolean;
  operators: OperatorEndpoints;
  readonly processes: Map<number, FakeProcess>;
  readonly files: Map<string, FakeFile>;
  readonly stored: Map<string, FakeFile>;
  readonly accounts: Map<string, FakeAccount>;
  readonly locked: Map<string, AccountRecord>;
  /** Every block the kernel was ever given, in order. */
  readonly everBlocked: string[];
  readonly calls: HostOperation[];
};

/** An empty one; `operators` may be changed at any time. */
export const createWorld = (operators: Partial<OperatorEndpoints> = {}): World => ({
  table: undefined,
  protect: [],
  isNaive: false,
  operators: { ...NO_ENDPOINTS, ...operators },
  processes: new Map(),
  files: new Map(),
  stored: new Map(),
  accounts: new Map(),
  locked: new Map(),
  everBlocked: [],
  calls: [],
});

/** Asked before and after each operation; one that throws is the end of the daemon that called. */
export type Watch = (name: HostOperation, moment: 'before' | 'after') => void;

/** A daemon's way to that world. */
export const hostOf = (world: World, clock: Clock, watch: Watch = () => undefined): Host => {
  const operations = operationsOf(world, clock);
  return {
    call: async (name, request) => {
      watch(name, 'before');
      world.calls.push(name);
      const reply = operations[name](request);
      watch(name, 'after');
      return reply;
    },
    close: async () => undefined,
  };
};

type Operations = { readonly [Name in HostOperation]: (request: HostOperations[Name]['request']) => HostOperations[Name]['reply'] };

const operationsOf = (world: World, clock: Clock): Operations => {
  const blocks = (): Map<string, number> => {
    world.table ??= new Map();
    for (const [address, end] of world.table) if (end <= clock.now()) world.table.delete(address);
    return world.table;
  };
  const same = (ref: ProcessRef): FakeProcess | undefined => {
    const found = world.processes.get(ref.pid);
    return found === undefined || found.state === 'gone' || found.ref.startTime !== ref.startTime ? undefined : found;
  };
  const childrenOf = (pid: number): readonly FakeProcess[] =>
    [...world.processes.values()].filter(({ parentPid, state }) => parentPid === pid && state !== 'gone');
  const treeOf = (root: FakeProcess): readonly ProcessRef[] => [root.ref, ...childrenOf(root.ref.pid).flatMap(treeOf)];
  const account = (user: string): FakeAccount => {
    const found = world.accounts.get(user);
    if (found === undefined) throw new SecError('SEC_NOT_FOUND', `${user} is no account of this host`);
    return found;
  };
  const assertLockable = (user: string, operatorUids: readonly number[]): FakeAccount => {
    const found = account(user);
    const why = whyUntouchableAccount(
      { name: user, uid: found.uid, gid: found.uid, home: `/home/${user}`, shell: '/bin/bash' },
      {
        accounts: [...world.accounts.values()].map(({ user: name, uid }) => ({ name, uid, gid: uid, home: `/home/${name}`, shell: '/bin/bash' })),
        groups: [
          { name: 'sudo', gid: 27, members: ['ann', 'last-admin'].filter((name) => world.accounts.has(name)) },
          { name: '1sec', gid: 99, members: ['approver'] },
        ],
        shadow: [...world.accounts.values()].map(({ user: name, isLocked }) => `${name}:${isLocked ? '!' : ''}$6$x:1::::::`).join('\n'),
        sudoers: '%sudo ALL=(ALL:ALL) ALL\n',
        operatorUids,
        hasKeys: () => false,
        today: 20_000,
      },
    );
    if (why !== undefined) throw new SecError('SEC_REFUSED', `${user} is never disabled: ${why}`);
    return found;
  };
  const recordOf = ({ user, uid, isLocked }: FakeAccount): AccountRecord => ({
    kind: 'account',
    user,
    uid,
    wasLocked: isLocked,
    fields: [],
    lineSha256: `line of ${user}`,
    keyFiles: [`/home/${user}/.ssh/authorized_keys`],
  });
  const fileRecord = ({ path, ino, sha256 }: FakeFile): QuarantineRecord => ({
    kind: 'file',
    path,
    dev: 1,
    ino,
    size: 1,
    sha256,
    uid: 0,
    gid: 0,
    mode: 0o755,
    mtimeNs: '1',
    atimeNs: '1',
    xattrs: {},
    links: 1,
  });
  const fileAt = (path: string): FakeFile => {
    const found = world.files.get(path);
    if (found === undefined) throw new SecError('SEC_NOT_FOUND', `no file ${path}`);
    return found;
  };

  return {
    describe: () => ({
      hostname: 'fake',
      kernel: '6',
      bootId: 'b',
      uid: 0,
      isRoot: true,
      canFirewall: true,
      firewall: 'nftables',
      canSignalOthers: true,
      canWatchProcesses: true,
      canKillConnections: true,
      hasJournald: false,
      canLockAccounts: true,
      limits: [],
    }),
    operators: () => world.operators,
    'operators.sshPeers': () => ({ sshPeers: world.operators.sshPeers }),

    'firewall.ensure': ({ protect }) => {
      if (protect !== undefined) world.protect = protect;
      const created = world.table === undefined;
      blocks();
      return { created };
    },
    'firewall.apply': ({ add, remove }) => {
      const created = world.table === undefined && add.length > 0;
      if (world.table === undefined && add.length === 0) return { added: 0, removed: 0 };
      const held = blocks();
      for (const address of remove) held.delete(address);
      const refused: string[] = [];
      for (const { address, timeoutSeconds } of add) {
        if (!world.isNaive && isProtected(world.protect, address)) refused.push(address);
        else {
          held.set(address, clock.now() + timeoutSeconds * 1000);
          world.everBlocked.push(address);
        }
      }
      return { added: add.length - refused.length, removed: remove.length, refused, created };
    },
    'firewall.protect': ({ addresses }) => {
      world.protect = addresses;
      return {};
    },
    'firewall.lists': () => ({ lists: [] }),
    'firewall.listState': () => ({ lists: [] }),
    'firewall.list': () =>
      world.table === undefined
        ? { present: false, blocked: [] }
        : { present: true, blocked: [...blocks()].map(([address, end]) => ({ address, expiresInMs: end - clock.now() })) },
    'firewall.has': ({ address }) => {
      const end = world.table === undefined ? undefined : blocks().get(address);
      return end === undefined ? { present: false } : { present: true, expiresInMs: end - clock.now() };
    },
    'firewall.find': ({ addresses }) => {
      const held = world.table === undefined ? new Map<string, number>() : blocks();
      return {
        found: addresses.flatMap((address) => {
          const end = held.get(address);
          return end === undefined ? [] : [{ address, expiresInMs: end - clock.now() }];
        }),
      };
    },
    'firewall.remove': () => {
      const removed = world.table !== undefined;
      world.table = undefined;
      return { removed };
    },

    'connections.list': () => ({ connections: [] }),
    'connections.kill': () => ({ closed: 0, remaining: 0, supported: true }),

    'process.inspect': ({ pid }) => {
      const found = world.processes.get(pid);
      if (found === undefined || found.state === 'gone') return { process: null };
      return { process: { ...found.ref, parentPid: found.parentPid, sessionId: 1, argv: [], state: found.state, ancestors: [], loginUid: found.ref.uid } };
    },
    'process.tree': ({ root }) => {
      const found = same(root);
      return { processes: found === undefined ? [] : treeOf(found) };
    },
    'process.signal': ({ process, signal }) => {
      const found = same(process);
      if (found === undefined) return { result: 'gone' };
      if (signal === 'SIGSTOP') found.state = 'stopped';
      else if (signal === 'SIGCONT') found.state = 'running';
      else {
        found.state = 'gone';
        for (const [pid, child] of world.processes) if (child.parentPid === process.pid) world.processes.set(pid, { ...child, parentPid: 1 });
      }
      return { result: 'sent' };
    },
    'process.state': ({ process }) => ({ state: same(process)?.state ?? 'gone' }),
    'process.ofUser': ({ uid }) => ({
      processes: [...world.processes.values()].filter(({ ref, state }) => ref.uid === uid && state !== 'gone').map(({ ref }) => ref),
      inContainers: 0,
    }),
    'command.run': () => ({ code: 0, isTimedOut: false, output: '', isCut: false }),

    'file.inspect': ({ path }) => ({ record: fileRecord(fileAt(path)) }),
    'file.quarantine': ({ id, record }) => {
      if (world.stored.has(id)) return { how: 'already', running: 0, otherNames: 0 };
      const found = fileAt(record.path);
      if (found.ino !== record.ino) throw new SecError('SEC_CONFLICT', 'another file by now');
      world.files.delete(record.path);
      world.stored.set(id, found);
      return { how: 'moved', running: 0, otherNames: 0 };
    },
    'file.locate': ({ id, record }) => {
      const there = record === undefined ? undefined : world.files.get(record.path);
      return { isStored: world.stored.has(id), atPath: there === undefined ? 'nothing' : there.ino === record?.ino ? 'same' : 'other' };
    },
    'file.restore': ({ id, record }) => {
      const stored = world.stored.get(id);
      const there = world.files.get(record.path);
      if (stored === undefined && there?.ino === record.ino) return { how: 'already' };
      if (stored === undefined) throw new SecError('SEC_NOT_FOUND', 'not in the quarantine any more');
      if (there !== undefined) throw new SecError('SEC_CONFLICT', 'something else is there now');
      world.files.set(record.path, stored);
      world.stored.delete(id);
      return { how: 'moved' };
    },
    'file.stored': () => ({ files: [...world.stored].map(([id, { path }]) => ({ id, path })) }),

    'user.inspect': ({ user, operatorUids }) => ({ record: recordOf(assertLockable(user, operatorUids)) }),
    'user.lock': ({ id, record, operatorUids }) => {
      const found = assertLockable(record.user, operatorUids);
      world.locked.set(id, record);
      found.isLocked = true;
      found.isClosed = true;
      return {};
    },
    'user.setAsideKeys': ({ record }) => {
      account(record.user).keysAside = true;
      return { moved: 1, problems: [] };
    },
    'user.state': ({ user }) => {
      const found = world.accounts.get(user);
      if (found === undefined) return { uid: undefined, isLocked: false, isClosed: false, keysLeft: 0 };
      return { uid: found.uid, isLocked: found.isLocked, isClosed: found.isClosed, keysLeft: found.keysAside ? 0 : 1 };
    },
    'user.restore': ({ id, record }) => {
      const found = account(record.user);
      found.isLocked = record.wasLocked;
      found.isClosed = false;
      found.keysAside = false;
      world.locked.delete(id);
      return { account: 'exact', problems: [] };
    },
    'user.noted': () => ({ notes: [...world.locked].map(([id, record]) => ({ id, record })) }),
  };
};

const isProtected = (protect: readonly string[], address: string): boolean => {
  const network = parseNetwork(address);
  return (
    network !== undefined &&
    protect.some((text) => {
      const own = parseNetwork(text);
      return own !== undefined && networksOverlap(own, network);
    })
  );
};

/** The blocks of a world that would hit an address now. */
export const blocksOver = (world: World, address: string, now: number): readonly string[] =>
  [...(world.table ?? [])].filter(([text, end]) => end > now && isProtected([address], text)).map(([text]) => text);

/** A process of the fake world, alive. */
export const addProcess = (world: World, pid: number, more: Partial<ProcessRef> & { readonly parentPid?: number } = {}): ProcessRef => {
  const { parentPid = 1, ...rest } = more;
  const ref: ProcessRef = { pid, startTime: pid * 10, exe: '/usr/local/bin/x', exeDev: 1, exeIno: pid, uid: 33, name: 'x', ...rest };
  world.processes.set(pid, { ref, parentPid, state: 'running' });
  return ref;
};

export const addFile = (world: World, path: string, ino: number): FakeFile => {
  const file = { path, ino, sha256: String(ino).padStart(64, '0') };
  world.files.set(path, file);
  return file;
};

export const addAccount = (world: World, user: string, uid: number): void =>
  void world.accounts.set(user, { user, uid, isLocked: false, isClosed: false, keysAside: false });
