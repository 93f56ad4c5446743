/** Why a file may never be moved whatever it holds, by its path alone; undefined when nothing speaks against it. `own`: directories of ours. Pure. */
export const whyUntouchablePath = (path: string, own: readonly string[]): string | undefined => {
  if (own.some((directory) => isUnder(path, directory))) return 'it belongs to 1-SEC itself';
  if (isUnder(path, '/dev/shm')) return undefined;
  const tree = TREES.find(([directory]) => isUnder(path, directory));
  if (tree !== undefined) return tree[1];
  if (FILES.has(path)) return 'the running system needs it';
  if (/^(?:\/usr)?\/lib(?:32|64|x32)?\/(?:[^/]+\/)?(?:ld-|ld64|libc[.-]|libpthread[.-]|libpam)/.test(path)) return 'every program of the system needs it';
  return undefined;
};

/** Whether the path lies in a part of the system that packages fill: without a package database nothing there is moved. */
export const isSystemPath = (path: string): boolean =>
  !isUnder(path, '/usr/local') && ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].some((directory) => isUnder(path, directory));

const TREES: readonly (readonly [string, string])[] = [
  ['/proc', 'it is no file on a disk'],
  ['/sys', 'it is no file on a disk'],
  ['/dev', 'it is a part of the running system'],
  ['/boot', 'the system starts from it'],
  ['/efi', 'the system starts from it'],
  ['/lib/modules', 'the kernel needs it'],
  ['/usr/lib/modules', 'the kernel needs it'],
  ['/etc/pam.d', 'nobody could log in without it'],
  ['/etc/ssh', 'nobody could log in without it'],
  ['/etc/sudoers.d', 'it says who may operate this host'],
  ['/etc/1sec', 'it belongs to 1-SEC itself'],
  ['/var/lib/dpkg', 'the package manager needs it'],
  ['/var/lib/rpm', 'the package manager needs it'],
  ['/usr/lib/sysimage', 'the package manager needs it'],
];

// Made at installation and owned by no package.
const FILES: ReadonlySet<string> = new Set(
  ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid', 'sudoers', 'fstab', 'hosts', 'hostname', 'resolv.conf', 'nsswitch.conf', 'machine-id']
    .concat(['ld.so.cache', 'ld.so.conf', 'login.defs', 'shells', 'crypttab', 'localtime', 'environment'])
    .map((name) => `/etc/${name}`),
);

const isUnder = (path: string, directory: string): boolean => directory !== '/' && directory !== '' && (path === directory || path.startsWith(`${directory}/`));
