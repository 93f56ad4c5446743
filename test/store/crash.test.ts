import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createDirectory, probe } from './store-fixtures.ts';

const ROUNDS = 32;
const script = join(import.meta.dirname, 'crash-writer.ts');

// Every third round is killed at any moment, opening included; the others somewhere in the middle of writing.
const runRound = async (directory: string, acknowledged: string, round: number): Promise<readonly string[]> => {
  const child = spawn(process.execPath, [script, directory, acknowledged, round === ROUNDS ? 'check' : 'write'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const isReady = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('ready')) resolve();
    });
  });
  const exited = once(child, 'close');
  if (round < ROUNDS) {
    if (round % 3 === 0) await delay(100 + Math.random() * 250);
    else await Promise.race([isReady.then(() => delay(Math.random() * 120)), exited]);
    child.kill('SIGKILL');
  }
  await exited;
  // a last line cut in half was still acknowledged to nobody
  return output.slice(0, output.lastIndexOf('\n')).split('\n');
};

test('whatever moment it is killed at, nothing acknowledged is lost, the chain verifies and the indexes fit', async () => {
  const { directory, remove } = createDirectory();
  const acknowledged = `${directory}.acknowledged`;
  writeFileSync(acknowledged, '');
  try {
    let promises = 0;
    let ready = 0;
    for (let round = 1; round <= ROUNDS; round += 1) {
      if (round === ROUNDS) expect(await probe(directory)).toBe('ok');
      const lines = await runRound(directory, acknowledged, round);
      expect(lines.filter((line) => line.startsWith('PROBLEM'))).toEqual([]);
      const kept = lines.filter((line) => /^(record|lease|approval|meta) /.test(line));
      appendFileSync(acknowledged, kept.map((line) => `${line}\n`).join(''));
      promises += kept.length;
      ready += Number(lines.some((line) => line.startsWith('ready')));
    }
    console.log(`${ROUNDS - 1} kills, ${ready} of ${ROUNDS} runs came up in time, ${promises} promises, none lost`);
    expect(promises).toBeGreaterThan(500);
    expect(ready).toBeGreaterThan(ROUNDS / 2);
  } finally {
    remove();
    rmSync(acknowledged);
  }
}, 60_000);
