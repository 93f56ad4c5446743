import type { CommandContext } from './command.ts';

const STDERR = 2;
const FLUSH_MS = 500;

/** `1sec daemon` */
export const run = async (context: CommandContext): Promise<number> => {
  const { createLogOutput } = await import('../daemon/log-output.ts');
  const { runDaemon } = await import('../daemon/daemon.ts');
  const log = createLogOutput(STDERR);
  // Warnings of the runtime come this way; a closed end must not become an error of ours.
  context.stderr.on('error', () => undefined);
  try {
    return await runDaemon({
      variables: context.environment,
      version: context.version,
      configPath: context.text('config'),
      socketPath: context.text('socket'),
      forceDryRun: context.flag('dryRun'),
      logLevel: context.text('logLevel'),
      write: log.write,
    });
  } finally {
    await log.flush(FLUSH_MS);
  }
};
