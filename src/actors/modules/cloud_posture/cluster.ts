import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import { resourceOf, type Say } from './say.ts';
import { fieldOf, isOn, listOf, wordsIn } from './words.ts';

// Capabilities that lead out of a container. Source: capabilities(7).
const DANGEROUS: ReadonlySet<string> = new Set([
  'SYS_ADMIN',
  'SYS_PTRACE',
  'SYS_MODULE',
  'NET_ADMIN',
  'NET_RAW',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'SYS_RAWIO',
  'SYS_BOOT',
  'BPF',
  'PERFMON',
  'SYSLOG',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'ALL',
]);
const SYSCALLS =
  /\b(?:mount|umount2?|ptrace|kexec_load|kexec_file_load|init_module|finit_module|delete_module|bpf|perf_event_open|unshare|setns|pivot_root|open_by_handle_at|process_vm_(?:readv|writev)|keyctl|userfaultfd|swapon|reboot|iopl|ioperm)\b/;

/** Dangerous capabilities in a list, without `CAP_`. */
export const dangerousCapabilities = (value: unknown): readonly string[] =>
  wordsIn(value)
    .map((word) => word.toUpperCase().replace(/^CAP_/, ''))
    .filter((word) => DANGEROUS.has(word));

/** Roles of a cluster and who gets them. */
export const judgeRoles = (event: SecurityEvent, say: Say): void => {
  const { details } = event;
  const role = textOf(details, 'role').slice(0, 200);
  const user = textOf(details, 'user').slice(0, 200);
  judgeRule(role || resourceOf(event), wordsIn(details['verbs']), wordsIn(details['resources']), say);
  if (/(?:^|[^\w-])cluster-admin(?:$|[^\w-])/.test(role) && !user.startsWith('system:'))
    say({ type: 'k8s_cluster_admin_binding', rule: 'binding', says: `${user || 'Somebody'} became administrator of the cluster.`, field: 'role', text: role });
};

const judgeRule = (role: string, verbs: readonly string[], resources: readonly string[], say: Say): void => {
  if (verbs.some((verb) => verb.includes('*')) || resources.some((resource) => resource === '*' || resource === '*/*' || resource === '*.*')) {
    say({
      type: 'k8s_rbac_wildcard',
      rule: 'wildcard',
      says: `The role ${role} may do everything: ${verbs.join(', ').slice(0, 100)} on ${resources.join(', ').slice(0, 100)}.`,
      field: 'verbs',
      text: verbs.join(','),
    });
  }
  if (resources.some((resource) => resource === 'secrets' || resource.startsWith('secrets/')) && verbs.some((verb) => /^(?:get|list|watch|\*)$/.test(verb))) {
    say({ type: 'k8s_secrets_access', rule: 'secrets', says: `The role ${role} may read secrets.`, field: 'resources', text: resources.join(',') });
  }
};

/** Workloads that are admitted: rights, namespaces of the host, profiles, and what a restore adds. */
export const createAdmissions = (maxTracked: number) => {
  const workloads = createBoundedMap<string, string>(maxTracked);
  return {
    onAdmission: (event: SecurityEvent, say: Say): void => {
      const { details } = event;
      const name = resourceOf(event);
      const isPrivileged = isOn(details, 'privileged');
      const isInHost = isOn(details, 'host_network') || isOn(details, 'host_pid') || isOn(details, 'host_ipc');
      const capabilities = dangerousCapabilities(details['capabilities']);
      if (isPrivileged)
        say({
          type: 'k8s_privileged_container',
          rule: 'privileged',
          says: `${name} was admitted with the rights of the host.`,
          field: 'privileged',
          text: 'true',
        });
      if (isInHost)
        say({
          type: 'k8s_host_namespace',
          rule: 'host-namespace',
          says: `${name} was admitted into the namespaces of the host.`,
          field: 'host_network',
          text: 'true',
        });
      judgeProfiles(event, say);
      const rights = [isPrivileged ? 'privileged' : '', isInHost ? 'host' : '', ...[...capabilities].sort()].filter((one) => one !== '').join(',');
      const before = workloads.get(name);
      if (isRestore(event) && rights !== '') {
        say({
          type: 'k8s_restore_privilege_escalation',
          rule: before === undefined || before === rights ? 'restore-with-rights' : 'restore-adds-rights',
          severity: before === undefined || before === rights ? 'HIGH' : 'CRITICAL',
          says: `A restore brings ${name} with ${rights}${before === undefined ? '' : `; before it had ${before || 'no such rights'}`}.`,
          field: 'action',
          text: rights,
        });
      }
      workloads.set(name, rights);
    },
    size: workloads.size,
  };
};

