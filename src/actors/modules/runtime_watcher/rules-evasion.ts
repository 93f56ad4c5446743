import { type CommandRule, rule } from './rule.ts';

/** Services that watch the host: switching one off blinds it. */
export const GUARD_NAME: RegExp =
  /\b(?:auditd|rsyslogd?|syslog-ng|syslogd?|systemd-journald|klogd|falcon-sensor|falcond?|falco|wazuh(?:-agent)?|ossec|osqueryd?|clamav-\w+|clamd|freshclam|crowdsec|fail2ban|apparmor|aide|samhain|tripwire|filebeat|auditbeat|packetbeat|elastic-agent|winlogbeat|td-agent|fluent-?bit|fluentd|splunkd?|splunkforwarder|sysmon|mdatp|cbagentd|cbdaemon|cb-psc|ds_agent|esets?|sav-protect|sophos\w*|sentinelone|sentinelctl|sentineld|s1-agent|nessusd?|nessus-agent|qualys-cloud-agent|rkhunter|chkrootkit|snort|suricata|zeek|cylancesvc|traps_pmd|cortex-xdr|aegis|aliyun-service|aliyundun|cloudmonitor|bareos-fd|icinga2|1sec|onesec|velociraptor|lacework|datacollector|tetragon|tracee|kaspersky|kesl|uptycs)\b/i;

