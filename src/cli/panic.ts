import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, SecError } from '../domain/errors.ts';
import { dataDirectoryOf, observeOnlyPathsOf } from '../domain/paths.ts';
import type { CommandContext } from './command.ts';

const ASK_MS = 3000;
/** Where the service unit keeps its data. */
const SERVICE_DATA = '/var/lib/1sec';
const LINGER_MS = 200;
const ASK_AGAIN_MS = 200;

/** `1sec panic [--end]`: everything off at once, whatever state the daemon and its database are in. Exit 19 when something is left. */
export const run = async (context: CommandContext): Promise<number> => {
  const { assertRoot, endPanic, panicNow } = await import('../daemon/panic.ts');
  assertRoot(process.getuid?.());
  const flags = observeOnlyPathsOf(context.environment);
  if (context.flag('end')) return ended(context, endPanic(flags));
  const named = context.text('dataDir') ?? context.environment['ONESEC_DATA_DIR'];
  const dataDirectories = named ? [named] : [dataDirectoryOf(context.environment), SERVICE_DATA];
  try {
    const reason = context.text('reason');
    const words = `set by 1sec panic, ${new Date(context.clock.now()).toISOString()}${reason === undefined ? '' : `: ${reason}`}`;
    const result = await panicNow({ clock: context.clock, netns: context.environment['ONESEC_NETNS'] || undefined, flags, dataDirectories, words });
    const daemon = await daemonWords(context);
    if (context.flag('json')) context.print(JSON.stringify({ observe_only: result.flag ?? null, removed: result.removed, left: result.left, daemon }, null, 2));
    else {
      if (result.flag !== undefined) context.print(`observe-only: ${result.flag} is set; nothing is enforced until \`1sec panic --end\``);
      for (const line of result.removed.length === 0 ? ['nothing was in force'] : result.removed) context.print(line);
      context.print(daemon);
    }
    if (result.left.length > 0) throw new SecError('SEC_CLEANUP_INCOMPLETE', result.left.join('; '));
    return 0;
  } finally {
    // A daemon that hangs keeps the question open; nobody waits for its answer.
    context.exitWithin(LINGER_MS);
  }
};

const ended = (context: CommandContext, cleared: readonly string[]): number => {
  if (context.flag('json')) context.print(JSON.stringify({ cleared }));
  else context.print(cleared.length === 0 ? 'no observe-only flag was there' : `${cleared.join(', ')} taken away: enforcement is as configured again`);
  return 0;
};

/** What the daemon says, or that it does not: a hung one reads the flag before it does anything again. */
const daemonWords = async (context: CommandContext): Promise<string> => {
  const client = await context.client();
  const deadline = context.clock.monotonic() + ASK_MS;
  const ask = () => client.call('status').catch((problem: unknown) => messageOf(problem));
  for (;;) {
    const said = await Promise.race([ask(), delay(ASK_MS, undefined, { ref: false })]);
    if (said === undefined) return 'the daemon does not answer (hung): it reads the flag before it does anything again';
    if (typeof said === 'string') return `no daemon answers (${said}); the next one starts observe-only`;
    if (said.status === 'observe-only') return `the daemon (pid ${said.pid}) is observe-only`;
    if (context.clock.monotonic() > deadline) return `the daemon (pid ${said.pid}) answers; it reads the flag before each act`;
    await delay(ASK_AGAIN_MS);
  }
};
