import { SecError, toSecError } from '../../domain/errors.ts';
import { dataDirectoryOf } from '../../domain/paths.ts';
import type { CleanupJson } from '../../protocol/schemas.ts';
import type { CommandContext } from '../command.ts';

/** `1sec enforce cleanup`: through the daemon when one answers, else directly; nothing is left behind either way. */
export const cleanup = async (context: CommandContext): Promise<number> => {
  const reply = await throughDaemon(context).catch(async (problem: unknown) => {
    if (toSecError(problem).code !== 'SEC_NOT_RUNNING') throw problem;
    const { cleanupOffline } = await import('../../daemon/offline-cleanup.ts');
    return cleanupOffline({
      dataDirectory: context.text('dataDir') ?? dataDirectoryOf(context.environment),
      clock: context.clock,
      netns: context.environment['ONESEC_NETNS'],
      restoreFiles: context.flag('restoreFiles'),
    });
  });
  const lines = [...(reply.removed.length === 0 ? ['nothing to remove'] : reply.removed), ...(reply.kept ?? [])];
  if (context.flag('json')) context.print(JSON.stringify(reply, null, 2));
  else for (const line of lines) context.print(line);
  if (reply.left.length > 0) throw new SecError('SEC_CLEANUP_INCOMPLETE', reply.left.join('; '));
  return 0;
};

const throughDaemon = async (context: CommandContext): Promise<CleanupJson> =>
  (await context.client()).call('cleanup', { body: { reason: context.text('reason') ?? '', restore_files: context.flag('restoreFiles') } });
