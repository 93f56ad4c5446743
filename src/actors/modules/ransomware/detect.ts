import type { SecurityEvent } from '../../../domain/event.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createPace } from '../../../domain/windows/pace.ts';
import { type Detector, defineModule } from '../../contract.ts';
import { judgeHypervisor, judgeReport } from './claims.ts';
import { createExfiltration } from './exfiltration.ts';
import { createFiles } from './files.ts';
import { judgeCommand } from './judge-command.ts';
import { manifest } from './manifest.ts';
import { createPreparation } from './preparation.ts';
import { draftOf, type Said, type Say } from './say.ts';
import type { RansomwareSettings } from './settings.ts';

// The first words about one process are for people; after that a reminder is enough.
const PACE = { burst: 32, everyMs: 30_000, quietMs: 600_000 };

/** Judges what is done to files, backups, disks and virtual machines. */
export const createDetector = (settings: RansomwareSettings): Detector => {
  const files = createFiles(settings);
  const exfiltration = createExfiltration(settings);
  const preparation = createPreparation(settings.max_tracked);
  const pace = createPace(settings.max_tracked, PACE);
  const slots = createKeyedSlots(
    settings.max_tracked,
    (slot) => pace.clear(slot),
    (key) => key,
  );
  const judgeAll = (event: SecurityEvent, found: readonly Said[], say: Say): void => {
    for (const one of found) {
      say(one);
      preparation.onFound(event, one.type, one.text, say);
    }
  };
  return {
    onEvent: (event, emit) => {
      const say = (said: Said): void => {
        const draft = draftOf(event, said);
        if (pace.allow(slots.claim(`${said.type} ${draft.subject}`, event.at), event.at)) emit(draft);
      };
      const kind = KINDS.get(event.type) ?? 'report';
      if (kind === 'changed') files.onChanged(event, say);
      else if (kind === 'created') files.onCreated(event, say);
      else if (kind === 'sent') exfiltration.onSent(event, say);
      else if (kind === 'command') judgeAll(event, judgeCommand(event), say);
      else if (kind === 'hypervisor') judgeAll(event, withoutRepeats([...judgeHypervisor(event), ...judgeCommand(event)]), say);
      else {
        const said = judgeReport(event);
        if (said !== undefined) judgeAll(event, [said], say);
      }
    },
    size: () => files.size() + exfiltration.size() + preparation.size() + slots.size(),
    sweep: (now) => {
      files.sweep(now);
      exfiltration.sweep(now);
      preparation.sweep(now);
    },
  };
};

/** The module. */
export const ransomware = defineModule({ manifest, createDetector });

type Kind = 'changed' | 'created' | 'sent' | 'command' | 'hypervisor' | 'report';

const all = (kind: Kind, ...types: readonly string[]): readonly [string, Kind][] => types.map((type) => [type, kind]);

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ...all('changed', 'file_modified', 'file_change', 'file_renamed'),
  ...all('created', 'file_created'),
  ...all('sent', 'network_egress', 'data_transfer', 'upload'),
  ...all('command', 'process_execution', 'command_execution', 'process_exec', 'process_start'),
  ...all('hypervisor', 'esxi_command', 'hypervisor_activity'),
]);

const withoutRepeats = (found: readonly Said[]): readonly Said[] => found.filter((one, index) => found.findIndex((other) => other.type === one.type) === index);
