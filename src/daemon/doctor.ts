import { discoverSources } from '../actors/collectors/discover.ts';
import { createEnforcers } from '../actors/enforcers/registry.ts';
import { resolveEndpoints } from '../config/endpoints.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { ACTIONS, type ActionName } from '../domain/action.ts';
import type { Clock } from '../domain/clock.ts';
import { toSecError } from '../domain/errors.ts';
import type { HostDescription } from '../domain/host.ts';
import { dataDirectoryOf, observeOnlyPathsOf } from '../domain/paths.ts';
import { collectDoctorFacts, type DoctorFacts, whyUnreadable } from '../os/doctor-facts.ts';
import { createHost } from '../os/host.ts';
import { observeOnlyFlag } from '../os/observe-only/flag.ts';
import { userNameOf } from '../os/users.ts';
import { type Finding, judgeFacts } from './doctor-findings.ts';

/** What one action could do here, and what it lacks: a permission, a package, a setting. */
export type ActionFinding = { readonly action: ActionName; readonly state: string; readonly hint: string };

export type DoctorReport = { readonly actions: readonly ActionFinding[]; readonly findings: readonly Finding[] };

/** Looks at everything 1-SEC needs, as the user who asks, and changes nothing. Never fails for what it finds. */
export const examine = async (options: {
  readonly variables: { readonly [name: string]: string | undefined };
  readonly configPath: string | undefined;
  readonly dataDirectory: string | undefined;
  readonly clock: Clock;
}): Promise<DoctorReport> => {
  const { variables, clock } = options;
  const dataDirectory = options.dataDirectory ?? dataDirectoryOf(variables);
  const host = createHost({ clock, netns: variables['ONESEC_NETNS'] || undefined, dataDirectory });
  try {
    const findings: Finding[] = [];
    const loaded = await loadConfig({ flag: options.configPath, variables }).catch((problem: unknown) => {
      const known = toSecError(problem);
      findings.push({ check: 'configuration', state: 'fail', detail: known.message, hint: known.hint });
      return undefined;
    });
    if (loaded !== undefined) findings.push({ check: 'configuration', state: 'ok', detail: loaded.path ?? 'no file: defaults', hint: '' });
    const description = await host.call('describe', {});
    const timeZone = variables['TZ'] || Intl.DateTimeFormat().resolvedOptions().timeZone;
    const facts = await collectDoctorFacts({ dataDirectory, userName: userNameOf, timeZone });
    const flag = observeOnlyFlag(observeOnlyPathsOf(variables));
    findings.push(...judgeFacts(facts, description, { now: clock.now(), flag }), ...sourceFindings(loaded, description));
    return { actions: await actionFindings(host, clock, loaded, variables, facts, description), findings };
  } finally {
    await host.close();
  }
};

const sourceFindings = (loaded: LoadedConfig | undefined, description: HostDescription): readonly Finding[] => {
  const named = loaded?.config.sources.files.map(({ path }) => path) ?? [];
  const found =
    loaded?.config.sources.auto === false ? [] : discoverSources(description).flatMap((spec) => (spec.collector === 'file' ? [spec.path ?? ''] : []));
  const paths = [...new Set([...named, ...found])].filter((path) => path !== '');
  if (paths.length === 0 && !description.hasJournald)
    return [{ check: 'sources', state: 'warn', detail: 'no log file and no journal is read', hint: 'name files under sources.files, or install rsyslog' }];
  return paths.map((path) => {
    const problem = whyUnreadable(path);
    if (problem === undefined) return { check: `source ${path}`, state: 'ok', detail: 'readable', hint: '' };
    const hint = problem.includes('ENOENT') ? 'check sources.files: it is followed as soon as it appears' : 'run as root, or join the group that owns it (adm)';
    return { check: `source ${path}`, state: 'warn', detail: problem, hint };
  });
};

const actionFindings = async (
  host: ReturnType<typeof createHost>,
  clock: Clock,
  loaded: LoadedConfig | undefined,
  variables: { readonly [name: string]: string | undefined },
  facts: DoctorFacts,
  description: HostDescription,
): Promise<readonly ActionFinding[]> => {
  // An endpoint whose secret cannot be read is a finding of the start; here it only matters whether there is one.
  const endpoints = loaded === undefined ? [] : await resolveEndpoints(loaded.config, variables, loaded.path ?? 'defaults').catch(() => []);
  const enforcers = createEnforcers({ host, clock, endpoints, allowCommand: loaded?.config.enforcement.allow_command ?? false });
  return Promise.all(
    ACTIONS.map(async (action) => {
      const availability = await enforcers.get(action)?.availability();
      if (availability?.isAvailable === true) return { action, state: 'available', hint: '' };
      return { action, state: lackOf(action, facts, description), hint: availability?.reason ?? '' };
    }),
  );
};

/** The first thing an unavailable action lacks, in a few words. */
const lackOf = (action: ActionName, facts: DoctorFacts, description: HostDescription): string => {
  const lacksProgram = (name: string): boolean => facts.missingPrograms.includes(name);
  const lacks = (capability: string): boolean => !facts.capabilities.includes(capability);
  switch (action) {
    case 'block_ip':
      if (lacksProgram('nft')) return 'nft missing';
      return lacks('CAP_NET_ADMIN') ? 'needs CAP_NET_ADMIN' : 'not on this kernel';
    case 'drop_connection':
      if (lacksProgram('ss')) return 'ss missing';
      return lacks('CAP_NET_ADMIN') ? 'needs CAP_NET_ADMIN' : 'not on this kernel';
    case 'kill_process':
      return 'needs CAP_KILL';
    case 'disable_user':
      return description.isRoot ? 'usermod missing' : 'needs root';
    case 'quarantine_file':
      return 'needs root';
    case 'command':
      return description.isRoot ? 'not allowed' : 'needs root';
    case 'webhook':
    case 'log_only':
      return 'not configured';
  }
};
