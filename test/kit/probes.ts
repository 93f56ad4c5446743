import { setTimeout as delay } from 'node:timers/promises';
import { type Inside, type NetnsPair, runInside } from './netns.ts';

/** What the server's kernel lets through: packets that carry when they were sent (monotonic ns), and the last of them that arrived. */
export type Probes = {
  /** Packets from each of these addresses of the client's (of one family), one every `everyMs`, from now on. */
  readonly from: (addresses: readonly string[], everyMs: number) => Promise<Inside>;
  /** Send time of the last packet that was accepted; waits until none was for `silenceMs`. */
  readonly lastAccepted: (address: string, silenceMs: number, patienceMs?: number) => Promise<bigint>;
  /** Now, on the clock of the packets. */
  readonly now: () => bigint;
  readonly stop: () => Promise<void>;
};

/**
 * A receiver in the server's namespace. A packet is judged by the kernel in the moment it is sent, so its own time says when
 * it was accepted, however late a busy machine lets the receiver run.
 */
export const createProbes = async (pair: NetnsPair): Promise<Probes> => {
  const receiver = runInside(pair.server, RECEIVER);
  await receiver.line();
  const senders: Inside[] = [];
  return {
    from: async (addresses, everyMs) => {
      const to = addresses[0]?.includes(':') === true ? pair.serverV6 : pair.serverV4;
      const sender = runInside(pair.client, SENDER, to, `${everyMs}`, ...addresses);
      senders.push(sender);
      await sender.line();
      return sender;
    },
    lastAccepted: async (address, silenceMs, patienceMs = 10_000) => {
      const deadline = performance.now() + patienceMs;
      for (;;) {
        receiver.say(address);
        const [sentAt = '0', silentMs = '0'] = (await receiver.line()).split(' ');
        if (Number(silentMs) >= silenceMs) return BigInt(sentAt);
        if (performance.now() > deadline) throw new Error(`packets from ${address} are still accepted after ${patienceMs} ms`);
        await delay(Math.max(silenceMs - Number(silentMs), 5));
      }
    },
    now: () => process.hrtime.bigint(),
    stop: async () => {
      for (const child of [...senders, receiver]) await child.stop();
    },
  };
};

const RECEIVER = `
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
const last = new Map();
const take = (message, { address }) => last.set(address, [message.toString(), performance.now()]);
createSocket('udp4').on('message', take).bind(5555, '0.0.0.0', () =>
  createSocket({ type: 'udp6', ipv6Only: true }).on('message', take).bind(5555, '::', () => console.log('ready')));
createInterface({ input: process.stdin }).on('line', (address) => {
  const [sentAt = '0', at = 0] = last.get(address) ?? [];
  console.log(sentAt + ' ' + Math.round(performance.now() - at));
});`;

const SENDER = `
import { createSocket } from 'node:dgram';
const [to, everyMs, ...addresses] = process.argv.slice(1);
const pause = new Int32Array(new SharedArrayBuffer(4));
const connected = (from) => new Promise((resolve) => {
  const socket = createSocket(from.includes(':') ? 'udp6' : 'udp4').bind(0, from, () => socket.connect(5555, to, () => resolve(socket)));
});
const sockets = await Promise.all(addresses.map(connected));
const send = () => {
  Atomics.wait(pause, 0, 0, Number(everyMs));
  for (const socket of sockets) socket.send(String(process.hrtime.bigint()));
  setImmediate(send);
};
send();
console.log('ready');`;
