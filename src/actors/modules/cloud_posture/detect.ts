import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createPace } from '../../../domain/windows/pace.ts';
import { type Detector, defineModule } from '../../contract.ts';
import { createChanges } from './changes.ts';
import { createAdmissions, judgeAuditLine, judgeRoles } from './cluster.ts';
import { judgeContainer } from './containers.ts';
import { secretsIn } from './log-secrets.ts';
import { manifest } from './manifest.ts';
import { draftOf, resourceOf, type Said, type Say } from './say.ts';
import { judgeCompliance, judgeScan } from './scans.ts';
import type { PostureSettings } from './settings.ts';

// The first words about one resource are for people; after that a reminder is enough.
const PACE = { burst: 8, everyMs: 60_000, quietMs: 600_000 };

/** Judges settings of clouds, clusters and containers, and secrets in logs. */
export const createDetector = (settings: PostureSettings): Detector => {
  const changes = createChanges(settings);
  const admissions = createAdmissions(settings.max_tracked);
  const pace = createPace(settings.max_tracked, PACE);
  const slots = createKeyedSlots(
    settings.max_tracked,
    (slot) => pace.clear(slot),
    (key) => key,
  );
  return {
    onEvent: (event, emit) => {
      const say = (said: Said): void => {
        const draft = draftOf(event, said);
        if (pace.allow(slots.claim(`${said.type} ${said.rule} ${said.severity ?? ''} ${draft.subject}`, event.at), event.at)) emit(draft);
      };
      switch (event.type) {
        case 'config_change':
        case 'resource_update':
        case 'iac_deploy':
          if (!judgeAuditLine(event, say)) changes.onChange(event, say);
          return;
        case 'config_scan':
        case 'posture_check':
          return judgeScan(event, say);
        case 'policy_check':
        case 'compliance_scan':
          return judgeCompliance(event, say);
        case 'k8s_rbac_change':
          return judgeRoles(event, say);
        case 'k8s_admission':
          return admissions.onAdmission(event, say);
        case 'container_config':
        case 'pod_security':
          return judgeContainer(event, say);
        default:
          return judgeReport(event, say);
      }
    },
    size: () => changes.size() + admissions.size() + slots.size(),
    sweep: changes.sweep,
  };
};

/** The module. */
export const cloudPosture = defineModule({ manifest, createDetector });

const judgeReport = (event: SecurityEvent, say: Say): void => {
  const { details } = event;
  if (event.type === 'k8s_network_policy') {
    if (!/^delete(?:d)?$/i.test(textOf(details, 'policy_action').trim()) && !/^delete(?:d)?$/i.test(textOf(details, 'action').trim())) return;
    say({
      type: 'k8s_netpol_deleted',
      rule: 'deleted',
      says: `The network policy ${resourceOf(event)} was deleted.`,
      field: 'policy_action',
      text: 'deleted',
    });
    return;
  }
  if (event.type === 'secret_detected' || event.type === 'credential_found') {
    const where = (textOf(details, 'location') || textOf(details, 'file')).slice(0, 200);
    say({
      type: 'secret_detected',
      rule: 'reported',
      says: `A secret (${textOf(details, 'secret_type').slice(0, 80) || 'kind not known'}) lies open${where === '' ? '' : ` in ${where}`}.`,
      field: 'location',
      text: where,
    });
    return;
  }
  const kinds = secretsIn(textOf(details, 'content') || event.summary);
  if (kinds.length === 0) return;
  say({
    type: 'secret_in_logs',
    rule: 'secret',
    says: `A log line holds: ${kinds.slice(0, 6).join(', ')}.`,
    field: 'content',
    text: kinds.join(', '),
    subject: `log:${event.source.slice(0, 80) || 'unknown'}:${kinds[0] ?? ''}`,
  });
};
