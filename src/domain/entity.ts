/** A process identified so that a recycled pid can never stand in for it. */
export type ProcessRef = {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks after boot. */
  readonly startTime: number;
  readonly exe: string;
  /** Device and inode of the executable, when they could be read. */
  readonly exeDev?: number | undefined;
  readonly exeIno?: number | undefined;
  readonly uid?: number | undefined;
  readonly cgroup?: string | undefined;
  readonly name?: string | undefined;
  readonly commandLine?: string | undefined;
};

/** A file identified by what it is, not only by its name. */
export type FileRef = {
  readonly path: string;
  readonly dev?: number | undefined;
  readonly ino?: number | undefined;
  readonly sha256?: string | undefined;
};

/** One transport connection, seen from this host. */
export type ConnectionRef = {
  readonly protocol: 'tcp' | 'udp';
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
};

/** Who did it. Every field is canonical: addresses through `canonicalIp`. */
export type Entities = {
  readonly ip?: string | undefined;
  readonly user?: string | undefined;
  readonly process?: ProcessRef | undefined;
  readonly file?: FileRef | undefined;
  readonly connection?: ConnectionRef | undefined;
  readonly session?: string | undefined;
  readonly agent?: string | undefined;
};
