import type { CollectorDefinition } from '../contract.ts';
import { fileCollector } from './file/collector.ts';
import { journaldCollector } from './journald/collector.ts';
import { processCollector } from './process/collector.ts';
import { socketsCollector } from './sockets/collector.ts';

/** Every collector. Nothing else enumerates them. */
export const COLLECTORS: readonly CollectorDefinition[] = [fileCollector, journaldCollector, processCollector, socketsCollector];
