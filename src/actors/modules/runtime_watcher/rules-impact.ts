import { type CommandRule, rule } from './rule.ts';

/** Rules about destroying, and about looking around. */
export const IMPACT_RULES: readonly CommandRule[] = [
  rule('delete_everything', 'data_destruction', 'CRITICAL', 'rm', 'everything is deleted', {
    all: [
      /(?:^| )(?:-[a-zA-Z]*[rR]|--recursive)/,
      /(?:^| )(?:\/\*?|--no-preserve-root|~\/?\*?|\/(?:etc|usr|var|boot|home|lib|bin|root|srv|opt)(?:\/\*?)?)(?: |$)/,
    ],
  }),
  rule('delete_by_find', 'data_destruction', 'HIGH', 'find', 'everything is deleted', {
    all: [/^(?:\/|~|\/(?:home|etc|var|usr|root|srv|opt))\/? /, /-delete|-exec (?:rm|shred|srm)/],
    none: [/-name|-iname|-m(?:time|min)|-size|-path|-regex|-user|-newer|-empty|-xtype/],
  }),
  rule('wipe_disk', 'data_destruction', 'HIGH', 'dd', 'a disk is overwritten', {
    all: [/if=\/dev\/(?:zero|u?random|full)/, /of=\/dev\/(?:(?:sd|vd|xvd|hd)[a-z]|nvme\d|mmcblk\d|dm-\d|mapper\/)/],
  }),
  rule('fill_disk', 'data_destruction', 'LOW', 'dd', 'a file of nothing is made', {
    all: [/if=\/dev\/(?:zero|u?random)/, /of=\/(?:tmp|var|home|root|etc|usr)|count=\d{5,}/],
    none: [/swap/],
  }),
  rule('overwrite_with_zero', 'data_destruction', 'MEDIUM', 'dd', 'a file is overwritten with nothing', {
    all: [/if=\/dev\/(?:null|zero|u?random)/, /conv=notrunc|of=\/var\/log/],
  }),
  rule('shred_disk', 'data_destruction', 'HIGH', 'shred wipe scrub', 'a disk is overwritten', {
    all: [/\/dev\/(?:(?:sd|vd|xvd|hd)[a-z]|nvme\d|mmcblk\d)/],
  }),
  rule('shred_file', 'data_destruction', 'LOW', 'shred srm', 'files are deleted past recovery', {
    all: [/(?:^| )(?:-[a-z]*u|--remove|--zero|-[a-z]*z)/],
  }),
  rule('kill_everything', 'data_destruction', 'HIGH', 'kill', 'every process is killed', { all: [/(?:^| )-(?:9|KILL|SIGKILL|s 9) -1(?: |$)/] }),
  rule('stop_recovery', 'data_destruction', 'MEDIUM', 'lvremove vgremove zfs btrfs', 'snapshots are deleted without asking', {
    all: [/-f\b|-y\b|destroy -r|--force/],
  }),
  rule('scan_wide', 'network_scan', 'HIGH', 'nmap masscan zmap rustscan unicornscan naabu', 'networks or all ports are scanned', {
    all: [/(?:\d|::)\/\d{1,3}(?: |$)|(?:^| )(?:-iL|-p-|-p ?[01]-65535|--range [01]-65535)(?:[ =]|$)/],
  }),
  rule('scan', 'network_scan', 'MEDIUM', 'nmap masscan zmap rustscan unicornscan arp-scan netdiscover nbtscan', 'another host is scanned', {
    none: [/^(?:--?h(?:elp)?|--?V(?:ersion)?|--iflist|--script-(?:help|updatedb))/],
  }),
  rule('probe_port', 'network_scan', 'LOW', 'telnet', 'a port of a bare address is tried', { all: [/(?:^| )(?:\d{1,3}\.){3}\d{1,3} \d{1,5}$/] }),
  rule('guard_search', 'host_discovery', 'HIGH', 'pgrep pidof grep', 'programs that watch this host are looked for', {
    all: [
      /(?:falcon|nessus|cbagent|osquery|wazuh|auditbeat|packetbeat|crowdstrike|sentinel|carbon|sysmon|clamav|ossec|cylance|mdatp)(?:d|query|-agent|-sensor)?[|\\]|\|(?:falcon|osquery|wazuh|auditbeat)/i,
    ],
  }),
  rule('guard_search_one', 'host_discovery', 'LOW', 'pgrep pidof', 'a program that watches this host is looked for', {
    all: [/\b(?:falcon|falcond|falcon-sensor|cbagentd|osqueryd|wazuh-agent|auditbeat|mdatp|sentineld)\b/i],
  }),
  rule('accounts_root', 'host_discovery', 'MEDIUM', 'grep awk', 'accounts with the rights of root are looked for', { all: [/:0:/, /\/etc\/passwd/] }),
  rule('accounts_copied', 'host_discovery', 'LOW', 'cat cp tac head less more base64 xxd strings od scp rsync', 'the account list is taken', {
    all: [/(?:^| )\/etc\/(?:passwd|master\.passwd)(?: |$)/],
  }),
  rule('login_history', 'host_discovery', 'LOW', 'lastb', 'failed logins are listed', {}),
  rule('screen_taken', 'host_discovery', 'LOW', 'xwd import', 'the screen is recorded', { all: [/-root\b|-window root/] }),
  rule('virtual_machine', 'host_discovery', 'LOW', 'grep', 'it is found out whether this is a virtual machine', {
    all: [/(?:vmware|virtualbox|vbox(?:sf|guest|service)?|qemu|kvm|xen|hyperv|innotek|hypervisor)\\?\|/i],
  }),
  rule('crash_fork', 'data_destruction', 'MEDIUM', 'stress stress-ng', 'a resource is used up', { all: [/--(?:vm|cpu|hdd|io|fork) \d{3,}/] }),
  rule('resolve_sweep', 'network_scan', 'LOW', 'arp', 'neighbours are listed', { all: [/-a\b/], none: [/\S{4,}/] }),
  rule('share_sweep', 'host_discovery', 'LOW', 'smbclient showmount rpcclient enum4linux smbmap', 'shares of another host are listed', {
    all: [/(?:^| )-L |-e |(?:\d{1,3}\.){3}\d{1,3}/],
  }),
];
