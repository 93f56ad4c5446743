import type { ConnectionRef, ProcessRef } from './entity.ts';
import type { AccountRecord, QuarantineRecord } from './undo-record.ts';

/**
 * The privileged half, as messages: each operation has a serialisable request and reply, so that it can move into a
 * process of its own. Expected failures reject with a SecError; a reply never hides one.
 */
export type HostOperations = {
  /** What this host and user can do. Never fails. */
  readonly describe: { readonly request: Record<never, never>; readonly reply: HostDescription };
  /** Live endpoints of the people who operate this host (operator-safety 1), collected now. Without `clientPids`: those named last. */
  readonly operators: { readonly request: { readonly clientPids?: readonly number[] | undefined }; readonly reply: OperatorEndpoints };
  /** Peers of SSH sessions that are logged in at this moment; quick enough to be asked before each act. */
  readonly 'operators.sshPeers': { readonly request: Record<never, never>; readonly reply: { readonly sshPeers: readonly string[] } };

  /** Makes table `inet onesec` with sets and chains if it is missing or not as it should be. Without `protect`: the addresses protected last. */
  readonly 'firewall.ensure': { readonly request: { readonly protect?: readonly string[] | undefined }; readonly reply: { readonly created: boolean } };
  /** One transaction: removals, then additions with kernel timeouts. All or nothing, but for `refused`: additions that would cover a protected address. */
  readonly 'firewall.apply': {
    readonly request: FirewallBatch;
    /** `created`: the table was not there and was made for this batch. */
    readonly reply: {
      readonly added: number;
      readonly removed: number;
      readonly refused?: readonly string[] | undefined;
      readonly created?: boolean | undefined;
    };
  };
  /** Replaces the set of addresses that are accepted before any drop and never blocked; kept in mind while there is no table. */
  readonly 'firewall.protect': { readonly request: { readonly addresses: readonly string[] }; readonly reply: Record<never, never> };
  /** Replaces all offender lists, with sets and a counter each in the same table; none: they are gone, and no table is made. What touches a protected address is left out. */
  readonly 'firewall.lists': {
    readonly request: { readonly lists: readonly FirewallList[] };
    readonly reply: { readonly lists: readonly FirewallListState[] };
  };
  /** Lists in the kernel now, with what they dropped since they came; those that were lost are not in it. */
  readonly 'firewall.listState': { readonly request: Record<never, never>; readonly reply: { readonly lists: readonly FirewallListState[] } };
  /** Every blocked address or prefix the kernel has, with the time it has left. `present: false`: the table is gone. */
  readonly 'firewall.list': { readonly request: Record<never, never>; readonly reply: FirewallListing };
  /** Is this address (or exact prefix) blocked in the kernel now? */
  readonly 'firewall.has': {
    readonly request: { readonly address: string };
    readonly reply: { readonly present: boolean; readonly expiresInMs?: number | undefined };
  };
  /** Which of these exact addresses and prefixes the kernel blocks now; `expiresInMs` is left out for one without end. */
  readonly 'firewall.find': {
    readonly request: { readonly addresses: readonly string[] };
    readonly reply: { readonly found: readonly { readonly address: string; readonly expiresInMs?: number | undefined }[] };
  };
  /** Removes the table (or, with iptables, chain and sets) and nothing else. Idempotent. `what`: in words, where it is not the table. */
  readonly 'firewall.remove': { readonly request: Record<never, never>; readonly reply: { readonly removed: boolean; readonly what?: string | undefined } };

  /** Established connections with a peer (address or prefix). */
  readonly 'connections.list': { readonly request: { readonly peer: string }; readonly reply: { readonly connections: readonly ConnectionRef[] } };
  /** Closes the connections with a peer; says how many were closed and how many are left. */
  readonly 'connections.kill': { readonly request: { readonly peer: string }; readonly reply: ConnectionKill };

  /** Identity and ancestry of a live process, or null when it is gone. */
  readonly 'process.inspect': { readonly request: { readonly pid: number }; readonly reply: { readonly process: ProcessDetails | null } };
  /** The process (if it is still the same one) and all its descendants, root first. */
  readonly 'process.tree': { readonly request: { readonly root: ProcessRef }; readonly reply: { readonly processes: readonly ProcessRef[] } };
  /** Sends a signal through a pidfd after checking identity (start time, executable inode). */
  readonly 'process.signal': {
    readonly request: { readonly process: ProcessRef; readonly signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM' | 'SIGKILL' };
    readonly reply: { readonly result: 'sent' | 'gone' | 'changed' };
  };
  /**
   * Runs a program of the operator without a shell, in a process group of its own that is killed when its time is over. SEC_REFUSED when
   * others than root and the daemon's user could change it, SEC_UNAVAILABLE when it cannot be started.
   */
  readonly 'command.run': { readonly request: CommandRun; readonly reply: CommandResult };
  /** Everything that must be known of a file to take it away and bring it back. SEC_REFUSED for one that may never be moved, SEC_NOT_FOUND, SEC_INPUT_INVALID. */
  readonly 'file.inspect': { readonly request: { readonly path: string; readonly guards: FileGuards }; readonly reply: { readonly record: QuarantineRecord } };
  /** Moves that very file into the quarantine, guards asked once more. Again after a crash: finishes what was begun. SEC_CONFLICT when it is another file by now. */
  readonly 'file.quarantine': {
    readonly request: { readonly id: string; readonly record: QuarantineRecord; readonly guards: FileGuards };
    readonly reply: { readonly how: 'moved' | 'copied' | 'already'; readonly running: number; readonly otherNames: number };
  };
  /** Where the file of that id is now. `atPath`: what has the old name. */
  readonly 'file.locate': {
    readonly request: { readonly id: string; readonly record?: QuarantineRecord | undefined };
    readonly reply: { readonly isStored: boolean; readonly atPath: 'nothing' | 'same' | 'other' };
  };
  /** Puts it back as it was, never over another file; checked by hash. SEC_NOT_FOUND when its directory or the content is missing, SEC_CONFLICT when the place is taken. */
  readonly 'file.restore': {
    readonly request: { readonly id: string; readonly record: QuarantineRecord };
    readonly reply: { readonly how: 'moved' | 'copied' | 'already' };
  };
  /** What lies in the quarantine, whatever the database knows. */
  readonly 'file.stored': { readonly request: Record<never, never>; readonly reply: { readonly files: readonly StoredFile[] } };

  /** What must be known of an account to lock it and unlock it again. SEC_REFUSED for one that is never disabled, SEC_NOT_FOUND when this host does not have it. */
  readonly 'user.inspect': {
    readonly request: { readonly user: string; readonly operatorUids: readonly number[] };
    readonly reply: { readonly record: AccountRecord };
  };
  /** Locks the password and closes the account, guards asked once more. Again after a crash: no harm. SEC_CONFLICT when the name is another account's by now. */
  readonly 'user.lock': {
    readonly request: { readonly id: string; readonly record: AccountRecord; readonly operatorUids: readonly number[] };
    readonly reply: Record<never, never>;
  };
  /** Renames the files that let keys log in; `problems` names those that could not be. */
  readonly 'user.setAsideKeys': {
    readonly request: { readonly id: string; readonly record: AccountRecord };
    readonly reply: { readonly moved: number; readonly problems: readonly string[] };
  };
  /** Password and expiry of an account as they are; `keysLeft`: files that let a key log in. */
  readonly 'user.state': {
    readonly request: { readonly user: string };
    readonly reply: { readonly uid: number | undefined; readonly isLocked: boolean; readonly isClosed: boolean; readonly keysLeft: number };
  };
  /** Puts the account back as the record says. `exact`: its shadow line is byte for byte as it was; `changed`: somebody changed it meanwhile, which is kept. */
  readonly 'user.restore': {
    readonly request: { readonly id: string; readonly record: AccountRecord };
    readonly reply: { readonly account: 'exact' | 'changed' | 'gone'; readonly problems: readonly string[] };
  };
  /** Accounts that were locked here and not unlocked since, whatever the database knows. */
  readonly 'user.noted': {
    readonly request: Record<never, never>;
    readonly reply: {
      readonly notes: readonly { readonly id: string; readonly record: AccountRecord }[];
      /** Notes that cannot be read, and why: the accounts they name stay locked. */
      readonly unreadable?: readonly string[] | undefined;
    };
  };
  /** Everything that runs as that user on this host. What an administrator's containers run under the same number is only counted. */
  readonly 'process.ofUser': {
    readonly request: { readonly uid: number };
    readonly reply: { readonly processes: readonly ProcessRef[]; readonly inContainers: number };
  };

  /** Is this very process alive, and in which scheduler state? */
  readonly 'process.state': { readonly request: { readonly process: ProcessRef }; readonly reply: { readonly state: ProcessState } };
};

export type HostOperation = keyof HostOperations;

/** The one way to reach the operating system. */
export type Host = {
  readonly call: <Name extends HostOperation>(name: Name, request: HostOperations[Name]['request']) => Promise<HostOperations[Name]['reply']>;
  readonly close: () => Promise<void>;
};

export type HostDescription = {
  readonly hostname: string;
  readonly kernel: string;
  readonly bootId: string;
  readonly uid: number;
  readonly isRoot: boolean;
  readonly canFirewall: boolean;
  /** What addresses are blocked with; undefined where they cannot be. */
  readonly firewall?: 'nftables' | 'iptables' | undefined;
  readonly canSignalOthers: boolean;
  readonly canWatchProcesses: boolean;
  readonly canKillConnections: boolean;
  readonly hasJournald: boolean;
  /** Accounts can be locked: usermod is there and this user may. */
  readonly canLockAccounts?: boolean | undefined;
  /** One line for each thing it cannot see or do, and what would change that. */
  readonly limits: readonly string[];
};

/** Canonical addresses and process ids that must never be acted on. */
export type OperatorEndpoints = {
  readonly ownAddresses: readonly string[];
  readonly gateways: readonly string[];
  readonly resolvers: readonly string[];
  /** Peers of established connections to sshd, and SSH_CONNECTION of attached clients. */
  readonly sshPeers: readonly string[];
  /** Process ids of the operator's session trees: sshd session, shell, multiplexer, client. */
  readonly sessionPids: readonly number[];
  /** Process ids of sshd listeners. */
  readonly sshdListeners: readonly number[];
};

/** What the judgement of a file needs to know of this moment. */
export type FileGuards = {
  /** Users behind the operators' sessions. */
  readonly operatorUids: readonly number[];
  /** SSH servers. */
  readonly sshdPids: readonly number[];
};

/** A file out of reach: its id and the path it had. */
export type StoredFile = { readonly id: string; readonly path: string };

/** An offender list. `name`: `[a-z][a-z0-9_-]`, 20 at most. The kernel forgets it after `timeoutSeconds`. */
export type FirewallList = { readonly name: string; readonly networks: readonly string[]; readonly timeoutSeconds: number };

export type FirewallListState = {
  readonly name: string;
  readonly entries: number;
  /** Entries that touch a protected address: the first of them, and how many. */
  readonly leftOut: readonly string[];
  readonly leftOutCount: number;
  /** Packets dropped. */
  readonly hits: number;
};

export type FirewallBatch = {
  /** Address or CIDR, canonical; `timeoutSeconds` counts from now, at least 1. `isNew`: the kernel was just seen without it, which is quicker to write. */
  readonly add: readonly { readonly address: string; readonly timeoutSeconds: number; readonly isNew?: boolean | undefined }[];
  readonly remove: readonly string[];
};

export type FirewallListing = {
  readonly present: boolean;
  readonly blocked: readonly { readonly address: string; readonly expiresInMs: number }[];
};

export type ConnectionKill = {
  readonly closed: number;
  readonly remaining: number;
  /** False when this kernel cannot destroy sockets. */
  readonly supported: boolean;
  /** Flows that connection tracking was made to forget instead. */
  readonly forgotten?: number | undefined;
};

export type ProcessState = 'running' | 'stopped' | 'zombie' | 'gone';

/** What /proc says about a process at one moment. Texts are raw and hostile. */
export type ProcessDetails = ProcessRef & {
  readonly parentPid: number;
  readonly sessionId: number;
  readonly argv: readonly string[];
  readonly cwd?: string | undefined;
  readonly loginUid?: number | undefined;
  readonly state: ProcessState;
  /** Parents, nearest first, at most 16. */
  readonly ancestors: readonly ProcessRef[];
};

export type CommandRun = {
  /** The program by its absolute path, then its arguments. */
  readonly argv: readonly string[];
  /** All of its environment. */
  readonly environment: { readonly [name: string]: string };
  readonly input: string;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
};

export type CommandResult = {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly isTimedOut: boolean;
  /** What it wrote to standard output and error, as it came, the first `maxOutputBytes`. Raw and hostile. */
  readonly output: string;
  readonly isCut: boolean;
};
