import { messageOf, SecError, toSecError } from '../domain/errors.ts';
import { toSafe } from '../domain/safe-text.ts';
import type { CommandContext } from './command.ts';
import { table } from './table.ts';

/** `1sec doctor`: what works here and what each thing lacks, as the user who asks; beside it what a running daemon can do. Exit 24 for a failure, with --strict for a warning too. */
export const run = async (context: CommandContext): Promise<number> => {
  const { examine } = await import('../daemon/doctor.ts');
  const [report, daemon] = await Promise.all([
    examine({
      variables: context.environment,
      configPath: context.text('config'),
      dataDirectory: context.text('dataDir'),
      clock: context.clock,
    }),
    askDaemon(context),
  ]);
  const findings = [daemon.finding, ...report.findings];
  const actions = report.actions.map((entry) => {
    const there = daemon.actions?.find(({ action }) => action === entry.action);
    const theirs = there === undefined ? undefined : there.available ? 'available' : `no: ${there.reason}`;
    return { ...entry, ...(theirs === undefined ? {} : { daemon: theirs }) };
  });
  if (context.flag('json')) context.print(JSON.stringify({ actions, findings }, null, 2));
  else {
    const hasDaemon = daemon.actions !== undefined;
    context.print(
      table(
        ['ACTION', 'STATE', ...(hasDaemon ? ['DAEMON'] : []), 'HINT'],
        actions.map((entry) => [entry.action, entry.state, ...(hasDaemon ? [entry.daemon ?? ''] : []), entry.hint]),
      ),
    );
    context.print('');
    context.print(
      table(
        ['CHECK', 'STATE', 'FOUND', 'HINT'],
        findings.map((finding) => [toSafe(finding.check, 200), finding.state, toSafe(finding.detail, 300), toSafe(finding.hint, 300)]),
      ),
    );
  }
  const bad = findings.filter(({ state }) => state === 'fail' || (state === 'warn' && context.flag('strict')));
  if (bad.length > 0) throw new SecError('SEC_UNHEALTHY', bad.map(({ check, detail }) => `${check}: ${detail}`).join('; '));
  return 0;
};

type DaemonAnswer = {
  readonly finding: { readonly check: string; readonly state: 'ok' | 'info' | 'warn' | 'fail'; readonly detail: string; readonly hint: string };
  readonly actions?: readonly { readonly action: string; readonly available: boolean; readonly reason: string }[];
};

const askDaemon = async (context: CommandContext): Promise<DaemonAnswer> => {
  try {
    const client = await context.client();
    const [status, { actions }] = await Promise.all([client.call('status'), client.call('enforceStatus')]);
    const isSame = status.version === context.version;
    const detail = `${status.status}, v${status.version}, pid ${status.pid}`;
    if (!isSame) return { actions, finding: { check: 'daemon', state: 'warn', detail: `${detail}; this command is v${context.version}`, hint: 'restart it' } };
    const state = status.status === 'running' ? 'ok' : 'warn';
    return { actions, finding: { check: 'daemon', state, detail, hint: state === 'ok' ? '' : '1sec status says what is wrong' } };
  } catch (problem) {
    const { code, hint } = toSecError(problem);
    if (code === 'SEC_NOT_RUNNING') return { finding: { check: 'daemon', state: 'info', detail: 'none answers on the socket', hint } };
    return { finding: { check: 'daemon', state: 'fail', detail: messageOf(problem), hint } };
  }
};
