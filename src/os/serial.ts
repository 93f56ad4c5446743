import { SecError } from '../domain/errors.ts';

/** Runs one task after the other, in order; a failed one does not stop the next. SEC_UNAVAILABLE when `maxWaiting` are waiting. */
export const createSerial = (maxWaiting: number): (<Value>(task: () => Promise<Value>) => Promise<Value>) => {
  let waiting = 0;
  let tail: Promise<unknown> = Promise.resolve();
  return (task) => {
    if (waiting >= maxWaiting) return Promise.reject(new SecError('SEC_UNAVAILABLE', `${maxWaiting} changes are already waiting`));
    waiting += 1;
    const result = tail.then(task).finally(() => {
      waiting -= 1;
    });
    // The caller gets the failure; the chain itself must go on.
    tail = result.catch(() => undefined);
    return result;
  };
};
