import type { Severity } from '../../../domain/severity.ts';
import type { AlertTypeManifest } from '../../contract.ts';

const INSTALL = 'the process sensor: npm, yarn, pnpm, pip, uv, pipx, cargo and gem with the names they are told to install; events of a build';
const BUILD = 'claim: events of a build system';

const NAMES = ['Look the name up at the registry: owner, age, downloads, repository.', 'Pin names and hashes in a lock file and install from it.'];
const REMOVE = [
  'Remove the package and what it brought; change every secret the process could read.',
  'Look for what it started: the process tree of the installer.',
];
const PIPELINE = [
  'Read the change; ask who made it.',
  'Let a second person approve changes of pipelines.',
  'Give steps the secrets they need, not all of them.',
];
const SIGN = ['Sign what is built and check it where it runs (Sigstore, GPG).', 'Keep a provenance attestation (SLSA) with it.'];

const type = (
  severity: Severity,
  title: string,
  mitre: readonly string[],
  mitigations: readonly string[],
  falsePositives: string,
  feed = BUILD,
): AlertTypeManifest => ({
  severity,
  title,
  mitre,
  mitigations,
  feed,
  falsePositives,
});

/** Every alert type of supply_chain. */
export const ALERT_TYPES = {
  typosquat: type(
    'HIGH',
    'A package named nearly like a well-known one',
    ['T1195.001'],
    NAMES,
    'A package of one’s own with such a name: put it into known_packages.',
    INSTALL,
  ),
  integrity_violation: type(
    'CRITICAL',
    'A package is not what was expected',
    ['T1195.002', 'T1554'],
    REMOVE,
    'A package that was published again under the same version.',
  ),
  dependency_confusion: type(
    'CRITICAL',
    'A private name came from a public registry',
    ['T1195.001'],
    ['Reserve your names and scopes at the public registry.', 'Let the private registry win for them, by configuration.'],
    'A private package that was published on purpose.',
    INSTALL,
  ),
  malicious_package: type('CRITICAL', 'A package that is known to be bad', ['T1195.001', 'T1195.002'], REMOVE, 'A sample for analysis.', INSTALL),
  malicious_build_artifact: type(
    'CRITICAL',
    'An install hook that fetches and runs code',
    ['T1195.002', 'T1059.004'],
    REMOVE,
    'Installers that fetch a program from their own site.',
  ),
  unsigned_artifact: type('HIGH', 'Something was built without a signature', ['T1195.002'], SIGN, 'Builds for tests.'),
  missing_provenance: type('MEDIUM', 'Nobody can say where something was built', ['T1195.002'], SIGN, 'Builds for tests.'),
  dangerous_code_default: type(
    'HIGH',
    'Code with a dangerous default',
    ['T1195.002', 'T1552.001'],
    ['Fix the line before it is released.', 'Keep secrets out of code; change the ones that were in it.'],
    'Checksums by MD5 that nobody relies on; examples in documentation.',
  ),
  unauthorized_cicd_change: type(
    'CRITICAL',
    'A pipeline was changed by somebody who may not',
    ['T1195.002', 'T1098'],
    PIPELINE,
    'A new colleague: add the name to authorized_cicd_users.',
  ),
  suspicious_cicd_step: type('HIGH', 'A step of a pipeline that attacks', ['T1195.002', 'T1059.004'], PIPELINE, 'Installers piped into a shell.'),
  cicd_secret_exposure: type('CRITICAL', 'A pipeline prints its secrets', ['T1552', 'T1195.002'], PIPELINE, 'A debug step in a pipeline without secrets.'),
  sbom_critical_vulns: type(
    'CRITICAL',
    'Critical vulnerabilities in what is installed',
    ['T1190', 'T1195'],
    ['Update what is named, what faces the network first.'],
    'Code that is never reached.',
  ),
  sbom_high_vulns: type(
    'HIGH',
    'Serious vulnerabilities in what is installed',
    ['T1190', 'T1195'],
    ['Update what is named, what faces the network first.'],
    'Code that is never reached.',
  ),
} as const satisfies { readonly [type: string]: AlertTypeManifest };

export type SupplyAlertType = keyof typeof ALERT_TYPES;