/** Rules about blinding, hiding and covering tracks. */
export const EVASION_RULES: readonly CommandRule[] = [
  rule(
    'stop_guard',
    'defense_evasion',
    'HIGH',
    'systemctl service rc-service chkconfig update-rc.d initctl sv launchctl invoke-rc.d',
    'a service that watches this host is switched off',
    {
      all: [/(?:^| )(?:stop|disable|mask|kill|remove|off|unload|del)(?: |$)/, GUARD_NAME],
    },
  ),
  rule(
    'stop_firewall_service',
    'defense_evasion',
    'MEDIUM',
    'systemctl service rc-service chkconfig update-rc.d',
    'the firewall or access control is switched off',
    {
      all: [
        /(?:^| )(?:stop|disable|mask|remove|off)(?: |$)/,
        /\b(?:firewalld|ufw|iptables|ip6tables|nftables|apparmor|selinux|netfilter-persistent|shorewall)\b/,
      ],
    },
  ),
  rule('kill_guard', 'defense_evasion', 'HIGH', 'pkill killall kill skill', 'a program that watches this host is killed', { all: [GUARD_NAME] }),
  rule('remove_guard', 'defense_evasion', 'HIGH', 'apt apt-get dpkg yum dnf rpm zypper pacman apk snap', 'a program that watches this host is removed', {
    all: [/(?:^| )(?:remove|purge|erase|autoremove|uninstall|del|-e|-r|-P|-R[a-z]*)(?: |$)/, GUARD_NAME],
  }),
  rule('delete_guard_files', 'defense_evasion', 'HIGH', 'rm mv', 'files of a program that watches this host are deleted', {
    all: [
      /\/(?:opt|etc|usr|var\/lib)\//,
      /\/(?:CrowdStrike|falcon|wazuh|ossec|osquery|carbonblack|cbagent|SentinelOne|mdatp|sophos|qualys|aegis|qcloud|elastic-agent|auditbeat|rsyslog\.(?:conf|d)|audit\/)/i,
    ],
  }),
  rule('audit_off', 'defense_evasion', 'HIGH', 'auditctl', 'the audit subsystem is switched off or its rules deleted', {
    all: [/(?:^| )(?:-e ?0|-D|--delete-all|-r ?0|-b ?0)(?: |$)/],
  }),
  rule('audit_rule_deleted', 'defense_evasion', 'MEDIUM', 'auditctl', 'an audit rule is deleted', { all: [/(?:^| )-[dW] /] }),
  rule('selinux_off', 'defense_evasion', 'MEDIUM', 'setenforce', 'SELinux is set to permissive', { all: [/^(?:0|permissive)$/i] }),
  rule('apparmor_off', 'defense_evasion', 'MEDIUM', 'aa-teardown aa-disable aa-complain', 'AppArmor is switched off'),
  rule('apparmor_unload', 'defense_evasion', 'MEDIUM', 'apparmor_parser', 'an AppArmor profile is unloaded', { all: [/(?:^| )(?:-R|--remove)(?: |$)/] }),
  rule('firewall_flush', 'defense_evasion', 'MEDIUM', 'iptables ebtables arptables', 'firewall rules are flushed', {
    all: [/(?:^| )(?:-F|--flush|-X|--delete-chain)(?: |$)/],
  }),
  rule('firewall_open', 'defense_evasion', 'MEDIUM', 'iptables', 'the firewall lets everything in', {
    all: [/(?:^| )(?:-P|--policy) (?:INPUT|FORWARD|OUTPUT) ACCEPT/],
  }),
  rule('firewall_rule_deleted', 'defense_evasion', 'LOW', 'iptables', 'a firewall rule is deleted', {
    all: [/(?:^| )(?:-D|--delete) (?:INPUT|OUTPUT|FORWARD)/],
  }),
  rule('nft_flush', 'defense_evasion', 'MEDIUM', 'nft', 'firewall rules are flushed', { all: [/(?:^| )(?:flush ruleset|delete table)/] }),
  rule('ufw_off', 'defense_evasion', 'MEDIUM', 'ufw', 'the firewall is switched off', { all: [/(?:^| )(?:disable|reset)(?: |$)|logging off/] }),
  rule('pf_off', 'defense_evasion', 'MEDIUM', 'pfctl ipfw', 'the firewall is switched off', { all: [/(?:^| )-d(?: |$)|disable firewall/] }),
  rule('history_off', 'log_tampering', 'MEDIUM', 'unset', 'the command history is switched off', {
    all: [/\b(?:HISTFILE|HISTSIZE|HISTFILESIZE|HISTCONTROL|PROMPT_COMMAND)\b/],
  }),
  rule('history_cleared', 'log_tampering', 'MEDIUM', 'history', 'the command history is cleared', { all: [/(?:^| )-[a-z]*c(?: |$)|^clear/] }),
  rule('history_option_off', 'log_tampering', 'MEDIUM', 'set shopt', 'the command history is switched off', {
    all: [/(?:\+o history|-uo? history|-ou history)/],
  }),
  rule('history_linked_away', 'log_tampering', 'HIGH', 'ln', 'the command history is sent to nowhere', { all: [/\/dev\/null/, /_history|HISTFILE/] }),
  rule('journal_vacuumed', 'log_tampering', 'MEDIUM', 'journalctl', 'the journal is thrown away', {
    all: [/--vacuum-(?:time=(?:\d{1,2}|\d+ms)s?(?: |$)|time=[01]?\d(?:s|m|min)(?: |$)|size=\d{1,2}[BKM]?(?: |$)|files=[01](?: |$))/],
  }),
  rule('login_record_edited', 'log_tampering', 'HIGH', 'utmpdump', 'the record of logins is rebuilt', { all: [/(?:^| )-[a-z]*r/] }),
  rule('kernel_log_cleared', 'log_tampering', 'LOW', 'dmesg', 'the kernel log is cleared', { all: [/(?:^| )(?:-C|-c|--clear|--read-clear)(?: |$)/] }),
  rule('logs_deleted_by_find', 'log_tampering', 'HIGH', 'find', 'log files are deleted wholesale', {
    all: [/^\/var\/log(?:\/)?(?: |$)/, /-delete|-exec (?:rm|shred|truncate|unlink)/],
    none: [/-m(?:time|min) \+/],
  }),
  rule('tool_log_cleared', 'log_tampering', 'HIGH', 'logclean wipe-logs zap zap2 cloak2 vanish vanish2 utclean mig-logcleaner', 'a log cleaner is run'),
  rule('timestomp_copy', 'defense_evasion', 'MEDIUM', 'touch', 'times of a file are copied from another to hide a change', {
    all: [/(?:^| )-[acmh]{1,3}r |(?:^| )-r \/(?:bin|usr|etc|var|lib)|--reference=\/(?:bin|usr|etc)/],
  }),
  rule('timestomp_set', 'defense_evasion', 'LOW', 'touch', 'the times of a file are set by hand', {
    all: [/(?:^| )-[acm]{1,2} (?:-t \d{8}|-d )|(?:^| )-[acm]{1,2}t \d{8}|(?:^| )-t (?:19|200)\d{4,}/],
  }),
  rule('timestomp_system', 'defense_evasion', 'MEDIUM', 'touch', 'the times of a system file are set by hand', {
    all: [/(?:^| )-[acm]*[td] /, / \/(?:etc|bin|sbin|usr|boot|lib|var\/log)\//],
  }),
  rule('immutable_set', 'defense_evasion', 'MEDIUM', 'chattr', 'a file is made unchangeable', {
    all: [/(?:^| )[+=][a-zA-Z]*i/, /(?:^| )(?:~|\/(?:etc|root|home|var|usr|bin|sbin|tmp|dev))|authorized_keys|cron|preload/],
  }),
  rule('immutable_removed', 'defense_evasion', 'LOW', 'chattr', 'a file is made changeable again', { all: [/(?:^| )-[a-zA-Z]*[ia](?: |$)/] }),
  rule('hide_process_mount', 'defense_evasion', 'HIGH', 'mount', 'a process is hidden by a mount over its /proc folder', {
    all: [/(?:^| )(?:-B|--bind|-o [a-z,]*bind|--rbind)/, / \/proc\/(?:\d|\$)/],
  }),
  rule('aslr_off', 'defense_evasion', 'HIGH', 'sysctl', 'a kernel protection is switched off', {
    all: [/(?:randomize_va_space|kptr_restrict|dmesg_restrict|yama\.ptrace_scope|unprivileged_bpf_disabled) ?= ?0/],
  }),
  rule('ptrace_open', 'defense_evasion', 'MEDIUM', 'setsebool', 'processes may read each other', {
    all: [/deny_ptrace (?:0|off)|secure_mode(?:_insmod|_policyload)? (?:0|off)/],
  }),
  rule('cloud_log_off', 'defense_evasion', 'HIGH', 'aws', 'cloud audit logging is switched off', {
    all: [
      /cloudtrail (?:stop-logging|delete-trail|put-event-selectors)|guardduty (?:delete-detector)|ec2 delete-flow-logs|configservice (?:stop-|delete-)|logs delete-log-(?:group|stream)|wafv2 delete|macie2 disable/,
    ],
  }),
  rule('cloud_log_narrowed', 'defense_evasion', 'MEDIUM', 'aws', 'cloud audit logging is changed', { all: [/cloudtrail update-trail/] }),
  rule('cloud_log_off_other', 'defense_evasion', 'HIGH', 'gcloud az aliyun', 'cloud audit logging is switched off', {
    all: [/logging sinks (?:delete|update)|monitor (?:diagnostic-settings|log-profiles) delete|eventhubs eventhub delete|logging (?:logs|buckets) delete/],
  }),
  rule('false_name', 'masquerading', 'HIGH', 'exec', 'a program is started under the name of a kernel thread or service', {
    all: [/-a ?['"]?(?:\[|-?(?:sshd|crond?|systemd|init|kworker|rsyslogd))/],
  }),
  rule('padding', 'defense_evasion', 'LOW', 'dd', 'a file is padded to change its hash', {
    all: [/if=\/dev\/(?:zero|u?random)/, /bs=1(?: |$)/, /count=1(?: |$)/],
  }),
  rule('packed', 'defense_evasion', 'LOW', 'upx', 'a program is packed', { none: [/(?:^| )(?:-d|-t|-l|--help|--version|-V|-h)(?: |$)/] }),
  rule('hidden_mount', 'defense_evasion', 'MEDIUM', 'mount', 'a memory file system is mounted over a system folder', {
    all: [/-t (?:tmpfs|ramfs)/, / \/(?:etc|usr|bin|var\/log|proc)(?:\/| |$)/],
  }),
  rule('logging_stopped_signal', 'defense_evasion', 'HIGH', 'gdb', 'a system service is attached to', {
    all: [/-p(?:id)? ?\$?\(?(?:pidof|pgrep)|(?:auditd|rsyslogd|sshd)/],
  }),
  rule('guard_made_unusable', 'defense_evasion', 'HIGH', 'chmod chown', 'a program that watches this host is made unusable', {
    all: [/\/(?:usr|opt|sbin|bin)\//, GUARD_NAME, /(?:^| )(?:0?000|[ugoa]*-[rw]*x|-x) /],
  }),
  rule('proxy_all', 'defense_evasion', 'LOW', 'proxychains proxychains4 torsocks torify', 'traffic is sent through an anonymiser'),
  rule('install_root_certificate', 'defense_evasion', 'LOW', 'update-ca-certificates update-ca-trust', 'the authorities this host trusts are rebuilt', {
    all: [/--fresh|extract|enable/],
  }),
  rule('package_check_off', 'defense_evasion', 'LOW', 'rpm dnf yum zypper', 'a package is installed without checking its signature', {
    all: [/--nosignature|--nogpgcheck|--no-gpg-checks/],
  }),
  rule('reverse_name', 'masquerading', 'MEDIUM', 'mv cp', 'a program is given the name of a system service in a scratch folder', {
    all: [
      / \/(?:tmp|var\/tmp|dev\/shm)\/(?:[^\s/]{1,64}\/){0,4}\.?(?:sshd|crond?|systemd[\w.-]{0,20}|kworker[\w:.-]{0,20}|kthreadd|ksoftirqd|init|rsyslogd|auditd|nginx|apache2|httpd|dbus-daemon)$/,
    ],
  }),
];
