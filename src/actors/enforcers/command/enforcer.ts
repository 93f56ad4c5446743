import { SecError } from '../../../domain/errors.ts';
import type { CommandResult } from '../../../domain/host.ts';
import { redactText } from '../../../domain/redact-text.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { ActionOutcome, Availability, EnforcerFactory } from '../../contract.ts';
import { manifest } from './manifest.ts';
import { argvOf, environmentOf, inputOf, planCommand, timeoutOf } from './plan.ts';

/** Output that is read; the history keeps the first part of it. */
const MAX_OUTPUT = 8192;
const MAX_KEPT = 600;
const NOT_ALLOWED = { isAvailable: false, reason: 'needs enforcement.allow_command: true in the configuration' } as const satisfies Availability;
const NO_ROOT = { isAvailable: false, reason: 'needs root' } as const satisfies Availability;

/**
 * Runs a program that the user's configuration names: a list of words, never a shell. What is known of the alert goes in by
 * environment and standard input. Its exit code is its own word for what it did, so a success is never called verified.
 */
export const createCommand: EnforcerFactory = ({ host, allowCommand = false }) => ({
  manifest,
  availability: async () => {
    if (!allowCommand) return NOT_ALLOWED;
    // Without root 1-SEC observes and tells; it changes nothing, by no way.
    return (await host.call('describe', {})).isRoot ? { isAvailable: true } : NO_ROOT;
  },
  plan: planCommand,
  rehearse: async (request) => {
    planCommand(request);
    if (!allowCommand) return NOT_ALLOWED.reason;
    return (await host.call('describe', {})).isRoot ? undefined : NO_ROOT.reason;
  },
  apply: async (request) => {
    if (!allowCommand) throw new SecError('SEC_REFUSED', NOT_ALLOWED.reason);
    const timeoutMs = timeoutOf(request.params);
    const result = await host.call('command.run', {
      argv: argvOf(request.params),
      environment: environmentOf(request),
      input: inputOf(request),
      timeoutMs,
      maxOutputBytes: MAX_OUTPUT,
    });
    return outcomeOf(result, timeoutMs);
  },
  // Whether it ran can be known by nobody but itself: after a crash in the middle it is not run again.
  verify: async (request) => {
    if (request.isInterrupted === true) throw new SecError('SEC_UNAVAILABLE', 'whether the program ran to its end cannot be found out; it is not run again');
    return { verification: 'unverified', detail: 'only the program knows what it did' };
  },
  undo: async () => ({ verification: 'failed', detail: 'what the program did cannot be undone from here' }),
  fini: async () => [],
});

const outcomeOf = (result: CommandResult, timeoutMs: number): ActionOutcome => {
  const said = toSafe(redactText(result.output).trim(), MAX_KEPT);
  const words = said === '' ? '' : `; said: ${said}${result.isCut ? ' (and more)' : ''}`;
  if (result.isTimedOut) return { verification: 'failed', detail: `killed after ${timeoutMs / 1000} s${words}` };
  if (result.code !== 0) return { verification: 'failed', detail: `${result.code === undefined ? 'ended by a signal' : `exit code ${result.code}`}${words}` };
  return { verification: 'unverified', detail: `exit code 0${words}` };
};
