import type { ProcessRef } from './entity.ts';

/**
 * Name of the package manager that a process is, or undefined: ended half-way it leaves a system that neither works nor installs. Only
 * what runs as root from the system's own directories counts, and nothing of a container: whoever is root there names files as they like.
 */
export const packageManagerOf = ({ exe, uid, name, commandLine, cgroup }: ProcessRef): string | undefined => {
  if (uid !== 0 || CONTAINER.test(cgroup ?? '')) return undefined;
  // A package manager that has just replaced itself runs on from a file that is not there any more.
  const path = exe.endsWith(DELETED) ? exe.slice(0, -DELETED.length) : exe;
  if (SNAPD.test(path)) return 'snapd';
  const program = PROGRAM.exec(path)?.[1];
  if (program !== undefined && BINARIES.has(program)) return program;
  if (!INTERPRETER.test(path)) return undefined;
  const script = SCRIPT.exec((commandLine ?? '').slice(0, MAX_COMMAND))?.[1];
  // A program may call itself anything: its name and what it was started with have to agree.
  return script !== undefined && SCRIPTS.has(script) && name === script.slice(0, MAX_NAME) ? script : undefined;
};

const DELETED = ' (deleted)';
const MAX_COMMAND = 256;
/** TASK_COMM_LEN of the kernel, without the end mark. */
const MAX_NAME = 15;
const BINARIES: ReadonlySet<string> = new Set('dpkg dpkg-deb apt apt-get aptitude rpm dnf dnf5 microdnf yum zypper pacman apk packagekitd'.split(' '));
const SCRIPTS: ReadonlySet<string> = new Set('unattended-upgrade unattended-upgrades dnf dnf-3 dnf-automatic dnf-automatic-3 yum'.split(' '));
const PROGRAM = /^(?:\/usr)?\/(?:bin|sbin|libexec)\/([a-z0-9-]+)$/;
const SNAPD = /^(?:\/snap\/snapd\/[0-9a-z]+)?\/usr\/lib(?:exec)?\/snapd\/snapd$/;
const INTERPRETER = /^\/usr\/(?:bin\/python3|libexec\/platform-python)[0-9.]*$/;
const SCRIPT = /^\S+ (?:-[A-Za-z]+ )?\/(?:usr\/)?s?bin\/([a-z0-9-]+)(?: |$)/;
const CONTAINER = /docker|containerd|kubepods|libpod|crio|lxc|machine\.slice/;
