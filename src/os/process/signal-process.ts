import { SecError } from '../../domain/errors.ts';
import type { HostOperations } from '../../domain/host.ts';
import { ERRNO, loadLibc } from '../libc.ts';
import { identityOf } from './identity.ts';

type Request = HostOperations['process.signal']['request'];

/**
 * Sends a signal to that very process. The pidfd is opened first and the identity checked after: from then on the
 * descriptor can only mean the process that was checked, however fast numbers are reused.
 */
export const signalProcess = async (request: Request): Promise<HostOperations['process.signal']['reply']> => {
  const { pid } = request.process;
  if (!Number.isSafeInteger(pid) || pid <= 1) throw new SecError('SEC_REFUSED', `process ${pid} is never signalled`);
  const libc = await loadLibc();
  const pidfd = libc.pidfdOpen(pid);
  if (pidfd < 0) return answerFor(libc.errno(), 'open');
  try {
    const identity = identityOf(request.process);
    if (identity !== 'same') return { result: identity };
    return libc.pidfdSendSignal(pidfd, SIGNAL_NUMBERS[request.signal]) < 0 ? answerFor(libc.errno(), 'signal') : { result: 'sent' };
  } finally {
    libc.close(pidfd);
  }
};

const SIGNAL_NUMBERS: { readonly [name in Request['signal']]: number } = { SIGKILL: 9, SIGTERM: 15, SIGCONT: 18, SIGSTOP: 19 };

const answerFor = (errno: number, what: string): { readonly result: 'gone' } => {
  // EINVAL: the number belongs to a thread that leads no process.
  if (errno === ERRNO.ESRCH || (what === 'open' && errno === ERRNO.EINVAL)) return { result: 'gone' };
  if (errno === ERRNO.EPERM) throw new SecError('SEC_FORBIDDEN', 'the kernel does not let this user signal that process');
  throw new SecError('SEC_HOST_REFUSED', `pidfd ${what} failed with errno ${errno}`);
};
