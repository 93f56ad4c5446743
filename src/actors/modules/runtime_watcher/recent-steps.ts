import { DOWNLOADERS, runsCode, SHELLS } from '../../../domain/shell/programs.ts';
import { writesOf } from '../../../domain/shell/write-targets.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import { type Match, match } from './match.ts';
import { WRITABLE_PLACE } from './path-rules.ts';
import { type ProcessFacts, programOf } from './process-facts.ts';
import { DROP_HOSTS } from './rules-network.ts';
import { CURIOUS_LOOKERS, INSTALLER_HOSTS } from './tools.ts';

type Fetched = { readonly at: number; readonly eventId: string; readonly isBare: boolean };
type Looking = { readonly startedAt: number; readonly names: Set<string>; readonly eventIds: string[]; isTold: boolean };

type Lookings = ReturnType<typeof createBoundedMap<string, Looking>>;

/** A match that rests on earlier events too. */
export type StepFinding = { readonly found: Match; readonly earlier: readonly string[] };

/**
 * What processes do one after another: a fetched file that is run, a shell that looks the host over. Bounded: 512 files,
 * 512 parents, ten minutes of event time.
 */
export const createRecentSteps = (maxKeys = 512) => {
  const fetched = createBoundedMap<string, Fetched>(maxKeys);
  const looking = createBoundedMap<string, Looking>(maxKeys);
  return {
    onProcess: (facts: ProcessFacts, cwd: string): StepFinding | undefined => {
      const { head, event } = facts;
      if (head === undefined) return undefined;
      const program = programOf(facts);
      if (DOWNLOADERS.has(program)) {
        for (const path of targetsOf(
          head.args,
          writesOf(head).map((one) => one.path),
        )) {
          fetched.set(absolute(path, cwd), {
            at: event.at,
            eventId: event.id,
            isBare: /(?:\d{1,3}\.){3}\d{1,3}[:/]/.test(head.text) || DROP_HOSTS.test(head.text),
          });
        }
        return undefined;
      }
      const run =
        fetched.get(facts.executable) ?? (runsCode(program) ? fetched.get(absolute(head.args.find((arg) => !arg.startsWith('-')) ?? '', cwd)) : undefined);
      if (run !== undefined && event.at - run.at < MAX_AGE_MS) {
        const isScratch = WRITABLE_PLACE.test(facts.executable) || head.args.some((arg) => WRITABLE_PLACE.test(arg));
        return {
          found: match('download_cradle', run.isBare || isScratch ? 'HIGH' : 'MEDIUM', 'fetch_then_run', 'a file is fetched and then run', head),
          earlier: [run.eventId],
        };
      }
      return lookOver(facts, program, looking);
    },
    size: (): number => fetched.size() + looking.size(),
    sweep: (now: number): void => {
      fetched.prune((one) => one.at < now - MAX_AGE_MS);
      looking.prune((one) => one.startedAt < now - MAX_AGE_MS);
    },
  };
};

const MAX_AGE_MS = 600_000;
const LOOK_WINDOW_MS = 60_000;
const LOOKS = 6;

const absolute = (path: string, cwd: string): string => {
  if (path === '' || path.startsWith('/')) return path;
  const plain = path.startsWith('./') ? path.slice(2) : path;
  return cwd === '' ? plain : `${cwd === '/' ? '' : cwd}/${plain}`;
};

// `curl -o file`, `curl -O url`, `wget url`.
const targetsOf = (args: readonly string[], written: readonly string[]): readonly string[] => {
  if (INSTALLER_HOSTS.test(args.join(' ').slice(0, 2048))) return [];
  if (written.length > 0) return written.slice(0, 4);
  return args
    .filter((arg) => /^(?:https?|ftp):\/\//.test(arg))
    .slice(0, 4)
    .map((url) => (url.split(/[?#]/, 1)[0] ?? '').split('/').at(-1) ?? '')
    .filter((name) => name !== '');
};

const lookOver = (facts: ProcessFacts, program: string, looking: Lookings): StepFinding | undefined => {
  if (!CURIOUS_LOOKERS.has(program) || !SHELLS.has(facts.parent)) return undefined;
  const parentPid = facts.event.details['parent_pid'];
  if (typeof parentPid !== 'number') return undefined;
  const key = String(parentPid);
  let one = looking.get(key);
  if (one === undefined || facts.event.at - one.startedAt > LOOK_WINDOW_MS || facts.event.at < one.startedAt) {
    one = { startedAt: facts.event.at, names: new Set(), eventIds: [], isTold: false };
    looking.set(key, one);
  }
  if (one.names.has(program)) return undefined;
  one.names.add(program);
  const earlier = [...one.eventIds];
  one.eventIds.push(facts.event.id);
  if (one.names.size < LOOKS || one.isTold) return undefined;
  one.isTold = true;
  return {
    found: match('host_discovery', 'MEDIUM', 'many_looks', `this host is looked over with ${one.names.size} different commands within a minute`, facts.head),
    earlier,
  };
};
