import type { Severity } from '../../../domain/severity.ts';

/** A place in the file system that means something. `path` is tested on the path as written, `~` standing for a home. */
export type PathRule = {
  readonly id: string;
  readonly path: RegExp;
  readonly severity: Severity;
  /** Alert type. */
  readonly type: string;
  /** What touching it means, to complete "…: ". */
  readonly says: string;
};

const secret = (id: string, severity: Severity, path: RegExp, says: string): PathRule => ({ id, path, severity, type: 'credential_access', says });

/** Files whose contents are credentials. The first match wins. */
export const SECRET_PATHS: readonly PathRule[] = [
  secret(
    'read_shadow',
    'HIGH',
    /^\/(?:mnt\/|host\/|proc\/1\/root\/)?etc\/(?:g?shadow|security\/opasswd|master\.passwd|tcb\/)/,
    'password hashes of this host are read',
  ),
  secret(
    'read_process_memory',
    'HIGH',
    /^\/proc\/(?:\d+|\$[^/]*|\*|self)\/(?:mem|maps)$|^\/proc\/kcore$|^\/dev\/k?mem$/,
    'the memory of a process or the kernel is read',
  ),
  secret('read_process_environment', 'MEDIUM', /^\/proc\/(?:\d+|\$[^/]*|\*)\/environ$/, 'the environment of other processes is read'),
  secret(
    'read_private_key',
    'HIGH',
    /\/\.ssh\/(?:id_[a-z0-9]+|identity|[\w.-]+\.pem)$|^\/etc\/ssh\/ssh_host_[a-z0-9]+_key$|\/\.ssh\/?$|\/\.ssh\/\*/,
    'SSH private keys are read',
  ),
  secret(
    'read_tls_key',
    'MEDIUM',
    /^\/etc\/(?:ssl\/private|pki\/tls\/private|letsencrypt\/(?:live|archive))\/[^ ]*(?:key|pem|\*)/,
    'a TLS private key is read',
  ),
  secret(
    'read_cloud_credentials',
    'HIGH',
    /\/\.aws\/credentials|\/\.config\/gcloud\/(?:credentials\.db|access_tokens\.db|application_default_credentials\.json|legacy_credentials)|\/\.azure\/(?:accessTokens\.json|msal_token_cache|azureProfile\.json|service_principal_entries)|\/\.oci\/config$|\/\.boto$/,
    'cloud credentials are read',
  ),
  secret(
    'read_service_token',
    'HIGH',
    /\/(?:var\/)?run\/secrets\/kubernetes\.io\/serviceaccount\/token|\/etc\/kubernetes\/(?:admin\.conf|pki\/)|\/\.kube\/config$|\/etc\/rancher\/k3s\/k3s\.yaml/,
    'cluster credentials are read',
  ),
  secret(
    'read_stored_logins',
    'HIGH',
    /\/\.(?:netrc|pgpass|my\.cnf|git-credentials|npmrc|pypirc|vault-token|s3cfg|smbcredentials|rediscli_auth)$|\/\.docker\/config\.json$|\/\.config\/(?:gh\/hosts\.yml|rclone\/rclone\.conf|filezilla\/)/,
    'stored logins are read',
  ),
  secret(
    'read_browser_store',
    'HIGH',
    /\/(?:logins\.json|key[34]\.db|signons\.sqlite|Login Data|cookies\.sqlite|Web Data)$/i,
    'a browser password store is read',
  ),
  secret(
    'read_browser_profile',
    'MEDIUM',
    /\/places\.sqlite$|\/(?:chromium|google-chrome|brave|vivaldi|opera)\/[^/ ]{1,64}\/(?:Bookmarks|History|Cookies)$/,
    'a browser profile is read',
  ),
  secret(
    'read_keyring',
    'HIGH',
    /\/\.local\/share\/(?:keyrings|kwalletd)\/|\.kdbx?$|\/\.gnupg\/(?:private-keys|secring)|\/\.password-store\//,
    'a password store is read',
  ),
  secret(
    'read_kerberos',
    'HIGH',
    /^\/etc\/krb5\.keytab|^\/tmp\/krb5cc_|\/var\/lib\/sss\/(?:db|secrets)\/|\.keytab$|\.ccache$/,
    'Kerberos credentials are read',
  ),
  secret(
    'read_history',
    'MEDIUM',
    /\/\.(?:bash|zsh|sh|ash|mysql|psql|python|node_repl|rediscli)_history$|\/\.histfile$|\/fish_history$|\/\.viminfo$/,
    'the command history of a user is read',
  ),
  secret(
    'read_network_secret',
    'MEDIUM',
    /^\/etc\/(?:NetworkManager\/system-connections\/|wpa_supplicant\/[^ ]*\.conf|ppp\/(?:chap|pap)-secrets|ipsec\.secrets|openvpn\/[^ ]*\.key|wireguard\/)/,
    'network secrets are read',
  ),
  secret('read_sudoers', 'MEDIUM', /^\/(?:usr\/local\/)?etc\/sudoers(?:\.d\/|$)/, 'the sudo rules are read'),
  secret(
    'read_app_secret',
    'LOW',
    /\/wp-config\.php$|\/(?:database|secrets|credentials)\.ya?ml$|\/config\/master\.key$|\/\.env(?:\.\w+)?$/,
    'application secrets are read',
  ),
];

