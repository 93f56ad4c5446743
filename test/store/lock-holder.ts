// Run as a process of its own by directory-lock.test.ts: waits for a given instant, so that many try at once, then holds the lock.
import { lockDirectory } from '../../src/store/directory-lock.ts';

const [directory = '', instant = '0'] = process.argv.slice(2);
while (Date.now() < Number(instant));
try {
  lockDirectory(directory);
  console.log('held');
  setInterval(() => {}, 1_000);
} catch (error) {
  console.log(`refused ${error instanceof Error ? error.message : ''}`);
}
