import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { SecError, toSecError } from '../domain/errors.ts';
import type { CommandContext } from './command.ts';

const WAIT_MS = 10_000;

/** `1sec stop`: asks, then waits until the daemon is really gone. */
export const run = async (context: CommandContext): Promise<number> => {
  const client = await context.client();
  const { pid } = await client.call('status');
  await client.call('shutdown', { body: { reason: context.text('reason') ?? '' } }).catch((problem: unknown) => {
    // It may be gone before its answer is through; whether it is gone is looked at below.
    if (toSecError(problem).code !== 'SEC_NOT_RUNNING') throw problem;
  });
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
    // A zombie has ended; its parent only has not looked yet (state: the field after the name, proc(5)).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch (problem) {
    const code = problem instanceof Error && 'code' in problem ? problem.code : undefined;
    return code !== 'ENOENT' && code !== 'ESRCH';
  }
};
