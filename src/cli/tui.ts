import type { Client } from '../client/contract.ts';
import type { CommandContext } from './command.ts';
import { leaveOnSignals } from './leaving.ts';

/** `1sec tui` */
export const run = async (context: CommandContext): Promise<number> => {
  const client = await context.client('tui');
  // A daemon that is not there is an error here and now; one that goes away later is a state on the screen.
  await client.call('health');
  return attach(context, client, { signal: leaveOnSignals().signal });
};

type Attachment = { readonly signal?: AbortSignal | undefined; readonly ownsDaemon?: boolean | undefined };

/** Opens the terminal UI on a client; lines instead of a screen where there is no terminal for one. */
export const attach = async (context: CommandContext, client: Client, attachment: Attachment = {}): Promise<number> => {
  const { startTui } = await import('../tui/start.tsx');
  return startTui({
    client,
    clock: context.clock,
    environment: { ...context.environment, ...(context.flag('accessible') ? { ACCESSIBLE: '1' } : {}) },
    stdin: context.stdin,
    stdout: context.stdout,
    stderr: context.stderr,
    readOnly: context.flag('readOnly'),
    ascii: context.flag('ascii'),
    slowLink: context.flag('slowLink'),
    ...(context.text('theme') === undefined ? {} : { theme: context.text('theme') }),
    version: context.version,
    ...attachment,
  });
};
