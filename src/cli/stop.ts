import { setTimeout as delay } from 'node:timers/promises';
import { SecError } from '../domain/errors.ts';
import type { CommandContext } from './command.ts';

const WAIT_MS = 10_000;

/** `1sec stop`: asks, then waits until the daemon is really gone. */
export const run = async (context: CommandContext): Promise<number> => {
  const client = await context.client();
  const { pid } = await client.call('status');
  await client.call('shutdown', { body: { reason: context.text('reason') ?? '' } });
  const deadline = context.clock.monotonic() + WAIT_MS;
  while (isAlive(pid)) {
    if (context.clock.monotonic() > deadline) throw new SecError('SEC_TIMEOUT', `pid ${pid} is still there after ${WAIT_MS / 1000} s`);
    await delay(50);
  }
  context.print(
    context.flag('json')
      ? JSON.stringify({ status: 'stopped', pid })
      : `stopped (pid ${pid}); blocks stay until they expire, 1sec enforce cleanup removes them now`,
  );
  return 0;
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    // EPERM: it is there and belongs to somebody else.
    return (problem as NodeJS.ErrnoException).code === 'EPERM';
  }
};