const isRestore = (event: SecurityEvent): boolean => {
  const { details } = event;
  if (textOf(details, 'restore_name') !== '' || textOf(details, 'backup_name') !== '') return true;
  return (
    /\brestore/i.test(`${textOf(details, 'action')} ${textOf(details, 'operation')}`.slice(0, 512)) ||
    /velero\.io\/(?:restore|backup)-name/.test(textOf(details, 'annotations').slice(0, 4096))
  );
};

/** AppArmor and seccomp profiles that hold nothing. */
export const judgeProfiles = (event: SecurityEvent, say: Say): void => {
  const { details } = event;
  const name = resourceOf(event);
  const told = (rule: string, severity: 'CRITICAL' | 'HIGH', says: string, field: string, text: string): void =>
    say({ type: 'container_profile_bypass', rule, severity, says: `${name}: ${says}.`, field, text });
  const armor = `${textOf(details, 'apparmor_profile')} ${textOf(details, 'apparmor_policy')}`.slice(0, 65_536).trim().toLowerCase();
  if (/\bunconfined\b/.test(armor)) told('apparmor-off', 'CRITICAL', 'AppArmor does not confine it', 'apparmor_profile', 'unconfined');
  if (/\bmount\b/.test(armor) && !/\bdeny\s{1,8}mount\b/.test(armor)) {
    const isBind = /\b(?:bind|remount)\b/.test(armor) && !/\bro\b/.test(armor);
    told(
      'apparmor-mount',
      isBind ? 'CRITICAL' : 'HIGH',
      isBind ? 'its AppArmor profile lets it bind and remount' : 'its AppArmor profile lets it mount',
      'apparmor_policy',
      'mount',
    );
  }
  if (/\bptrace\b/.test(armor) && !/\bdeny\s{1,8}ptrace\b/.test(armor))
    told('apparmor-ptrace', 'HIGH', 'its AppArmor profile lets it trace others', 'apparmor_policy', 'ptrace');
  const seccomp = `${textOf(details, 'seccomp_profile')} ${textOf(details, 'seccomp_policy')}`.slice(0, 65_536);
  if (/\bunconfined\b/i.test(seccomp)) told('seccomp-off', 'CRITICAL', 'seccomp does not hold it', 'seccomp_profile', 'unconfined');
  else if (/defaultAction["']?\s{0,4}:\s{0,4}["']?SCMP_ACT_ALLOW/i.test(seccomp) && SYSCALLS.test(seccomp))
    told('seccomp-open', 'HIGH', 'its seccomp profile allows what it does not name', 'seccomp_policy', SYSCALLS.exec(seccomp)?.[0] ?? '');
};

/** A line of a Kubernetes audit log with its request object: roles, bindings, policies. */
export const judgeAuditLine = (event: SecurityEvent, say: Say): boolean => {
  const reference = event.details['objectRef'];
  const resource = fieldOf(reference, 'resource');
  if (typeof resource !== 'string') return false;
  const verb = textOf(event.details, 'verb');
  const name = String(fieldOf(reference, 'name') ?? '').slice(0, 200);
  const request = event.details['requestObject'];
  if (/^(?:create|update|patch)$/.test(verb) && /^(?:cluster)?roles$/.test(resource)) {
    for (const rule of listOf(fieldOf(request, 'rules'))) judgeRule(name, wordsIn(fieldOf(rule, 'verbs')), wordsIn(fieldOf(rule, 'resources')), say);
  }
  if (
    /^(?:create|update|patch)$/.test(verb) &&
    /^(?:cluster)?rolebindings$/.test(resource) &&
    fieldOf(fieldOf(request, 'roleRef'), 'name') === 'cluster-admin'
  ) {
    const who = listOf(fieldOf(request, 'subjects'))
      .map((subject) => String(fieldOf(subject, 'name') ?? ''))
      .find((subject) => subject !== '' && !subject.startsWith('system:'));
    if (who !== undefined)
      say({
        type: 'k8s_cluster_admin_binding',
        rule: 'binding',
        says: `${who} became administrator of the cluster.`,
        field: 'roleRef',
        text: 'cluster-admin',
        subject: `resource:${name}`,
      });
  }
  if (verb === 'delete' && resource === 'networkpolicies')
    say({
      type: 'k8s_netpol_deleted',
      rule: 'deleted',
      says: `The network policy ${name} was deleted.`,
      field: 'verb',
      text: verb,
      subject: `resource:${name}`,
    });
  return true;
};
