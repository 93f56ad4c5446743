import { openEnvironment } from './environment.ts';
import { TABLES } from './tables.ts';

/**
 * Entry of the throw-away process that opens a database and reads all of it, before the daemon trusts it with its own
 * life: a damaged file kills the process that maps it. Exit 0: sound. 3: damaged. Anything else but a signal: not judged.
 * It opens the file as the daemon will, because only a writing open falls back to the last flushed state after a power loss.
 */
const probe = async (directory: string): Promise<number> => {
  try {
    const environment = openEnvironment(directory);
    let isWhole = true;
    for (const table of TABLES) {
      let found = 0;
      for (const { key } of environment.range(table, { from: '!', to: '\x7f' })) if (environment.get(table, key) !== undefined) found += 1;
      // A page of nothing ends a walk early, without a word.
      isWhole = isWhole && found === environment.count(table);
    }
    await environment.close();
    return isWhole ? SOUND : DAMAGED;
  } catch {
    // why does not matter: the verdict is all the daemon asks for
    return DAMAGED;
  }
};

const SOUND = 0;
const DAMAGED = 3;
const UNUSABLE = 64;

const directory = process.argv[2];
process.exitCode = directory === undefined ? UNUSABLE : await probe(directory);
