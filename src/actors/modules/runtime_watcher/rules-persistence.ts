import { type CommandRule, rule } from './rule.ts';

const SCRATCH = /(?:^|[ =])\/(?:tmp|var\/tmp|dev\/shm)\//;

/** Rules about staying: jobs, units, modules, keys. */
export const PERSISTENCE_RULES: readonly CommandRule[] = [
  rule('crontab_from_file', 'persistence_created', 'LOW', 'crontab', 'the scheduled jobs of a user are replaced', { all: [/^(?:-u \S+ )?(?!-[elri])\S/] }),
  rule('crontab_from_scratch', 'malicious_persistence', 'HIGH', 'crontab', 'scheduled jobs are taken from a scratch folder', { all: [SCRATCH] }),
  rule('at_from_scratch', 'persistence_created', 'MEDIUM', 'at batch', 'a script from a scratch folder is put off to a later time', {
    all: [/(?:^| )-[a-z]*f /, SCRATCH],
  }),
  rule('unit_from_scratch', 'malicious_persistence', 'HIGH', 'systemctl', 'a service is taken from a scratch folder', {
    all: [/\b(?:link|enable|start)\b/, SCRATCH],
  }),
  rule('transient_unit', 'persistence_created', 'LOW', 'sh bash python perl', 'a command is run as a service', { behind: ['systemd-run'] }),
  rule('transient_timer', 'persistence_created', 'LOW', 'systemd-run', 'a command is run as a service on a schedule', {
    all: [/--on-calendar|--on-active|--on-unit/],
  }),
  rule('module_from_file', 'kernel_module_load', 'MEDIUM', 'insmod', 'a kernel module is loaded from a file', { all: [/\S/] }),
  rule('module_from_scratch', 'kernel_module_load', 'HIGH', 'insmod', 'a kernel module is loaded from a place that anyone can write', {
    all: [/^(?:\/(?:tmp|var\/tmp|dev\/shm|home|root|mnt)\/|[^/\s])/],
  }),
  rule('module_rootkit', 'kernel_module_load', 'CRITICAL', 'insmod modprobe', 'a known rootkit is loaded', {
    all: [
      /\b(?:diamorphine|reptile|suterusu|adore(?:-ng)?|knark|rootkit|puszek|drovorub|kbeast|singularity|nurupo|heroin|enyelkm|caraxes|kovid|brokepkg|azazel|phalanx|khide|xingyiquan|mooltan|wkmr26)\b/i,
    ],
  }),
  rule('module_unloaded', 'kernel_module_load', 'LOW', 'rmmod', 'a kernel module is unloaded', {
    all: [/\b(?:ip_tables|nf_tables|iptable_filter|x_tables|apparmor|selinux|falco|sysdig|lkrg|p_lkrg)\b/],
  }),
  rule('rootkit_signal', 'kernel_module_load', 'MEDIUM', 'kill', 'a signal that only rootkits use is sent', { all: [/^-(?:31|63|64|62) /] }),
  rule('boot_link', 'persistence_created', 'MEDIUM', 'ln', 'a boot script is switched on by hand', {
    all: [/\/etc\/(?:rc[0-6S]?\.d|init\.d|systemd\/system\/[^/\s]{1,128}\.wants)\//],
  }),
  rule('boot_registered', 'persistence_created', 'LOW', 'update-rc.d chkconfig rc-update', 'a boot script is switched on', { all: [/defaults|--add|\badd\b/] }),
  rule('preload_variable', 'library_path_hijack', 'HIGH', 'patchelf', 'a library is added to a program', {
    all: [/--add-needed|--set-rpath/],
    none: [/\$ORIGIN/],
  }),
  rule('pam_exec', 'malicious_persistence', 'HIGH', 'pam-auth-update authconfig', 'the login rules are changed', { all: [/--force|--update/] }),
  rule('apt_hook', 'persistence_created', 'MEDIUM', 'dpkg-divert', 'a program of a package is replaced', { all: [/--add|--rename/], none: [/--list/] }),
  rule('grub_changed', 'boot_config_change', 'LOW', 'update-grub grub-mkconfig grub2-mkconfig grubby', 'what boots is changed', {
    all: [/init=|--update-kernel/],
  }),
  rule('udev_reload', 'persistence_created', 'LOW', 'udevadm', 'device rules are read again', {
    all: [/control --reload/],
    none: [/--reload-rules$|--reload$/],
  }),
  rule('session_hook', 'persistence_created', 'LOW', 'gsettings dconf', 'a command is set to start with the session', {
    all: [/custom-keybinding|autostart/, /command/],
  }),
];
