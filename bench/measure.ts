import { parseArgs } from 'node:util';
import { createGrammar } from '../src/actors/collectors/grammars/registry.ts';
import { MODULES } from '../src/actors/registry.ts';
import { createAlertFolder } from '../src/actors/response/alert-folder.ts';
import { openPieces } from '../src/daemon/file-pieces.ts';
import { createPipeline } from '../src/workers/pipeline.ts';
import { replayBytes } from '../src/workers/replay.ts';

/** One log through the whole of a replay (split, parse, every detector, folding) in this process; prints what it cost as JSON. */

const { values } = parseArgs({
  options: { path: { type: 'string', default: '' }, collector: { type: 'string', default: 'auto' }, none: { type: 'boolean', default: false } },
});

const modules = Object.fromEntries(MODULES.map((module) => [module.manifest.id, {}]));
const pipeline = createPipeline(MODULES, { modules: values.none ? {} : modules }, { grammar: { maxAheadMs: Number.POSITIVE_INFINITY } });
let alerts = 0;
const folder = createAlertFolder(() => {
  alerts += 1;
});
// Rules are read and compiled once in the life of a process: that is no part of the rate.
createGrammar(values.collector);
const bytes = await openPieces(values.path);
const before = process.cpuUsage();
const started = performance.now();
const counters = await replayBytes({
  pipeline,
  bytes,
  source: 'bench',
  grammar: values.collector,
  receivedAt: Date.now(),
  onResult: (result) => {
    for (const finding of result.findings) folder.add(finding);
    for (const failure of result.failures) throw new Error(`${failure.module} failed: ${failure.message}`);
  },
});
folder.flush();
const seconds = (performance.now() - started) / 1000;
// Includes the helper threads of the runtime: on a busy machine this is the number to look at.
const { user, system } = process.cpuUsage(before);
const { maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ lines: counters.lines, parsed: counters.parsed, alerts, seconds, cpuSeconds: (user + system) / 1e6, rssMb: maxRSS / 1024 }));
