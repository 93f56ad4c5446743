// comlink 4.4.2 ships this file without types that module resolution finds.
declare module 'comlink/dist/esm/node-adapter.mjs' {
  import type { MessagePort, Worker } from 'node:worker_threads';
  import type { Endpoint } from 'comlink';

  const nodeEndpoint: (port: MessagePort | Worker) => Endpoint;
  // biome-ignore lint/style/noDefaultExport: that is how comlink exports it
  export default nodeEndpoint;
}
