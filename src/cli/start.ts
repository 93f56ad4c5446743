import type { CommandContext } from './command.ts';
import { attach } from './tui.ts';

/** `1sec start` (npm start): a daemon of its own and the screen on it; both end together. One that runs already is kept. */
export const run = async (context: CommandContext): Promise<number> => {
  const client = await context.client('tui');
  const isRunning = await client.call('health').then(
    () => true,
    () => false,
  );
  if (isRunning) context.stderr.write('1-SEC: a daemon runs already; attaching to it\n');
  const { startDaemonProcess } = await import('../daemon/daemon-process.ts');
  const daemon = isRunning
    ? undefined
    : await startDaemonProcess({
        arguments: [...flag('--config', context.text('config')), ...flag('--socket', context.text('socket'))],
        isReady: () => client.call('health'),
        announce: (line) => context.stderr.write(`1-SEC: ${line}\n`),
        logTo: context.stdout.isTTY === true && !context.flag('accessible') ? 'file' : 'stderr',
      });
  try {
    return await attach(context, client);
  } finally {
    await daemon?.stop();
  }
};

const flag = (name: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [name, value]);
