import type { ChunkResult, Sink } from '../actors/contract.ts';
import type { Correlator } from '../actors/correlation/correlator.ts';
import { sightingOf } from '../actors/correlation/sighting.ts';
import type { AlertBook } from '../actors/response/alert-book.ts';
import type { ChainRunner } from '../actors/response/chain-runner.ts';
import type { Responder } from '../actors/response/responder.ts';
import type { Root } from '../actors/root.ts';
import { type Alert, asFound } from '../domain/alert.ts';
import type { Clock } from '../domain/clock.ts';
import type { Finding } from '../domain/finding.ts';
import type { BatchResult, Sensor } from '../workers/contract.ts';

export type IntakeDependencies = {
  readonly sensor: Sensor;
  readonly clock: Clock;
  readonly alerts: AlertBook;
  readonly responder: Responder;
  readonly chains: Pick<ChainRunner, 'react'>;
  /** Attack chains; what it finds is taken like any other finding. */
  readonly correlator: Pick<Correlator, 'take'>;
  readonly tell: Root['tell'];
  /** sshd accepted a login from there. */
  readonly onLogins?: ((addresses: readonly string[]) => void) | undefined;
  readonly onAlert: (alert: Alert) => void;
};

/** From collectors to the sensor, and from its findings to alerts and answers. Awaiting the sink is the back-pressure. */
export const createIntake = (dependencies: IntakeDependencies): Sink => {
  const takeFinding = (finding: Finding): Alert => {
    const { alert, change } = dependencies.alerts.take(finding);
    // The answer first: what people see may wait a moment, a block may not.
    dependencies.responder.respond(asFound(alert), change === 'repeat');
    if (change !== 'repeat') dependencies.chains.react(asFound(alert));
    dependencies.onAlert(alert);
    return alert;
  };
  const take = (result: BatchResult): void => {
    // Before any answer: the same lines may ask for a block of who has just come in.
    if (result.logins !== undefined) dependencies.onLogins?.(result.logins);
    for (const finding of result.findings) {
      const { id } = takeFinding(finding);
      for (const chain of dependencies.correlator.take(sightingOf(finding, id))) takeFinding(chain);
    }
    for (const [module, count] of countsOf(result)) dependencies.tell(`module:${module}`, { type: 'findings.received', count, at: dependencies.clock.now() });
    for (const failure of result.failures)
      dependencies.tell(`module:${failure.module}`, { type: 'detector.failed', message: `${failure.message} (event ${failure.eventType})` });
  };
  return {
    chunk: async (chunk): Promise<ChunkResult> => {
      const result = await dependencies.sensor.chunk({ ...chunk, receivedAt: dependencies.clock.now() });
      take(result);
      const { lines, parsed, dropped, unparsed } = result.counters;
      return { consumed: result.consumed, lines, parsed, dropped, unparsed };
    },
    events: async (events) => take(await dependencies.sensor.events(events)),
  };
};

const countsOf = (result: BatchResult): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const finding of result.findings) counts.set(finding.module, (counts.get(finding.module) ?? 0) + finding.count);
  return counts;
};
