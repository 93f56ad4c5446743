import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createPace } from '../../../domain/windows/pace.ts';
import { type Detector, defineModule } from '../../contract.ts';
import { installsOf } from './installs.ts';
import { judgeArtifact, judgePipeline, judgeSbom } from './judge-build.ts';
import { judgeInstall, judgeName } from './judge-package.ts';
import { manifest } from './manifest.ts';
import { draftOf, type Said, type Say } from './say.ts';
import type { SupplySettings } from './settings.ts';

// The first words about one package are for people; after that a reminder is enough.
const PACE = { burst: 8, everyMs: 60_000, quietMs: 600_000 };

/** Judges what is installed and built. */
export const createDetector = (settings: SupplySettings): Detector => {
  const known: ReadonlySet<string> = new Set(settings.known_packages.map((name) => name.toLowerCase()));
  const authorized: ReadonlySet<string> = new Set(settings.authorized_cicd_users);
  const pace = createPace(settings.max_tracked, PACE);
  const slots = createKeyedSlots(
    settings.max_tracked,
    (slot) => pace.clear(slot),
    (key) => key,
  );
  const onPackage = (event: SecurityEvent, say: Say): void => {
    const { details } = event;
    const install = {
      name: textOf(details, 'package_name').slice(0, 214),
      version: textOf(details, 'version').slice(0, 64),
      registry: textOf(details, 'registry').slice(0, 128),
    };
    judgeName(install, textOf(details, 'scope').slice(0, 64), settings, known, say);
    judgeInstall(event, say);
  };
  return {
    onEvent: (event, emit) => {
      const say = (said: Said): void => {
        const draft = draftOf(event, said);
        if (pace.allow(slots.claim(`${said.type} ${draft.subject}`, event.at), event.at)) emit(draft);
      };
      switch (event.type) {
        case 'process_exec':
        case 'process_start':
          for (const install of installsOf(event)) judgeName(install, '', settings, known, say);
          return;
        case 'package_install':
        case 'dependency_add':
        case 'package_update':
          return onPackage(event, say);
        case 'build_artifact':
        case 'artifact_deploy':
          return judgeArtifact(event, say);
        case 'sbom_scan':
          return judgeSbom(event, say);
        default:
          return judgePipeline(event, authorized, say);
      }
    },
    size: slots.size,
  };
};

/** The module. */
export const supplyChain = defineModule({ manifest, createDetector });
