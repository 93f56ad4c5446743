import type { Socket } from 'node:net';
import type { Actor } from '../domain/approval.ts';
import type { Role } from '../protocol/routes.ts';
import type { Caller } from './api.ts';

export type PeerReader = {
  readonly credentials: (socket: Socket) => Promise<{ readonly pid: number; readonly uid: number; readonly gid: number }>;
  readonly userName: (uid: number) => string;
  readonly isInGroup: (uid: number, group: string) => boolean;
};

const ALL: readonly Role[] = ['viewer', 'operator', 'admin'];
const GROUP: readonly Role[] = ['viewer', 'operator'];
const VIAS = ['tui', 'cli', 'api'] as const;

/**
 * Who is on the other end, from the kernel. Root and the daemon's own user may do everything, members of group `1sec`
 * look and decide; the file mode of the socket keeps everybody else out. `client` is only a label.
 */
export const createIdentify =
  (reader: PeerReader, ownUid: number) =>
  async (socket: Socket, client: string): Promise<Caller> => {
    const { pid, uid } = await reader.credentials(socket);
    const via = VIAS.find((name) => name === client) ?? 'api';
    const actor: Actor = { name: reader.userName(uid), uid, pid, via };
    const roles = uid === 0 || uid === ownUid ? ALL : reader.isInGroup(uid, '1sec') ? GROUP : [];
    return { actor, roles: new Set(roles) };
  };
