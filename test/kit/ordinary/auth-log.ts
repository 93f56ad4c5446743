import { createDice, type Timed } from './traffic.ts';

const STAFF = ['ana', 'bert', 'carla', 'deniz', 'emil', 'fatma', 'georg', 'hana'] as const;
const COMMANDS = [
  '/usr/bin/systemctl restart nginx',
  '/usr/bin/apt-get update',
  '/usr/bin/journalctl -u app -n 200',
  '/usr/bin/tail -f /var/log/nginx/access.log',
  '/usr/bin/docker ps',
  '/usr/bin/vim /etc/nginx/nginx.conf',
  '/usr/sbin/ufw status',
] as const;

/** auth.log of a server with a small staff, automation and cron over `days` days from `start` on; people mistype now and then. */
export const ordinaryAuthLog = (seed: number, start: number, days: number): readonly Timed[] => {
  const dice = createDice(seed);
  const log: Timed[] = [];
  let pid = 1000;
  const say = (at: number, words: string): void => {
    log.push({ at, line: `${new Date(at).toISOString().replace('Z', '000+00:00')} web1 ${words}` });
  };
  const login = (at: number, user: string, ip: string, how: 'publickey' | 'password', staysMs: number): number => {
    pid += 1;
    const tag = `sshd[${pid}]:`;
    const port = 32_768 + dice.below(28_000);
    const key = how === 'publickey' ? `: ED25519 SHA256:${dice.hex(43)}` : '';
    say(at, `${tag} Accepted ${how} for ${user} from ${ip} port ${port} ssh2${key}`);
    say(at + 20, `${tag} pam_unix(sshd:session): session opened for user ${user}(uid=${1000 + user.length}) by ${user}(uid=0)`);
    say(at + 40, `systemd-logind[512]: New session ${pid} of user ${user}.`);
    say(at + staysMs, `${tag} Received disconnect from ${ip} port ${port}:11: disconnected by user`);
    say(at + staysMs + 5, `${tag} Disconnected from user ${user} ${ip} port ${port}`);
    say(at + staysMs + 10, `${tag} pam_unix(sshd:session): session closed for user ${user}`);
    return pid;
  };
  const minutes = days * 1440;
  for (let minute = 0; minute < minutes; minute++) {
    const at = start + minute * 60_000;
    pid += 1;
    say(at + 1000, `CRON[${pid}]: pam_unix(cron:session): session opened for user root(uid=0) by root(uid=0)`);
    say(at + 1900, `CRON[${pid}]: pam_unix(cron:session): session closed for user root`);
    login(at + 5000, 'deploy', '10.0.5.8', 'publickey', 900);
    if (minute % 5 === 0) login(at + 20_000, 'backup', '10.0.5.9', 'publickey', 45_000);
    if (minute % 15 === 0) say(at + 30_000, 'sshd[77]: Connection closed by 10.0.5.10 port 40000 [preauth]');
    if (minute % 30 === 0) say(at + 31_000, `sudo:   deploy : PWD=/home/deploy ; USER=root ; COMMAND=/usr/bin/systemctl reload app`);
  }
  for (let day = 0; day < days; day++)
    for (const [place, user] of STAFF.entries()) {
      // The office, the train, home: an address changes.
      const ip = dice.chance(0.7) ? '198.51.100.20' : `203.0.113.${10 + place + dice.below(3) * 10}`;
      for (let visit = 1 + dice.below(4); visit > 0; visit--) {
        const at = start + day * 86_400_000 + 7 * 3_600_000 + dice.below(11 * 3_600_000);
        const how = place % 3 === 0 ? 'password' : 'publickey';
        if (how === 'password' && dice.chance(0.3)) {
          for (let slip = 1 + dice.below(2); slip > 0; slip--) {
            say(
              at - slip * 4000 - 300,
              `sshd[${pid + 1}]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${ip}  user=${user}`,
            );
            say(at - slip * 4000, `sshd[${pid + 1}]: Failed password for ${user} from ${ip} port 50${place}1 ssh2`);
          }
        }
        const inside = login(at, user, ip, how, 600_000 + dice.below(3_600_000));
        for (let command = dice.below(5); command > 0; command--) {
          say(at + command * 50_000, `sudo:   ${user} : TTY=pts/${inside % 4} ; PWD=/home/${user} ; USER=root ; COMMAND=${dice.pick(COMMANDS)}`);
          say(at + command * 50_000 + 10, `sudo: pam_unix(sudo:session): session opened for user root(uid=0) by ${user}(uid=1001)`);
          say(at + command * 50_000 + 900, 'sudo: pam_unix(sudo:session): session closed for user root');
        }
        if (dice.chance(0.05))
          say(
            at + 70_000,
            `sudo: pam_unix(sudo:auth): authentication failure; logname=${user} uid=1001 euid=0 tty=/dev/pts/0 ruser=${user} rhost=  user=${user}`,
          );
        if (dice.chance(0.05)) say(at + 80_000, `su[${inside + 1}]: (to root) ${user} on pts/0`);
      }
    }
  // Somebody new: his account is made by an administrator, he mistypes once, then he is in.
  for (let hire = 0; hire < Math.floor(days / 3); hire++) {
    const at = start + hire * 3 * 86_400_000 + 9 * 3_600_000;
    const name = `new${hire}`;
    say(at, `useradd[${pid}]: new group: name=${name}, GID=${1100 + hire}`);
    say(at + 5, `useradd[${pid}]: new user: name=${name}, UID=${1100 + hire}, GID=${1100 + hire}, home=/home/${name}, shell=/bin/bash, from=/dev/pts/1`);
    say(at + 4000, `passwd[${pid}]: pam_unix(passwd:chauthtok): password changed for ${name}`);
    say(at + 3_600_000, `sshd[${pid}]: Failed password for ${name} from 198.51.100.20 port 50100 ssh2`);
    login(at + 3_610_000, name, '198.51.100.20', 'password', 1_800_000);
  }
  return log;
};
