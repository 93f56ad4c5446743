/** What taking an action back needs: read before the act, kept with its lease. Plain JSON without secrets. */
export type UndoRecord = QuarantineRecord | AccountRecord;

/** A file as it was before it was taken out of reach. */
export type QuarantineRecord = {
  readonly kind: 'file';
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  /** Lower-case hex; left out for a file that is too large to be read in time. */
  readonly sha256?: string | undefined;
  readonly uid: number;
  readonly gid: number;
  /** Permission bits with setuid, setgid and sticky: 0o7777 at most. */
  readonly mode: number;
  /** Nanoseconds since 1970, as decimal text: numbers cannot hold them. */
  readonly mtimeNs: string;
  readonly atimeNs: string;
  /** Extended attributes (capabilities, access lists, SELinux label) in base64. */
  readonly xattrs: { readonly [name: string]: string };
  /** Names the file has in all. */
  readonly links: number;
};

/** An account as it was before it was locked. The password, even in its hashed form, is not in here. */
export type AccountRecord = {
  readonly kind: 'account';
  readonly user: string;
  readonly uid: number;
  /** Whether the password was locked already: then taking it back must not unlock it. */
  readonly wasLocked: boolean;
  /** Fields of the shadow line after the password, as they were. */
  readonly fields: readonly string[];
  /** SHA-256 of the whole line, to prove that it is back as it was. */
  readonly lineSha256: string;
  /** Files that let keys log in, by absolute path. */
  readonly keyFiles: readonly string[];
};
