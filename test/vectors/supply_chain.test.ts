import { createHash } from 'node:crypto';
import { z } from 'zod';
import { supplyChain } from '../../src/actors/modules/supply_chain/detect.ts';
import { editDistance } from '../../src/actors/modules/supply_chain/edit-distance.ts';
import { isUnauthorized } from '../../src/actors/modules/supply_chain/judge-build.ts';
import { typosquatOf } from '../../src/actors/modules/supply_chain/typosquat.ts';
import { describeVectors } from '../kit/vectors.ts';

const quiet = { alert: false, types: [] };
const bad = { alert: true, types: ['malicious_package'], min_severity: 'CRITICAL' as const };
const real = { why: 'a real package', result: '' };

describeVectors({
  file: 'supply_chain',
  definition: supplyChain,
  decisions: {
    'typosquat/real_package_npm_ws': real,
    'typosquat/real_package_npm_pg': real,
    'typosquat/real_package_npm_ora': real,
    'typosquat/real_package_pypi_six': real,
    'typosquat/real_package_pypi_nose': real,
    'typosquat/real_package_pypi_attr': real,
    'typosquat/real_package_pypi_tqdm': real,
    'typosquat/real_package_pypi_yarl': real,
    'typosquat/real_package_npm_ms': real,
    'typosquat/real_package_pypi_jose': real,
    'malicious/event-stream-malicious': { why: 'no such package ever was', expect: quiet },
    'malicious/colors-malicious': { why: 'no such package ever was', expect: quiet },
    'malicious/node-ipc-malicious': { why: 'no such package ever was', expect: quiet },
    'malicious/real_incident_node-ipc_not_listed': { why: 'a version with an attack inside', expect: bad },
    'malicious/real_incident_faker_not_listed': { why: 'a version with an attack inside', expect: bad },
    'malicious/real_incident_coa_not_listed': { why: 'a version with an attack inside', expect: bad },
    'malicious/real_incident_rc_not_listed': { why: 'a version with an attack inside', expect: bad },
    'malicious/real_incident_event-stream_not_listed': { why: 'a version with an attack inside', expect: bad },
    'cicd/github_run_conclusion': { why: 'a conclusion is no step', expect: quiet },
    'event/install_hook_node_missed': { why: 'many honest packages run a script of their own; what it starts is watched', expect: quiet },
    'artifact/garbage_signature_accepted': { why: 'one letter is no signature', expect: { alert: true, types: ['unsigned_artifact'] } },
  },
  functions: {
    typosquat_check: (input) => {
      const { package: name, registry } = z.object({ package: z.string(), registry: z.string() }).parse(input);
      return typosquatOf(name, registry, new Set());
    },
    levenshtein: (input) => {
      const { a, b } = z.object({ a: z.string(), b: z.string() }).parse(input);
      return editDistance(a, b, Number.POSITIVE_INFINITY, false);
    },
    cicd_analyze: (input) => {
      const { authorized_users: people, user } = z.object({ authorized_users: z.array(z.string()), user: z.string() }).parse(input);
      return { unauthorized_change: isUnauthorized(user, new Set(people)) };
    },
    hash_bytes: (input) =>
      createHash('sha256')
        .update(Buffer.from(z.object({ base64: z.string() }).parse(input).base64, 'base64'))
        .digest('hex'),
  },
});
