import { SecError } from '../../../domain/errors.ts';
import type { CollectorDefinition } from '../../contract.ts';
import { createTail } from './tail.ts';
import { createWake } from './wake.ts';

/**
 * Log files: new lines within a few milliseconds, through rotation and restarts. Each line is delivered at least once, and twice only
 * when the daemon died between the sensor's answer and the cursor's commit.
 */
export const fileCollector: CollectorDefinition = {
  id: 'file',
  title: 'Log file',
  run: async (context) => {
    const { path } = context.spec;
    if (path === undefined) throw new SecError('SEC_CONFIG_INVALID', `${context.spec.id}: a file source needs a path`);
    context.report({ type: 'state', state: 'starting', detail: path });
    const wake = createWake(path, POLL_MS, context.signal);
    const tail = createTail(path, context);
    try {
      await tail.start();
      while (!context.signal.aborted) {
        const hasMoved = await tail.pass();
        if (hasMoved || context.signal.aborted) continue;
        if ((await wake.next()) === 'notice' || context.signal.aborted) continue;
        // The poll should find nothing: what it finds was not told.
        if (await tail.pass()) wake.renew();
      }
    } finally {
      wake.close();
      await tail.close();
    }
  },
};

const POLL_MS = 1000;
