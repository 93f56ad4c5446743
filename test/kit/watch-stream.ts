import { writeFileSync } from 'node:fs';
import { createClient } from '../../src/client/client.ts';
import { systemClock } from '../../src/domain/clock.ts';

// A client that watches, as the terminal UI does: node watch-stream.ts SOCKET FILE. Writes `live` into FILE once it is connected.
const [, , socketPath = '', file = ''] = process.argv;
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await createClient({ socketPath, clock: systemClock, kind: 'tui' }).stream({
  signal: stop.signal,
  onMessage: () => undefined,
  onConnection: ({ state }) => writeFileSync(file, state),
});
