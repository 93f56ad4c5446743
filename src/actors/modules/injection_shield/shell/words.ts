/**
 * How sure a command name is: `sure` is no word of prose (`whoami`, `wget`), `probe` is short but is what attackers run first
 * (`id`, `ls`), `common` is a word that needs arguments like a command's (`find`, `more`, `sort`).
 */
export type CommandClass = 'sure' | 'probe' | 'common';

/** Class of a lower-case command name without its directory; undefined when it is none we know. */
export const commandClass = (name: string): CommandClass | undefined => COMMANDS.get(name);

const list = (kind: CommandClass, names: string): readonly (readonly [string, CommandClass])[] => names.split(' ').map((name) => [name, kind]);

const COMMANDS = new Map<string, CommandClass>([
  ...list(
    'common',
    'as base batch bg cal clear comm compare crash cut date dd diff dig dir dc echo ed eval exec exit export expr factor file find finger fold for free from function gem getent go head help host history if install join kill last less link lock look mail make man mesg mkdir more mount move net node nice open paste path perl php pip ping print printf pr python q r red reg reset route ruby run sc screen script sed set shift sleep sort source split start stat strings su sync tail tee test time timeout top touch gcc cc tar gzip tr trap tree true false type unset users view wait watch w who write yes copy del erase format ren rd md title color call cls ver vol subst attrib choice',
  ),
  ...list('probe', 'id ls pwd env ps cat nc sh rm cp mv df du ss ip'),
  ...list(
    'sure',
    'whoami uname ifconfig ipconfig netstat wget curl lynx aria2c nslookup traceroute tracert bash zsh ksh csh tcsh dash ash busybox netcat ncat socat telnet tftp ftp sftp scp rsync ssh sshpass chmod chown chgrp chattr passwd useradd userdel usermod groupadd crontab iptables nft systemctl journalctl service killall pkill pgrep nohup sudo doas chroot ' +
      'printenv hostname hostnamectl lsof lscpu lsblk lsb_release dmesg sysctl uptime vmstat arp tcpdump nmap awk gawk mawk egrep fgrep grep rev tac nl xxd hexdump od base32 base64 xargs mkfifo mknod dpkg apt apt-get yum dnf rpm pip3 npm gunzip bzip2 unzip zcat zip 7z openssl gpg md5sum sha1sum sha256sum mysql mysqldump psql sqlite3 mongo redis-cli python2 python3 perl5 ' +
      'vim vi nano emacs rlwrap setsid stdbuf unshare nsenter docker kubectl powershell pwsh cmd wscript cscript mshta regsvr32 rundll32 certutil bitsadmin wmic schtasks tasklist taskkill systeminfo icacls takeown findstr whoami.exe net1 nltest qwinsta vssadmin msiexec installutil msbuild cmd.exe powershell.exe ping.exe net.exe tasklist.exe ipconfig.exe curl.exe certutil.exe gethostbyname phpinfo lwp-download lwp-request getfacl readlink realpath basename dirname mktemp lastlog lastb ifup ifdown printf.exe rmdir chsh umask ulimit alias timedatectl loginctl busctl dmidecode',
  ),
]);

/** Directories of programs, as a prefix of a command. */
export const PROGRAM_DIRECTORY =
  /(?:\/?(?:usr\/(?:local\/)?)?s?bin\/|(?:[a-z]:)?(?:\/|\\)windows(?:\/|\\)(?:system32|syswow64)(?:\/|\\)|\/[a-z?*]{2,8}\/(?=[a-z?*]{0,8}[?*])|\.\/)/y;
