import { SecError } from '../domain/errors.ts';
import type { CommandContext } from './command.ts';
import { leaveOnSignals } from './leaving.ts';
import { attach } from './tui.ts';

/** `1sec start` (npm start): a daemon of its own and the screen on it; both end together. One that runs already is kept. */
export const run = async (context: CommandContext): Promise<number> => {
  const client = await context.client('tui');
  const isRunning = await client.call('health').then(
    () => true,
    () => false,
  );
  if (isRunning) {
    context.stderr.write('1-SEC: a daemon runs already; attaching to it\n');
    return attach(context, client, { signal: leaveOnSignals().signal });
  }
  // A configuration that is not valid is said here, with its own exit code, before anything is started.
  const { describeConfig } = await import('../daemon/describe-config.ts');
  await describeConfig({ flag: context.text('config'), variables: context.environment });
  const { startDaemonProcess } = await import('../daemon/daemon-process.ts');
  // The daemon is a session of its own and would outlive a signal that ends only us.
  const leaving = leaveOnSignals();
  const daemon = await startDaemonProcess({
    arguments: [...flag('--config', context.text('config')), ...flag('--socket', context.text('socket'))],
    isReady: () => client.call('health'),
    announce: (line) => context.stderr.write(`1-SEC: ${line}\n`),
    logTo: context.stdout.isTTY === true && !context.flag('accessible') ? 'file' : 'stderr',
    signal: leaving.signal,
  });
  if (daemon === undefined) return 0;
  let ended: string | undefined;
  const watched = daemon.over.then((how) => {
    ended = how;
    leaving.abort();
  });
  try {
    const code = await attach(context, client, { signal: leaving.signal, ownsDaemon: true });
    if (ended === undefined) return code;
    if (ended !== 'code 0') throw new SecError('SEC_NOT_RUNNING', `the daemon ended (${ended}): ${await daemon.lastWords()}`);
    context.stderr.write('1-SEC: the daemon was stopped\n');
    return code;
  } finally {
    await daemon.stop();
    await watched;
  }
};

const flag = (name: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [name, value]);
