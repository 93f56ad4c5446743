import type { Severity } from '../../../domain/severity.ts';
import type { AlertTypeManifest } from '../../contract.ts';

const CLAIM = 'claim: audit logs, scans and admissions as a cluster, cloud or scanner reports them';

const REVERT = ['Put the old value back; keep settings as code, so that a change is a review.', 'Ask who changed it, and with which key.'];
const CLOSE = ['Close it to the outside; open single addresses only.', 'Look in the access log for who used it meanwhile.'];
const SECRET = ['Change the secret: it is known now.', 'Take it out of logs and copies of logs.', 'Mask secrets where the line is written.'];
const RIGHTS = ['Name the verbs and resources that are needed, and no more.', 'Look in the audit log for what the rights were used for.'];
const POD = ['Enforce the restricted pod security standard.', 'Give the container only the capability it needs, on a read-only root, as a user of its own.'];
const SCAN = ['Read the report; mend what faces the network first.', 'Let a check of each change keep it mended.'];

const type = (severity: Severity, title: string, mitre: readonly string[], mitigations: readonly string[], falsePositives: string): AlertTypeManifest => ({
  severity,
  title,
  mitre,
  mitigations,
  feed: CLAIM,
  falsePositives,
});

/** Every alert type of cloud_posture. */
export const ALERT_TYPES = {
  config_drift: type('HIGH', 'A setting is not what it must be', ['T1578', 'T1562'], REVERT, 'A change on purpose: change the expected value too.'),
  security_degradation: type('CRITICAL', 'A protection was taken away', ['T1562', 'T1578'], REVERT, 'A public website’s bucket.'),
  rapid_config_changes: type('MEDIUM', 'One resource changes very often', ['T1578'], REVERT, 'A deployment by a pipeline.'),
  public_bucket: type('CRITICAL', 'Storage that everybody can read', ['T1530'], CLOSE, 'A public website.'),
  open_security_group: type('CRITICAL', 'A port for administrators is open to the world', ['T1190', 'T1133'], CLOSE, 'A bastion meant to be reached.'),
  public_database: type('CRITICAL', 'A database that the world can reach', ['T1190'], CLOSE, 'None known.'),
  permissive_iam: type('HIGH', 'A policy that allows everything', ['T1098.003', 'T1078.004'], RIGHTS, 'The role of the one administrator.'),
  k8s_privileged_pod: type('CRITICAL', 'A pod with the rights of the host', ['T1610', 'T1611'], POD, 'Agents of the node itself.'),
  k8s_root_pod: type('HIGH', 'A pod that runs as root', ['T1610'], POD, 'Images that know no other user.'),
  k8s_exposed_service: type('HIGH', 'A service of the system is open to the outside', ['T1133'], CLOSE, 'An ingress kept in the default namespace.'),
  critical_misconfigs: type('CRITICAL', 'Critical faults in the configuration', ['T1190'], SCAN, 'Findings that were accepted.'),
  secret_detected: type('CRITICAL', 'A secret lies open', ['T1552.001'], SECRET, 'Examples in documentation.'),
  secret_in_logs: type('CRITICAL', 'A secret in a log', ['T1552.001'], SECRET, 'Values made up for tests.'),
  compliance_failure: type('MEDIUM', 'Checks of a standard fail', ['T1562'], SCAN, 'Checks that do not apply here.'),
  k8s_rbac_wildcard: type('CRITICAL', 'A role that may do everything', ['T1098.006'], RIGHTS, 'The role of the cluster’s own operator.'),
  k8s_cluster_admin_binding: type('HIGH', 'Somebody was made administrator of the cluster', ['T1098.006'], RIGHTS, 'An administrator was appointed.'),
  k8s_secrets_access: type('HIGH', 'A role that may read secrets', ['T1552.007'], RIGHTS, 'Controllers that hand secrets out.'),
  k8s_privileged_container: type('CRITICAL', 'A container with the rights of the host was admitted', ['T1610', 'T1611'], POD, 'Agents of the node itself.'),
  k8s_host_namespace: type('HIGH', 'A container in the namespaces of the host was admitted', ['T1610', 'T1611'], POD, 'Network and metrics agents.'),
  k8s_restore_privilege_escalation: type(
    'CRITICAL',
    'A restore brings more rights than there were',
    ['T1611', 'T1098.006'],
    [...POD, 'Compare what was restored with what was backed up.'],
    'A backup of an agent with rights of the host.',
  ),
  container_profile_bypass: type(
    'HIGH',
    'The profile of a container does not hold it',
    ['T1611', 'T1562.001'],
    [...POD, 'Use the default profiles of the runtime for AppArmor and seccomp.'],
    'Build containers.',
  ),
  k8s_netpol_deleted: type(
    'HIGH',
    'A network policy was deleted',
    ['T1562.007'],
    ['Put the policy back; deny by default in every namespace.', 'Look at the traffic since.'],
    'A namespace that is taken down.',
  ),
  container_root_user: type('HIGH', 'A container that runs as root', ['T1610'], POD, 'Images that know no other user.'),
  container_writable_fs: type('MEDIUM', 'A container that can change its own files', ['T1610'], POD, 'Programs that write next to themselves.'),
  container_dangerous_cap: type('HIGH', 'A container with a dangerous capability', ['T1611'], POD, 'Network and debugging tools.'),
  container_unpinned_image: type(
    'MEDIUM',
    'An image that can change under its name',
    ['T1195.002', 'T1525'],
    ['Name the digest, or at least a version.', 'Let admission refuse images without one.'],
    'Development.',
  ),
} as const satisfies { readonly [type: string]: AlertTypeManifest };

export type PostureAlertType = keyof typeof ALERT_TYPES;
