const LEVELS: ReadonlyMap<string, number> = new Map([
  ['anonymous', 0],
  ['guest', 0],
  ['user', 1],
  ['member', 1],
  ['editor', 2],
  ['moderator', 2],
  ['admin', 3],
  ['administrator', 3],
  ['superadmin', 4],
  ['owner', 4],
  ['root', 4],
]);

/** From this level on somebody may administer. */
export const ADMIN_LEVEL = 3;
/** From this level on somebody may change what belongs to others. */
export const EDITOR_LEVEL = 2;

/** Rights of a role by its name, 0 to 4. A role nobody knows counts as an ordinary user. */
export const levelOf = (role: string): number => LEVELS.get(role.toLowerCase()) ?? 1;

const TOOL_OPERATORS: ReadonlySet<string> = new Set(['3', '4', 'admin', 'administrator', 'root', 'owner', 'superadmin', 'maintainer', 'security_admin']);

/** True for roles that may register tool servers for agents. */
export const mayRegisterTools = (role: string): boolean => TOOL_OPERATORS.has(role.toLowerCase());
