import { describe, expect, test } from 'vitest';
import type { ModuleDefinition } from '../../src/actors/contract.ts';
import { decodeEvent, type Raised, runDetector } from './run-detector.ts';
import { checkFindings, checkResult } from './vector-checks.ts';
import { type EventVector, type FunctionVector, loadVectors, needsDecision, type VectorExpectation } from './vector-files.ts';

/** Our own answer to a vector that shows a wrong or a limited recorded answer. */
export type Decision = {
  readonly why: string;
  /** For event vectors. */
  readonly expect?: VectorExpectation | undefined;
  /** For function vectors: replaces `expect`; `assert` no longer counts. */
  readonly result?: unknown;
};

export type VectorSuite = {
  /** The vector file's name; usually the module id. */
  readonly file: string;
  readonly definition: ModuleDefinition;
  /** By vector name. Every undecided quirk is a failure, and so is a decision about no vector. */
  readonly decisions: { readonly [name: string]: Decision };
  /** By `fn`. A function missing here is a failure. */
  readonly functions?: { readonly [fn: string]: (input: unknown, vector: FunctionVector) => unknown } | undefined;
  /** Settings of a vector for the detector: where `config` or `preload` have to be mapped. */
  readonly settingsOf?: ((vector: EventVector) => unknown) | undefined;
  /** Looks at the module's own keys of `expect` (`categories`, `technique` …). */
  readonly checkMore?: ((raised: readonly Raised[], expected: VectorExpectation, vector: EventVector) => void) | undefined;
};

/** Registers one test for each vector of the file; where the collection is missing, one skipped test that says so. */
export const describeVectors = (suite: VectorSuite): void => {
  describe(`vectors of ${suite.file}`, () => {
    const loaded = loadVectors(suite.file);
    if (loaded.vectors === undefined) {
      console.warn(loaded.reason);
      test.skip(loaded.reason, () => {});
      return;
    }
    const { vectors } = loaded;

    test('every wrong recorded answer is decided, and every decision is about a vector', () => {
      const undecided = vectors.filter((vector) => needsDecision(vector) && suite.decisions[vector.name] === undefined);
      expect(undecided.map((vector) => `${vector.name}: ${vector.note}`)).toEqual([]);
      const names = new Set(vectors.map((vector) => vector.name));
      expect(Object.keys(suite.decisions).filter((name) => !names.has(name))).toEqual([]);
    });

    test.each(vectors.filter((vector) => !needsDecision(vector) || suite.decisions[vector.name] !== undefined))('$name', (vector) => {
      const decision = suite.decisions[vector.name];
      if ('fn' in vector) runFunctionVector(vector, decision, suite);
      else runEventVector(vector, decision, suite);
    });
  });
};

const runEventVector = (vector: EventVector, decision: Decision | undefined, suite: VectorSuite): void => {
  const expected = decision?.expect ?? vector.expect;
  const settings = suite.settingsOf === undefined ? vector.settings : suite.settingsOf(vector);
  const events = vector.events.map((wire, index) => decodeEvent(wire, index));
  if (expected.undelivered_by_router === true) {
    expect(suite.definition.manifest.eventTypes).not.toContain(events[0]?.type);
    return;
  }
  const started = performance.now();
  const raised = runDetector(suite.definition, settings, events);
  checkFindings(raised, expected, events.length - 1);
  suite.checkMore?.(raised, expected, vector);
  if (expected.must_finish_ms !== undefined) expect(performance.now() - started, 'ms').toBeLessThan(expected.must_finish_ms);
};

const runFunctionVector = (vector: FunctionVector, decision: Decision | undefined, suite: VectorSuite): void => {
  const run = suite.functions?.[vector.fn];
  if (run === undefined) throw new Error(`no function for ${vector.fn} (${vector.name})`);
  const decided = decision !== undefined && 'result' in decision ? { ...vector, expect: decision.result, assert: undefined } : vector;
  checkResult(run(vector.input, vector), decided);
};