const write = (id: string, type: string, severity: Severity, path: RegExp, says: string): PathRule => ({ id, path, severity, type, says });

/** Places that decide who may do what, what starts by itself, or what is recorded. The first match wins. */
export const GUARDED_PATHS: readonly PathRule[] = [
  write('write_ld_preload', 'library_path_hijack', 'CRITICAL', /^\/etc\/ld\.so\.preload$/, 'a library is forced into every program'),
  write('write_ld_config', 'library_path_hijack', 'HIGH', /^\/etc\/ld\.so\.conf(?:\.d\/|$)/, 'the library search path of every program is changed'),
  write(
    'write_accounts',
    'sensitive_file_change',
    'HIGH',
    /^\/etc\/(?:passwd|shadow|gshadow|group|security\/opasswd)-?$/,
    'the account database is written past its own tools',
  ),
  write('write_sudoers', 'privilege_escalation', 'HIGH', /^\/(?:usr\/local\/)?etc\/(?:sudoers(?:\.d\/.*)?|doas\.conf)$/, 'sudo rules are written past visudo'),
  write(
    'write_pam',
    'sensitive_file_change',
    'HIGH',
    /^\/etc\/pam\.d\/|^\/etc\/pam\.conf|\/security\/pam_[\w.-]*\.so|^\/etc\/security\/(?:pam_env\.conf|access\.conf)/,
    'the login rules (PAM) are changed',
  ),
  write('write_polkit', 'sensitive_file_change', 'HIGH', /^\/(?:etc|usr\/share)\/polkit-1\/(?:rules\.d|actions)\//, 'authorisation rules are changed'),
  write(
    'write_kernel_hook',
    'container_escape',
    'HIGH',
    /^\/proc\/sys\/kernel\/(?:core_pattern|modprobe|hotplug)$|\/release_agent$|^\/sys\/kernel\/uevent_helper$|\/proc\/sys\/fs\/binfmt_misc\/register$/,
    'the kernel is told to run a program',
  ),
  write(
    'write_kernel_guard',
    'defense_evasion',
    'HIGH',
    /^\/proc\/sys\/(?:kernel\/(?:randomize_va_space|yama\/ptrace_scope|kptr_restrict|dmesg_restrict|unprivileged_bpf_disabled|modules_disabled)|net\/ipv4\/ip_forward)$|^\/sys\/fs\/selinux\/enforce$/,
    'a kernel protection is switched',
  ),
  write('write_sysrq', 'data_destruction', 'HIGH', /^\/proc\/sysrq-trigger$/, 'the kernel is told to reboot or crash'),
  write(
    'write_disk',
    'data_destruction',
    'HIGH',
    /^\/dev\/(?:(?:sd|vd|xvd|hd)[a-z]\d{0,3}|nvme\d{1,3}n\d{1,3}(?:p\d{1,3})?|mmcblk\d{1,3}(?:p\d{1,3})?|dm-\d{1,4}|mapper\/\S+)$/,
    'a disk is overwritten',
  ),
  write('write_authorized_keys', 'malicious_persistence', 'MEDIUM', /\/authorized_keys2?$/, 'a key that may log in is added'),
  write(
    'write_cron',
    'persistence_created',
    'MEDIUM',
    /^\/etc\/(?:cron(?:tab$|\.(?:d|hourly|daily|weekly|monthly)\/)|anacrontab)|^\/var\/spool\/(?:cron|at)\//,
    'a scheduled job is written',
  ),
  write(
    'write_unit',
    'persistence_created',
    'MEDIUM',
    /\/systemd\/(?:system|user)\/(?:[^/ ]{1,128}\/)?[^/ ]{1,128}\.(?:service|timer|socket|path|mount|conf)$|\/systemd\/(?:system|user)-(?:generators|shutdown|sleep)\//,
    'a service unit is written',
  ),
  write(
    'write_volatile_unit',
    'malicious_persistence',
    'HIGH',
    /^\/(?:tmp|var\/tmp|dev\/shm)\/[^ ]*\.(?:service|timer|socket)$/,
    'a service unit is written to a scratch folder',
  ),
  write('write_boot_script', 'persistence_created', 'MEDIUM', /^\/etc\/(?:rc\.local|rc\.d\/|init\.d\/|inittab|local\.d\/|init\/)/, 'a boot script is written'),
  write(
    'write_shell_start',
    'persistence_created',
    'MEDIUM',
    /^\/etc\/(?:profile$|profile\.d\/|bash\.bashrc|bashrc|zshrc|zsh\/|environment$|csh\.)|\/\.(?:bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zprofile|zshenv|zlogin|zlogout|kshrc|shrc|cshrc|tcshrc|login|logout|xprofile|xinitrc|xsession(?:rc)?)$|\/\.config\/fish\//,
    'what every shell runs at its start is changed',
  ),
  write(
    'write_session_start',
    'persistence_created',
    'MEDIUM',
    /\/autostart\/[^/ ]{1,128}\.desktop$|^\/etc\/update-motd\.d\/|^\/etc\/xdg\/autostart\/|\/\.config\/autostart-scripts\//,
    'what starts with a session is changed',
  ),
  write(
    'write_device_rule',
    'persistence_created',
    'MEDIUM',
    /^\/(?:etc|usr\/lib|lib|run)\/udev\/rules\.d\/|^\/etc\/(?:NetworkManager\/dispatcher\.d|network\/if-(?:up|down|pre-up|post-down)\.d|ppp\/ip-up\.d|dhcp\/dhclient-(?:enter|exit)-hooks\.d|apt\/apt\.conf\.d|yum\/pluginconf\.d|dnf\/plugins|logrotate\.d)\//,
    'a hook of the system is written',
  ),
  write(
    'write_module_list',
    'kernel_module_load',
    'MEDIUM',
    /^\/etc\/modules(?:-load\.d\/|$)|^\/etc\/modprobe\.d\/|^\/(?:usr\/)?lib\/modules\/[^ ]*\.ko/,
    'which kernel modules are loaded is changed',
  ),
  write('write_git_hook', 'persistence_created', 'MEDIUM', /\/\.git\/hooks\/(?!.*\.sample)/, 'a hook of a repository is written'),
  write(
    'write_python_start',
    'persistence_created',
    'MEDIUM',
    /(?:site|dist)-packages\/[^/ ]{1,128}\.pth$|\/(?:site|user)customize\.py$/,
    'what every Python start runs is changed',
  ),
  write('write_sshd_config', 'sensitive_file_change', 'MEDIUM', /^\/etc\/ssh\/sshd_config(?:\.d\/|$)/, 'the remote login rules are changed'),
  write('write_audit_rules', 'defense_evasion', 'HIGH', /^\/etc\/(?:audit\/|libaudit\.conf|audisp\/)/, 'the audit rules are changed'),
  write(
    'write_log_rules',
    'defense_evasion',
    'MEDIUM',
    /^\/etc\/(?:rsyslog\.(?:conf|d\/)|syslog-ng\/|syslog\.conf|systemd\/journald\.conf|selinux\/config|apparmor\.d\/|fail2ban\/|default\/ufw|ufw\/|nftables\.conf|sysconfig\/(?:iptables|selinux))/,
    'logging or protection settings are changed',
  ),
  write(
    'write_trust',
    'defense_evasion',
    'MEDIUM',
    /^\/(?:etc\/(?:pki\/ca-trust\/source\/anchors|ssl\/certs|ca-certificates)|usr\/(?:local\/)?share\/ca-certificates)\//,
    'an authority that this host trusts is added',
  ),
  write(
    'write_names',
    'sensitive_file_change',
    'LOW',
    /^\/etc\/(?:hosts|resolv\.conf|nsswitch\.conf|hosts\.(?:allow|deny))$/,
    'how names are found is changed',
  ),
  write('write_boot', 'boot_config_change', 'HIGH', /^\/boot\/(?:grub2?\/|efi\/|vmlinuz|initr)|^\/etc\/(?:default\/grub|grub\.d\/)/, 'what boots is changed'),
  write(
    'write_system_program',
    'sensitive_file_change',
    'HIGH',
    /^\/(?:usr\/)?s?bin\/(?:sudo|su|sh|bash|login|sshd|ps|ls|netstat|ss|top|passwd|init|systemd|cron|crond|lsof|find)$/,
    'a program of the system is replaced',
  ),
];

/** Records of what happened here: emptying or deleting them hides something. */
export const LOG_PATHS: readonly PathRule[] = [
  {
    id: 'wipe_login_log',
    path: /^\/(?:var\/(?:log|run|adm)|run)\/(?:\{?[wbu]|last|fail|auth|secure|sudo|audit|lastlog|tallylog|btmp)[\w.{},]*(?:tmp|log|\/|$)/,
    severity: 'HIGH',
    type: 'log_tampering',
    says: 'the record of logins is wiped',
  },
  {
    id: 'wipe_system_log',
    path: /^\/(?:private\/)?var\/log(?:\/?\*?$|\/(?:syslog|messages|kern|daemon|cron|maillog|system\.log|mail\.log|journal|user\.log|dmesg|dpkg|yum|apt|boot|\*))/,
    severity: 'HIGH',
    type: 'log_tampering',
    says: 'system logs are wiped',
  },
  {
    id: 'wipe_web_log',
    path: /^\/var\/log\/(?:nginx|apache2|httpd|mysql|postgresql|squid)\/?[\w.*-]*$/,
    severity: 'MEDIUM',
    type: 'log_tampering',
    says: 'server logs are wiped',
  },
  {
    id: 'wipe_history',
    path: /(?:^|\/)\.(?:bash|zsh|sh|ash|mysql|psql|python)_history$|\/fish_history$|^\$HISTFILE$/,
    severity: 'HIGH',
    type: 'log_tampering',
    says: 'the command history is wiped',
  },
  { id: 'wipe_mail', path: /^\/var\/(?:spool\/)?mail\/[^ ]+/, severity: 'MEDIUM', type: 'log_tampering', says: 'a mailbox of the system is wiped' },
];

/** Anyone may write here: what is run from such a place did not come with the system. */
export const WRITABLE_PLACE: RegExp = /^\/(?:tmp|var\/tmp|dev\/shm|dev\/mqueue|run\/(?:lock|shm|user\/\d+)|var\/(?:lock|crash)|run\/screen)(?:\/|$)/;

/** Memory-only places: nothing installed lives there. */
export const MEMORY_PLACE: RegExp = /^\/(?:dev\/shm|dev\/mqueue|run\/shm|run\/lock|var\/lock)\//;

/** Scratch folders of builders, installers and unpackers. */
export const BUILDER_PLACE: RegExp =
  /^\/(?:var\/)?tmp\/(?:go-(?:build|link)|pip-|npm-|cargo-|rustc|rust_mozprofile|cc[A-Za-z0-9]{6}|conftest|selfgz|\.mount_|appimage|_MEI|ansible[-_.]|rpm-tmp\.|mkinitramfs|dracut\.|nix-(?:build|shell)|bazel|gradle|jenkins|hudson|vagrant-shell|terraform_|packer|systemd-private-|snap[.-]|playwright|puppeteer|yarn--|bunx-|uv-|tmp[a-z0-9_]{8}\/|pytest-|makepkg|portage|build|vscode-|code-|zig-|deb-|dpkg|apt-dpkg|hsperfdata|user_data|runner_|act-|kaniko|buildah|buildkit|snapd|fwupd)/;
