// Groups of a Linux system whose members are root in effect, and the usual names of administrators elsewhere.
const POWERFUL_WORDS: ReadonlySet<string> = new Set([
  'admin',
  'administrator',
  'administrators',
  'admins',
  'root',
  'superadmin',
  'superuser',
  'owner',
  'owners',
  'sudo',
  'sudoers',
  'wheel',
  'orgadmin',
  'sysadmin',
  'sysadmins',
]);
const POWERFUL_GROUPS: ReadonlySet<string> = new Set([
  'docker',
  'lxd',
  'incus',
  'libvirt',
  'disk',
  'shadow',
  'kvm',
  'kmem',
  'podman',
  'google-sudoers',
  'netdev-root',
]);
const WEAK_WORDS: ReadonlySet<string> = new Set([
  'viewer',
  'reader',
  'readonly',
  'read',
  'auditor',
  'view',
  'none',
  'former',
  'non',
  'no',
  'not',
  'request',
  'requested',
]);
const ORDER = ['none', 'anonymous', 'guest', 'viewer', 'reader', 'user', 'member', 'contributor', 'editor', 'moderator', 'manager'];

/** True for a role or group that makes its member an administrator, however it is spelled: `Domain Admins`, `cluster-admin`, `wheel`. */
export const isPowerful = (role: string, more: ReadonlySet<string>): boolean => {
  const name = role.trim().toLowerCase();
  if (name === '' || name.length > 256) return false;
  if (more.has(name) || POWERFUL_GROUPS.has(name)) return true;
  const words = role
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word) => POWERFUL_WORDS.has(word)) && !words.some((word) => WEAK_WORDS.has(word));
};

/** True when the second role is below the first in the usual order; false when one of them is not in it. */
export const isStepDown = (from: string, to: string): boolean => {
  const before = ORDER.indexOf(from.trim().toLowerCase());
  const after = ORDER.indexOf(to.trim().toLowerCase());
  return before >= 0 && after >= 0 && after < before;
};

const SENSITIVE: ReadonlySet<string> = new Set([
  '*',
  '*:*',
  'admin',
  'administrator',
  'root',
  'superuser',
  'all',
  'cluster-admin',
  'roles/owner',
  'roles/editor',
  'owner',
  'fullcontrol',
  'full_control',
  'administratoraccess',
  'poweruseraccess',
  'iamfullaccess',
  'global administrator',
]);
const SERVICES: ReadonlySet<string> = new Set([
  'iam',
  's3',
  'ec2',
  'sts',
  'kms',
  'lambda',
  'rds',
  'secretsmanager',
  'organizations',
  'compute',
  'storage',
  'dynamodb',
  'ssm',
  'eks',
  'cloudtrail',
  'delete',
  'write',
  'manage',
  'admin',
  'create',
  'update',
  'all',
  'org',
  'billing',
  'secrets',
  'vault',
]);

/** True for a permission that covers a whole service, every action of a kind, or administration. */
export const isSensitivePermission = (permission: string): boolean => {
  const name = permission.trim().toLowerCase();
  if (SENSITIVE.has(name)) return true;
  const [service = '', action = '', ...rest] = name.split(/[:./]/);
  if (rest.length > 0 || action === '') return false;
  return action === 'admin' || action === 'root' || (action === '*' && SERVICES.has(service));
};
