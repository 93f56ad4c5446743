import { SecError } from '../domain/errors.ts';
import type { CommandContext } from './command.ts';

const STDERR = 2;
const FLUSH_MS = 500;
const LINGER_MS = 2000;

/** `1sec daemon` */
export const run = async (context: CommandContext): Promise<number> => {
  const { createLogOutput } = await import('../daemon/log-output.ts');
  const { runDaemon } = await import('../daemon/daemon.ts');
  const log = createLogOutput(STDERR);
  try {
    return await runDaemon({
      variables: context.environment,
      version: context.version,
      configPath: context.text('config'),
      socketPath: context.text('socket'),
      forceDryRun: context.flag('dryRun'),
      logLevel: levelOf(context),
      write: log.write,
    });
  } finally {
    await log.flush(FLUSH_MS);
    // Everything is closed; what still keeps the process alive (a hanging tool) has had its time.
    context.exitWithin(LINGER_MS);
  }
};

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'];

const levelOf = (context: CommandContext): string | undefined => {
  const level = context.text('logLevel');
  if (level !== undefined && !LEVELS.includes(level)) throw new SecError('SEC_USAGE', `--log-level: expected ${LEVELS.join(', ')}, got ${level}`);
  return level;
};
