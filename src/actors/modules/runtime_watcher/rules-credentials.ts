import { type CommandRule, rule } from './rule.ts';

const SECRET_WORD = /^[^/]{0,160}\b(?:passw(?:or)?d|passwd|pwd|secrets?|api[_-]?keys?|access[_-]?keys?|private[_ -]?key|credentials?|token)\b/i;
const WIDE_PLACE = /(?:^| )(?:\/|~|\/(?:etc|home|var|opt|root|srv|usr|mnt)(?:\/\S*)?|\$HOME|\/\*|\$\{?\w+\}?)\/?(?: |$)/;

/** Rules about getting at passwords, keys and tokens. */
export const CREDENTIAL_RULES: readonly CommandRule[] = [
  rule('unshadow', 'credential_access', 'HIGH', 'unshadow pwunconv grpunconv', 'password hashes are prepared for cracking'),
  rule('getent_shadow', 'credential_access', 'HIGH', 'getent', 'password hashes are listed', { all: [/^shadow/] }),
  rule('dump_process', 'credential_access', 'MEDIUM', 'gcore procdump', 'the memory of a process is dumped'),
  rule('dump_process_gdb', 'credential_access', 'HIGH', 'gdb', 'the memory of a process is dumped', {
    all: [/(?:generate-core-file|dump (?:binary )?memory|gcore)/],
  }),
  rule('call_in_process', 'memory_injection', 'HIGH', 'gdb', 'a debugger runs code inside another process', {
    all: [/(?:^| )(?:-p|--pid|-ex ['"]?attach)/, /\bcall\b|compile code|set (?:var|\{)|print \(/],
  }),
  rule('trace_login', 'credential_access', 'HIGH', 'strace ltrace', 'a login program is traced', {
    all: [/-p/, /pgrep|pidof|sshd|sudo|\bsu\b|login|passwd|pgrep|pidof/],
  }),
  rule('core_memory', 'credential_access', 'HIGH', 'dd', 'the memory of a process or the kernel is read', {
    all: [/if=\/(?:dev\/k?mem|proc\/(?:kcore|[^/\s]{1,64}\/mem))/],
  }),
  rule('search_passwords', 'credential_access', 'MEDIUM', 'grep rg ag ack', 'files are searched for passwords', {
    all: [SECRET_WORD, WIDE_PLACE],
    none: [/^(?:-[a-z]+ )*\S+ \/etc\/(?:passwd|group|nsswitch\.conf|login\.defs|ssh\/sshd_config)$/],
  }),
  rule('search_passwords_pattern', 'credential_access', 'MEDIUM', 'grep rg', 'files are searched for passwords and keys', {
    all: [/(?:^| )-[a-zA-Z]*[rR]|--recursive|--include/, SECRET_WORD],
    none: [/^(?:\S+ )*(?:\.|path\/\S*|src\S*)$/],
  }),
  rule('search_keys', 'credential_access', 'MEDIUM', 'find fd locate plocate mlocate', 'files are searched for keys and credentials', {
    all: [
      /id_rsa|id_dsa|id_ecdsa|id_ed25519|\*\.(?:pem|key|ppk|kdbx?|ovpn|pfx|p12|jks|keystore|rdp|gpg|asc)\b|\.aws\b|credentials|\.pgpass|\.netrc|\.htpasswd|shadow|wp-config|authorized_keys|password|passwd|\.azure|\.kube|keytab|krb5cc|_history|accessTokens|gcloud/i,
    ],
    none: [/^\.(?:\/| )/, /-m(?:time|min) [+]/],
  }),
  rule('collect_keys', 'credential_access', 'HIGH', 'find', 'keys and credentials are searched for and copied', {
    all: [
      /id_rsa|id_dsa|id_ecdsa|id_ed25519|\*\.(?:pem|key|ppk|kdbx?|ovpn|pfx|p12|jks|keystore)\b|\.aws\b|credentials|\.pgpass|\.netrc|shadow|keytab|krb5cc|accessTokens/i,
      /-exec(?:dir)? (?:cp|cat|tar|mv|rsync|scp|curl|base64|zip|install)\b/,
    ],
  }),
  rule('search_browser', 'credential_access', 'MEDIUM', 'find fd locate', 'browser profiles are searched for', {
    all: [/places\.sqlite|logins\.json|Bookmarks|Login Data|cookies\.sqlite|key4\.db|\.mozilla|chromium\/|google-chrome/i],
  }),
  rule('metadata_credentials', 'credential_access', 'HIGH', 'curl wget http', 'cloud credentials are asked from the metadata service', {
    all: [
      /169\.254\.169\.254|metadata\.google\.internal|100\.100\.100\.200|169\.254\.170\.2|fd00:ec2::254/,
      /security-credentials|service-accounts|\/token|identity\/oauth2|user-data|iam\//,
    ],
  }),
  rule('metadata_read', 'credential_access', 'LOW', 'curl wget http', 'the cloud metadata service is asked', {
    all: [/169\.254\.169\.254|metadata\.google\.internal|100\.100\.100\.200/],
  }),
  rule('cluster_secrets', 'credential_access', 'MEDIUM', 'kubectl oc', 'secrets of the cluster are read', {
    all: [/\b(?:get|describe)\b/, /(?:^| )secrets?(?:$|[ /])/],
  }),
  rule('cloud_secrets', 'credential_access', 'MEDIUM', 'aws', 'secrets of the cloud account are read', {
    all: [/secretsmanager (?:get-secret-value|batch-get)|ec2 get-password-data|iam create-access-key|sts get-(?:session|federation)-token/],
  }),
  rule('cloud_parameters', 'credential_access', 'MEDIUM', 'aws', 'secrets of the cloud account are read', { all: [/ssm get-parameter/, /--with-decryption/] }),
  rule('sniff_credentials', 'credential_access', 'MEDIUM', 'tcpdump tshark dumpcap ngrep', 'clear-text logins are listened for', {
    all: [/port (?:21|23|25|110|143|389)\b|port (?:ftp|telnet|pop3|imap|smtp|http)\b|passw|\buser\b/i],
  }),
  rule('sniff_to_scratch', 'credential_access', 'MEDIUM', 'tcpdump tshark dumpcap', 'traffic is recorded in a scratch folder', {
    all: [/-w \/(?:tmp|var\/tmp|dev\/shm)\//],
  }),
  rule('keylog_xinput', 'credential_access', 'HIGH', 'xinput xspy logkeys lkl showkey', 'key strokes are recorded', {
    all: [/test|--(?:start|keyboard|output)|-o /],
    none: [/scancodes|keycodes|--ascii|^-[aksm]$/],
  }),
  rule('keylog_tty', 'credential_access', 'MEDIUM', 'script', 'a terminal is recorded in secret', {
    all: [/(?:^| )-[a-pr-z]{0,4}q/, /(?:^| )-[a-eg-z]{0,4}f/, /\/(?:tmp|dev\/shm|var\/tmp)\//],
  }),
  rule('tty_audit', 'credential_access', 'MEDIUM', 'ausearch aureport', 'recorded key strokes are read', { all: [/--tty|-m TTY|-i TTY/i] }),
  rule('clipboard_watch', 'credential_access', 'LOW', 'xclip xsel wl-paste', 'the clipboard is read', { all: [/-o\b|--output/] }),
  rule('dump_keychain', 'credential_access', 'HIGH', 'security', 'a password store is dumped', {
    all: [/dump-keychain|find-(?:generic|internet)-password|export -k/],
  }),
  rule('sss_dump', 'credential_access', 'HIGH', 'tdbdump ldbsearch', 'cached domain credentials are read', { all: [/secrets\.(?:tdb|ldb)|sss\/|cache_/] }),
  rule('crack_sudo', 'credential_access', 'MEDIUM', 'sudo su', 'a password is given to sudo by a program', { all: [/(?:^| )-[a-zA-Z]*S(?: |$)/] }),
  rule('keyctl', 'credential_access', 'LOW', 'keyctl', 'keys of the kernel key ring are read', { all: [/^(?:read|print|pipe)/] }),
  rule('ldap_write', 'account_manipulation', 'MEDIUM', 'ldapadd ldapmodify ldappasswd', 'the directory is changed with a password on the command line', {
    all: [/(?:^| )-w \S/],
  }),
  rule('ldap_dump', 'host_discovery', 'LOW', 'ldapsearch', 'the directory is listed', { all: [/(?:^| )-w \S/] }),
  rule('uid0_account', 'account_manipulation', 'CRITICAL', 'useradd usermod', 'an account with the rights of root is made', {
    all: [/(?:^| )(?:-[a-np-zA-Z]*o|--non-unique )/, /(?:^| )(?:-[a-zA-Z]*u ?|--uid[ =])0\b/],
  }),
  rule('root_group', 'account_manipulation', 'MEDIUM', 'useradd usermod gpasswd', 'an account gets the rights of an administrator', {
    all: [
      /(?:^| )(?:-[a-fh-zA-FH-Z]{0,6}[gG]|-a |--(?:groups?|gid|add)[ =])/,
      /[\s,=](?:sudo|wheel|root|admin|docker|lxd|disk|shadow|adm)(?:$|[\s,])|(?:-g|--gid)[ =]?0(?: |$)/,
    ],
  }),
  rule('account_created', 'account_manipulation', 'LOW', 'useradd newusers', 'an account is made', { none: [/^-D|--help|nologin|\/false(?: |$)/] }),
  rule('account_created_bsd', 'account_manipulation', 'LOW', 'pw', 'an account is changed', { all: [/^(?:user|group)(?:add|mod|del)/] }),
  rule('account_removed', 'account_manipulation', 'LOW', 'userdel', 'an account is removed', { all: [/\S/] }),
  rule('password_from_pipe', 'account_manipulation', 'MEDIUM', 'chpasswd', 'passwords are set by a program'),
  rule('password_removed', 'account_manipulation', 'MEDIUM', 'passwd', 'the password of an account is removed or set by a program', {
    all: [/(?:^| )(?:-[a-z]*d|--delete|--stdin)(?: |$)/],
  }),
  rule('password_changed', 'account_manipulation', 'LOW', 'passwd', 'the password of another account is changed', {
    all: [/^[a-zA-Z][\w.-]*(?: |$)/],
  }),
  rule('account_locked', 'account_manipulation', 'LOW', 'usermod passwd chage', 'an account is locked', {
    all: [/(?:^| )(?:-L|-l|--lock|-E ?0)(?: |$)/],
    none: [/^-l \S+ \S/, /^--list/],
  }),
];
