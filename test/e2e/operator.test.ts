import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { addClientNetwork, createNetnsPair, type NetnsPair, skipsWithout, whyNoNetns } from '../kit/netns.ts';
import { type Route, type Session, type SshServer, startSshServer, whyNoSsh } from '../kit/sshd.ts';

const why = whyNoNetns() ?? whyNoSsh() ?? whyNoBuild();

describe.skipIf(skipsWithout(why, 'the operator is never locked out'))('an operator who is connected over SSH', () => {
  let pair: NetnsPair;
  let station: Station;
  let sshd: SshServer;
  let daemon: Running;
  const sessions: Session[] = [];
  const decisionsOn = async (target: string) =>
    (await station.client.call('history', { query: { limit: 200, kind: 'decision' } })).records.filter((record) => record.target === target);
  const connect = async (route: Route): Promise<Session> => {
    const session = await sshd.login(route);
    sessions.push(session);
    await until(`${route.from} is known as an operator`, async () => (await station.client.call('enforceStatus')).protected.includes(route.from));
    return session;
  };
  const blocked = async () => (await station.client.call('leases', { query: { limit: 100 } })).leases.map((lease) => lease.target);

  beforeAll(async () => {
    pair = createNetnsPair('e2o');
    addClientNetwork(pair, '2001:db8:a::/64', ['2001:db8:a::2', '2001:db8:a::3']);
    addClientNetwork(pair, '2001:db8:b::/64', ['2001:db8:b::2']);
    station = createStation({ netns: pair.server.name });
    sshd = await startSshServer(pair, station.directory);
    station.configure({
      sources: { auto: false, files: [{ path: sshd.logPath, grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, preset: 'balanced' },
    });
    daemon = await station.start();
  });
  afterAll(async () => {
    for (const session of sessions) await session.close();
    await sshd?.stop();
    await station?.remove();
    pair?.remove();
  });

  test.each([
    {
      what: 'his own address',
      operator: '198.51.100.2',
      guesser: '198.51.100.2',
      target: '198.51.100.2',
      reason: 'the operator is connected from there over SSH',
    },
    {
      what: 'another address of his IPv6 network',
      operator: '2001:db8:a::2',
      guesser: '2001:db8:a::3',
      target: '2001:db8:a::/64',
      reason: 'the operator is connected from there over SSH (2001:db8:a::2 lies in 2001:db8:a::/64)',
    },
  ])('is not locked out by failed logins from $what, and the history says why', async ({ operator, guesser, target, reason }) => {
    const to = operator.includes(':') ? pair.serverV6 : pair.serverV4;
    const session = await connect({ from: operator, to });
    await sshd.guess({ from: guesser, to }, 20);
    await until('the refusal is recorded', async () => (await decisionsOn(target)).some((record) => record.action === 'block_ip'));
    const [record] = (await decisionsOn(target)).filter((one) => one.action === 'block_ip');
    expect(record).toMatchObject({ outcome: 'refused', reason });
    expect(await blocked()).not.toContain(target);
    expect(session.isOpen()).toBe(true);
    for (const from of [operator, guesser]) expect(await sshd.greeting({ from, to })).toMatch(/^SSH-2\.0-/);
  });

  test('does not protect others: the same guesses from elsewhere are blocked, and his session stays', async () => {
    await sshd.guess({ from: '198.51.100.3', to: pair.serverV4 }, 20);
    await until('a block', async () => (await blocked()).includes('198.51.100.3'));
    expect(await sshd.greeting({ from: '198.51.100.3', to: pair.serverV4 })).toContain('TIMEOUT');
    expect(sessions.every((session) => session.isOpen())).toBe(true);
    expect(await sshd.greeting({ from: '198.51.100.2', to: pair.serverV4 })).toMatch(/^SSH-2\.0-/);
    expect(await blocked()).toEqual(['198.51.100.3']);
  });

  test('is protected from the moment he logged in, not from the next look-up on', async () => {
    const route = { from: '2001:db8:b::2', to: pair.serverV6 };
    const target = '2001:db8:b::/64';
    sessions.push(await sshd.login(route));
    await sshd.guess(route, 20);
    await until('the refusal is recorded', async () => (await decisionsOn(target)).some((record) => record.action === 'block_ip'));
    const [record] = (await decisionsOn(target)).filter((one) => one.action === 'block_ip');
    expect(record).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('over SSH') });
    expect(await blocked()).not.toContain(target);
    expect(await sshd.greeting(route)).toMatch(/^SSH-2\.0-/);
  });

  test('is protected for a while after his line dropped', async () => {
    await sessions[0]?.close();
    await until('the session is gone', async () => !pair.server.run('ss', '-Htn', 'state', 'established').includes('198.51.100.2'));
    await sshd.guess({ from: '198.51.100.2', to: pair.serverV4 }, 20);
    expect(await blocked()).toEqual(['198.51.100.3']);
    expect(await sshd.greeting({ from: '198.51.100.2', to: pair.serverV4 })).toMatch(/^SSH-2\.0-/);
    expect(daemon.log()).not.toMatch(/ERROR|FATAL/);
  });
});
