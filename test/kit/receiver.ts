import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';

/** One POST as it came in. */
export type Received = { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string; readonly at: number };

/** Answers a request; the default answers 204. It may also never answer. */
export type Behaviour = (request: Received, response: ServerResponse) => void;

export type Receiver = {
  readonly url: (path: string) => string;
  readonly received: readonly Received[];
  readonly on: (path: string) => readonly Received[];
  /** How requests to a path are answered from now on. */
  readonly behave: (path: string, behaviour: Behaviour) => void;
  readonly close: () => Promise<void>;
};

/** A real web server on loopback that remembers what it was sent; with `tls` it speaks HTTPS. */
export const createReceiver = async (tls?: { readonly key: string; readonly cert: string }): Promise<Receiver> => {
  const received: Received[] = [];
  const behaviours = new Map<string, Behaviour>();
  const sockets = new Set<Socket>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const one: Received = { path: request.url ?? '', headers: request.headers, body, at: performance.now() };
    received.push(one);
    const behaviour = behaviours.get(one.path);
    if (behaviour === undefined) response.writeHead(204).end();
    else behaviour(one, response);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    // A sender that is killed in the middle: nothing was received then.
    answer(request, response).catch(() => response.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer({ key: readFileSync(tls.key), cert: readFileSync(tls.cert) }, listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: (path) => `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}${path}`,
    received,
    on: (path) => received.filter((one) => one.path === path),
    behave: (path, behaviour) => void behaviours.set(path, behaviour),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** A key and a certificate for 127.0.0.1 that nobody trusts by himself. */
export const selfSigned = (directory: string): { readonly key: string; readonly cert: string } => {
  const key = join(directory, 'key.pem');
  const cert = join(directory, 'cert.pem');
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=receiver'];
  execFileSync('openssl', [...words, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key, cert };
};
