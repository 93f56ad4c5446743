import { z } from 'zod';
import { identityMonitor } from '../../src/actors/modules/identity_monitor/detect.ts';
import { isDisposable, isMostlyDigits, looksGenerated, suspicionOf } from '../../src/actors/modules/identity_monitor/made-up.ts';
import { describeVectors } from '../kit/vectors.ts';

const NONE: ReadonlySet<string> = new Set();
const account = z.object({ email: z.string(), name: z.string() });

describeVectors({
  file: 'identity_monitor',
  definition: identityMonitor,
  decisions: {
    'derived/role_change with only new_role': { why: 'unknown is never equal to unknown', expect: { alert: false, types: [] } },
    'derived/admin role by another spelling': {
      why: 'whole words in any spelling',
      expect: { alert: true, types: ['privilege_escalation'], min_severity: 'HIGH' },
    },
    'derived/verification result upper case': { why: 'compared without case', expect: { alert: true, types: ['verification_failed'], min_severity: 'HIGH' } },
    'derived/12 accounts from 12 addresses': { why: 'one pattern of names', expect: { alert: true, types: ['bulk_identity_creation'], min_severity: 'HIGH' } },
    'derived/sudo event from the auth-log collector': { why: 'running a program as root changes no account', expect: { alert: false, types: [] } },
  },
  functions: {
    analyzeNewIdentity: (input) => {
      const { email, name } = account.parse(input);
      const { score, indicators } = suspicionOf(email, name, false, NONE);
      return { score, indicators_include: indicators };
    },
    hasHighEntropy: (input) => isMostlyDigits(z.string().parse(input)),
    isDisposableDomain: (input) => isDisposable(z.string().parse(input), NONE),
    looksGenerated: (input) => looksGenerated(z.string().parse(input)),
  },
});
