import { z } from 'zod';
import { degradationOf } from '../../src/actors/modules/cloud_posture/changes.ts';
import { cloudPosture } from '../../src/actors/modules/cloud_posture/detect.ts';
import { describeVectors } from '../kit/vectors.ts';

const change = z.object({ resource_type: z.string(), change_type: z.string(), old_value: z.string(), new_value: z.string() });
const secret = { alert: true, types: ['secret_in_logs'], min_severity: 'CRITICAL' as const };

describeVectors({
  file: 'cloud_posture',
  definition: cloudPosture,
  decisions: {
    'derived/image in registry with port and no tag': { why: 'a port is no tag', expect: { alert: true, types: ['container_unpinned_image'] } },
    'derived/compact IAM policy': { why: 'read as JSON', expect: { alert: true, types: ['permissive_iam'], min_severity: 'HIGH' } },
    'derived/secret missed: temporary AWS key': { why: 'a key like the others', expect: secret },
    'derived/secret missed: GitHub server token': { why: 'a token like the others', expect: secret },
    'derived/eleven CloudTrail read calls': { why: 'reading changes nothing', expect: { alert: false, types: [] } },
    'derived/kubernetes audit of a wildcard role': {
      why: 'the request object says it',
      expect: { alert: true, types: ['k8s_rbac_wildcard'], min_severity: 'CRITICAL' },
    },
    'derived/restore of a workload that was already privileged': {
      why: 'rights of the host are worth a word whatever was there before',
      expect: { alert: true, types: ['k8s_restore_privilege_escalation'], min_severity: 'HIGH' },
    },
    'derived/harmless read-only statement on all resources': { why: 'it only reads', expect: { alert: false, types: ['permissive_iam'] } },
    'derived/one secret, two alerts': { why: 'one line, one alert', expect: { ...secret, min_alerts: 1 } },
  },
  functions: {
    checkSecurityDegradation: (input) => {
      const { resource_type: type, change_type: kind, old_value: before, new_value: after } = change.parse(input);
      return { degraded: degradationOf(type, kind, before, after) !== undefined };
    },
    mitigations: (input) => ({ count: cloudPosture.manifest.alertTypes[z.string().parse(input)]?.mitigations.length ?? 0 }),
  },
});
