import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { addClientNetwork, createNetnsPair, type Inside, type NetnsPair, runInside, skipsWithout, whyNoNetns } from '../kit/netns.ts';

const ATTACKERS = Array.from({ length: 61 }, (_, index) => `203.0.113.${index + 10}`);
const TRIES = 10;

const why = whyNoNetns() ?? whyNoBuild();

describe.skipIf(skipsWithout(why, 'latency of a block'))('a block', () => {
  let pair: NetnsPair;
  let station: Station;
  let receiver: Inside;
  let log: string;

  beforeAll(async () => {
    pair = createNetnsPair('e2l');
    addClientNetwork(pair, '203.0.113.0/24', ATTACKERS);
    station = createStation({ netns: pair.server.name });
    log = station.path('auth.log');
    writeFileSync(log, '');
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, preset: 'balanced', policies: { auth_fortress: { max_actions_per_min: 0 } } },
    });
    await station.start();
    receiver = runInside(pair.server, RECEIVER);
    await receiver.line();
  });
  afterAll(async () => {
    await receiver?.stop();
    await station?.remove();
    pair?.remove();
  });

  test('takes effect within milliseconds of the log line that earned it', async () => {
    const latencies: number[] = [];
    for (const attacker of ATTACKERS) {
      const sender = runInside(pair.client, SENDER, attacker, pair.serverV4);
      await sender.line();
      appendFileSync(log, failedLogin(attacker, TRIES - 1));
      await delay(60);
      const written = process.hrtime.bigint();
      appendFileSync(log, failedLogin(attacker, 1));
      await until(`a block of ${attacker}`, async () => (await lastAccepted(attacker)).silentMs > 100, 5000, 50);
      latencies.push(Number((await lastAccepted(attacker)).sentAt - written) / 1e6);
      await sender.stop();
    }
    const [first = 0, ...rest] = latencies;
    const sorted = rest.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    console.info(
      `log line to last accepted packet, ${sorted.length} blocks: median ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms; the very first block, which makes the table: ${first.toFixed(1)} ms`,
    );
    expect(at(0)).toBeGreaterThan(0);
    expect(at(0.5)).toBeLessThan(100);
  });

  const lastAccepted = async (address: string): Promise<{ readonly sentAt: bigint; readonly silentMs: number }> => {
    receiver.say(address);
    const [sentAt = '0', silentMs = '0'] = (await receiver.line()).split(' ');
    return { sentAt: BigInt(sentAt), silentMs: Number(silentMs) };
  };
});

// A packet carries when it was sent: the kernel judges it in the same moment, however late a busy machine lets the receiver run.
const RECEIVER = `
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
const last = new Map();
createSocket('udp4').on('message', (message, { address }) => last.set(address, [message.toString(), performance.now()])).bind(5555, () => console.log('ready'));
createInterface({ input: process.stdin }).on('line', (address) => {
  const [sentAt = '0', at = 0] = last.get(address) ?? [];
  console.log(sentAt + ' ' + Math.round(performance.now() - at));
});`;

const SENDER = `
import { createSocket } from 'node:dgram';
const [from, to] = process.argv.slice(1);
const pause = new Int32Array(new SharedArrayBuffer(4));
const socket = createSocket('udp4').bind(0, from, () => socket.connect(5555, to, () => {
  const send = () => {
    Atomics.wait(pause, 0, 0, 0.3);
    socket.send(String(process.hrtime.bigint()));
    setImmediate(send);
  };
  send();
  console.log('ready');
}));`;
