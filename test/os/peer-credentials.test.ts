import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type PeerCredentials, peerCredentials } from '../../src/os/peer-credentials.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/onesec-peer-`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Listens, lets `connect` come, and gives what is known about who came. */
const whoComes = async (where: net.ListenOptions, connect: (server: net.Server) => void): Promise<PeerCredentials> => {
  const { promise, resolve, reject } = Promise.withResolvers<PeerCredentials>();
  const server = net.createServer((socket) => {
    peerCredentials(socket)
      .then(resolve, reject)
      .finally(() => socket.destroy());
  });
  await new Promise<void>((ready) => server.listen(where, ready));
  connect(server);
  return promise.finally(() => server.close());
};

test('names this very process when it connects to itself', async () => {
  const path = `${directory}/own.sock`;
  expect(await whoComes({ path }, () => net.connect(path).on('error', () => undefined))).toEqual({
    pid: process.pid,
    uid: process.getuid?.(),
    gid: process.getgid?.(),
  });
});

test.skipIf(process.getuid?.() !== 0)('names another process and its user', async () => {
  const path = `${directory}/other.sock`;
  const script = `require('node:net').connect(process.argv[1]).on('error', () => {})`;
  let pid: number | undefined;
  const credentials = await whoComes({ path }, () => {
    spawn('chmod', ['0777', path, directory]).once('close', () => {
      pid = spawn(process.execPath, ['-e', script, path], { uid: 65534, gid: 65534, stdio: 'ignore' }).pid;
    });
  });
  expect(credentials).toEqual({ pid, uid: 65534, gid: 65534 });
});

test('refuses a TCP socket: nobody is known there', async () => {
  const asked = whoComes({ port: 0, host: '127.0.0.1' }, (server) => {
    const address = server.address();
    if (address !== null && typeof address === 'object') net.connect(address.port, '127.0.0.1').on('error', () => undefined);
  });
  await expect(asked).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
});

test('refuses a closed socket', async () => {
  await expect(peerCredentials(new net.Socket())).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
});
