import type { ConnectionRef, ProcessRef } from './entity.ts';

/**
 * The privileged half, as messages: each operation has a serialisable request and reply, so that it can move into a
 * process of its own. Expected failures reject with a SecError; a reply never hides one.
 */
export type HostOperations = {
  /** What this host and user can do. Never fails. */
  readonly describe: { readonly request: Record<never, never>; readonly reply: HostDescription };
  /** Live endpoints of the people who operate this host (operator-safety 1), collected now. Without `clientPids`: those named last. */
  readonly operators: { readonly request: { readonly clientPids?: readonly number[] | undefined }; readonly reply: OperatorEndpoints };

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
  /** Every blocked address or prefix the kernel has, with the time it has left. `present: false`: the table is gone. */
  readonly 'firewall.list': { readonly request: Record<never, never>; readonly reply: FirewallListing };
  /** Is this address (or exact prefix) blocked in the kernel now? */
  readonly 'firewall.has': {
    readonly request: { readonly address: string };
    readonly reply: { readonly present: boolean; readonly expiresInMs?: number | undefined };
  };
  /** Removes the table and nothing else. Idempotent. */
  readonly 'firewall.remove': { readonly request: Record<never, never>; readonly reply: { readonly removed: boolean } };

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
  readonly canSignalOthers: boolean;
  readonly canWatchProcesses: boolean;
  readonly canKillConnections: boolean;
  readonly hasJournald: boolean;
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
