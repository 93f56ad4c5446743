import type { CommandContext } from './command.ts';

/** `1sec daemon` */
export const run = async (context: CommandContext): Promise<number> => {
  const { runDaemon } = await import('../daemon/daemon.ts');
  return runDaemon({
    variables: context.environment,
    version: context.version,
    configPath: context.text('config'),
    socketPath: context.text('socket'),
    forceDryRun: context.flag('dryRun'),
    logLevel: context.text('logLevel'),
    write: (line) => context.stderr.write(line),
  });
};
