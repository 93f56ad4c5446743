let pid = 1000;

/** `count` lines of an auth.log, as rsyslog writes them now: refused passwords of an account of the attacker's own, in one connection. */
export const failedLogin = (address: string, count: number, user = `user-${address}`): string => {
  pid += 1;
  const line = `${new Date().toISOString().replace('Z', '000+00:00')} testhost sshd[${pid}]: Failed password for ${user} from ${address} port ${40_000 + (pid % 20_000)} ssh2\n`;
  return line.repeat(count);
};
