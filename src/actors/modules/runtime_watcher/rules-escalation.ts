import { type CommandRule, rule } from './rule.ts';

/** A shell named at the place where a program is told what to run. */
export const SHELL_WORD: RegExp = /(?:^|[\s"'=!:;,`([{|])(?:\/(?:usr\/)?bin\/)?(?:ba|da|z|k|c|tc|a)?sh(?:$|[\s"';,)\]}&|])/;
const SHELL_END = /(?:^|[\s=])(?:\/(?:usr\/)?bin\/)?(?:ba|da|z|k|c|tc|a)?sh(?: -[pi]+)?(?: ;| \\;| \+)?(?: -quit)?$/;

/** Rules about getting more rights, or leaving a cage. */
export const ESCALATION_RULES: readonly CommandRule[] = [
  rule('suid_shell', 'privilege_escalation', 'CRITICAL', 'chmod', 'a shell or a file in a scratch folder is given the rights of its owner', {
    all: [
      /(?:^| )(?:[ugoa]*\+[rwx]*s|[0-7]?[4-7][0-7]{3}|0?[2467][0-7]{3})[rwxst,=+ugo-]* /,
      /(?:^| )(?:\/(?:usr\/)?bin\/(?:ba|da|z|k)?sh|\/(?:tmp|var\/tmp|dev\/shm)\/|\S*\/(?:ba|da)?sh)/,
    ],
    none: [/(?:^| )[01][0-7]{3} /],
  }),
  rule('suid_set', 'privilege_escalation', 'MEDIUM', 'chmod', 'a program is given the rights of its owner', {
    all: [/(?:^| )(?:u?g?\+[rwx]*s|[246][0-7]{3}|0[246][0-7]{3}|u=[rwx]*s|g\+s)/],
  }),
  rule('secret_opened', 'privilege_escalation', 'HIGH', 'chmod setfacl', 'a file that holds passwords or rights is opened to others', {
    all: [
      /\/etc\/(?:shadow|gshadow|passwd|sudoers|sudoers\.d\S{0,64}|crontab|ld\.so\.preload)(?: |$)/,
      /(?:^| )(?:0?[0-7]?[0-7]{2}[2367]|0?[0-7]?[0-7][2367][0-7]|[ugoa]*[+=][rx]*w|-[a-zA-Z]*m)/,
    ],
    none: [/(?:^| )0?[0-7]?(?:64|60|44|40|00)[04] /],
  }),
  rule('secret_given', 'privilege_escalation', 'MEDIUM', 'chown chgrp', 'a file that holds passwords or rights is given to another user', {
    all: [/\/etc\/(?:shadow|gshadow|passwd|sudoers|crontab|ld\.so\.preload)(?: |$)/],
    none: [/(?:^| )(?:root|0)(?:[:.](?:root|shadow|0|wheel))? |(?:^| )(?:shadow|root) \//],
  }),
  rule('suid_install', 'privilege_escalation', 'HIGH', 'install', 'a program is installed with the rights of its owner', {
    all: [/(?:^| )(?:-[a-ln-zA-Z]{0,6}m ?|--mode[= ])(?:0?[46][0-7]{3}\b|[ugoarwx,=+]{0,12}s\b)/],
  }),
  rule('capability_root', 'privilege_escalation', 'HIGH', 'setcap', 'a program is given a capability as good as root', {
    all: [/cap_(?:setuid|setgid|sys_admin|sys_ptrace|sys_module|dac_override|dac_read_search|chown|fowner|setfcap|sys_rawio)|=eip|all[+=]/i],
  }),
  rule('hunt_suid', 'privilege_escalation', 'MEDIUM', 'find', 'programs with the rights of their owner are searched for', {
    all: [/-perm[ =]?[ -/+]*(?:-|\/)?(?:u=s|u\+s|g=s|0?[4267]000|o=w|0?002|-?[a-z]*u=s)/],
  }),
  rule('hunt_writable', 'privilege_escalation', 'LOW', 'find', 'writable places are searched for', {
    all: [/^\/ |^\/etc/, /-writable|-perm -?(?:o\+w|0?222|2)\b/],
  }),
  rule('hunt_capability', 'privilege_escalation', 'MEDIUM', 'getcap', 'programs with capabilities are searched for', { all: [/(?:^| )-r /] }),
  rule('sudo_list', 'host_discovery', 'LOW', 'sudo', 'the own sudo rights are listed', { all: [/^-(?:n )?l(?:l)?$|^-ln|^-nl/] }),
  rule('sudo_minus_one', 'privilege_escalation', 'CRITICAL', 'sudo', 'sudo is asked for a user that it once took for root', {
    all: [/-u ?#?(?:-1|4294967295|\$\(\(0xf)/],
  }),
  rule('sudoedit_overflow', 'privilege_escalation', 'CRITICAL', 'sudoedit', 'sudo is fed a broken argument', { all: [/-s/, /\\$|\\ |A{16}/] }),
  rule('sudo_chroot', 'privilege_escalation', 'CRITICAL', 'sudo', 'sudo is run in a folder of the caller', { all: [/(?:^| )(?:-R|--chroot)[ =]\S/] }),
  rule('pkexec_empty', 'privilege_escalation', 'HIGH', 'dbus-send gdbus', 'an administrator account is asked from the account service', {
    all: [/org\.freedesktop\.Accounts/, /CreateUser|SetPassword/],
  }),
  rule('exploit_namespace', 'privilege_escalation', 'HIGH', 'unshare', 'an own user name space is used to give capabilities', {
    all: [/-[a-zA-Z]*[rU]/, /setcap|overlay|cap_set/],
  }),
  rule('capsh_root', 'privilege_escalation', 'HIGH', 'capsh', 'a shell is opened with other rights', { all: [/--[ug]id=0|--uid=0/] }),
  rule('loader_shell', 'lolbin_abuse', 'HIGH', 'ld.so ld-linux-x86-64.so.2 ld-linux.so.2 ld-linux-aarch64.so.1', 'a program is started through the loader', {
    all: [/(?:^| )(?!--list|--verify|--version|--help)\/?\S/],
  }),

  // Programs that were not made to open shells and are known to be able to.
  rule(
    'escape_sudo',
    'privilege_escalation',
    'HIGH',
    'find awk vi view rview less more man tar zip git perl python ruby lua php node gdb nmap ftp sftp ed ex expect make mysql psql sqlite3 rsync ssh scp tcpdump taskset strace env flock nice time watch script logsave cpan pip gem npm apt apt-get dnf yum dpkg snap docker openvpn journalctl systemctl gcc split xargs sed rpm run-parts tclsh irb screen tmux emacs nano pico stdbuf setarch start-stop-daemon crash byebug ghci julia octave rlwrap valgrind busctl socat',
    'a program run as root is told to open a shell',
    { all: [SHELL_WORD], behind: ['sudo', 'doas', 'pkexec'], none: [/\.sh\b|(?:ba|z)?sh[_-]completion|ssh-copy|completion/] },
  ),
  rule('escape_awk', 'lolbin_abuse', 'MEDIUM', 'awk', 'awk opens a shell', { all: [/system\s?\(/, SHELL_WORD] }),
  rule('escape_find', 'lolbin_abuse', 'MEDIUM', 'find', 'find opens a shell', { all: [/-exec(?:dir)? /, SHELL_END] }),
  rule('escape_vi', 'lolbin_abuse', 'MEDIUM', 'vi view rview ex', 'an editor opens a shell', { all: [/:(?:set shell=|!|py|lua|shell|terminal)/, SHELL_WORD] }),
  rule('escape_tar', 'lolbin_abuse', 'HIGH', 'tar', 'tar runs a command', {
    all: [/--checkpoint-action[= ]exec|--to-command[= ]|-I ?["']?(?:\/bin\/)?(?:ba)?sh|--use-compress-prog(?:ram)?[= ]["']?(?:\/bin\/)?(?:ba)?sh/],
  }),
  rule('escape_zip', 'lolbin_abuse', 'HIGH', 'zip', 'zip runs a command', { all: [/(?:^| )-[a-z]*T|--test/, /(?:^| )-[a-z]*TT|--unzip-command/] }),
  rule('escape_nmap', 'lolbin_abuse', 'HIGH', 'nmap', 'nmap opens a shell', { all: [/--interactive|os\.execute/] }),
  rule('escape_ssh', 'lolbin_abuse', 'HIGH', 'ssh scp sftp rsync', 'a remote copy tool runs a local command', {
    all: [/ProxyCommand[= ]["']?;|PermitLocalCommand[= ]yes|(?:^| )-e ["']?(?:\/bin\/)?(?:ba)?sh\b/],
  }),
  rule('escape_tcpdump', 'lolbin_abuse', 'HIGH', 'tcpdump', 'tcpdump runs a command after each file', {
    all: [/(?:^| )-z \S/],
    none: [/-z (?:gzip|bzip2|xz|zstd)\b/],
  }),
  rule('escape_package', 'lolbin_abuse', 'HIGH', 'apt apt-get', 'a package tool runs a command', { all: [/(?:Pre|Post)-Invoke(?:::)?=/] }),
  rule('escape_emacs', 'lolbin_abuse', 'MEDIUM', 'emacs', 'an editor opens a shell', { all: [/--eval/, /\((?:term|shell|shell-command|ansi-term)/] }),
  rule('escape_gcc', 'lolbin_abuse', 'HIGH', 'gcc cc c89 c99 g++', 'a compiler opens a shell', { all: [/-wrapper (?:\/bin\/)?(?:ba)?sh/] }),
  rule('escape_split', 'lolbin_abuse', 'HIGH', 'split', 'split opens a shell', { all: [/--filter=/, SHELL_END] }),
  rule('escape_git', 'lolbin_abuse', 'HIGH', 'git', 'git runs a command', {
    all: [/(?:core\.(?:pager|sshCommand|fsmonitor|editor|hooksPath)=["']?!?(?:\/bin\/)?(?:ba|da)?sh\b)|alias\.\w{1,40}=["']?!|ext::(?:ba)?sh/],
  }),
  rule('escape_mysql', 'lolbin_abuse', 'HIGH', 'mysql psql sqlite3', 'a database client opens a shell', {
    all: [/\\! ?\S|\.shell |\b(?:FROM|TO) PROGRAM\b/i],
  }),
  rule('escape_make', 'lolbin_abuse', 'MEDIUM', 'make', 'make runs a command given on its command line', { all: [/--eval/, /\$\(shell|-x:|\bsh\b/] }),
  rule('escape_expect', 'lolbin_abuse', 'MEDIUM', 'expect', 'expect opens a shell', { all: [/spawn (?:\/bin\/)?(?:ba)?sh/] }),
  rule('escape_gdb', 'lolbin_abuse', 'MEDIUM', 'gdb', 'a debugger opens a shell', { all: [/-ex ['"]?(?:!|shell|python)/] }),
  rule('escape_openvpn', 'lolbin_abuse', 'HIGH', 'openvpn', 'a tunnel program runs a command', { all: [/--(?:up|tls-verify|route-up)/, SHELL_WORD] }),
  rule('escape_service', 'lolbin_abuse', 'HIGH', 'service', 'the service tool opens a shell', { all: [/\.\.\//, /sh$/] }),
  rule('escape_run_parts', 'lolbin_abuse', 'MEDIUM', 'run-parts', 'run-parts opens a shell', { all: [/--regex/, /\^?(?:ba|da)?sh\$?/] }),
  rule('escape_cpan', 'lolbin_abuse', 'MEDIUM', 'cpan', 'cpan runs commands', { all: [/-e |exec/] }),
  rule('escape_pip', 'lolbin_abuse', 'MEDIUM', 'pip', 'pip installs from a scratch folder', {
    all: [/install/, /(?:^| )\/(?:tmp|dev\/shm|var\/tmp)\//],
    none: [/\.whl\b|requirements/],
  }),
  rule('busybox_shell', 'lolbin_abuse', 'LOW', 'sh ash', 'a shell is opened through busybox', { behind: ['busybox', 'toybox'] }),
  rule('keep_rights_shell', 'privilege_escalation', 'HIGH', 'sh bash dash ksh zsh', 'a shell keeps the rights of another user', {
    all: [/^-[a-oq-z]*p[a-z]*(?: |$)/],
    none: [/(?:^| )-[a-z]*c(?: |$)/],
  }),

  rule('escape_nsenter', 'container_escape', 'HIGH', 'nsenter', 'the name spaces of the host are entered', { all: [/(?:^| )(?:-t ?|--target[ =])1(?: |$)/] }),
  rule('escape_host_mount', 'container_escape', 'HIGH', 'docker podman nerdctl', 'a container gets the file system of the host', {
    all: [
      /\b(?:run|create)\b/,
      /(?:-v|--volume)[ =]\/(?:etc|root|boot|proc|sys|dev|var\/run\/docker\.sock|run\/docker\.sock|run\/containerd)?\/?:\S|source=\/(?:,|etc|root)|type=bind,src=\/,/,
    ],
  }),
  rule('escape_privileged', 'container_escape', 'MEDIUM', 'docker podman nerdctl', 'a container is started without its cage', {
    all: [
      /\b(?:run|create|exec)\b/,
      /--privileged|--pid[ =]host|--cap-add[ =](?:ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE)|--security-opt[ =][a-z]{1,20}[=:]unconfined|--userns[ =]host|--device[ =]\/dev\/(?:sd|vd|nvme|mem)/i,
    ],
  }),
  rule('escape_pod', 'container_escape', 'HIGH', 'kubectl oc', 'a pod is started with the rights of its node', {
    all: [/"?hostPID"?\s?:\s?true|"?privileged"?\s?:\s?true|"?hostPath"?\s?:/],
  }),
  rule('escape_pod_exec', 'container_escape', 'LOW', 'kubectl oc crictl', 'a command is run in a pod', { all: [/\bexec\b/, SHELL_WORD] }),
  rule('escape_socket', 'container_escape', 'HIGH', 'curl', 'the container runtime is driven through its socket', {
    all: [/--unix-socket \/(?:var\/)?run\/(?:docker|containerd\/containerd|podman\/podman|crio\/crio)\.sock/, /create|exec|start|-X ?POST/i],
  }),
  rule('escape_mount', 'container_escape', 'MEDIUM', 'mount', 'the cgroup controller is mounted to run code on the host', {
    all: [/-t cgroup\b/, /-o (?:rdma|memory|cpu)/],
  }),
  rule('escape_chroot', 'container_escape', 'HIGH', 'chroot', 'the file system of the host is entered', {
    all: [/^\/(?:host|mnt|hostfs|rootfs|proc\/1\/root|mnt\/host)\/?(?: |$)/],
    none: [/^\/mnt\/?(?: (?!.*\bsh\b)|$)/],
  }),
  rule('escape_debugfs', 'container_escape', 'HIGH', 'debugfs', 'a disk is changed past the file system', { all: [/^-w \/dev\/(?:sd|vd|xvd|nvme)/] }),
];
