import type { Grammar } from '../../../contract.ts';
import { createQuietLines, type QuietOptions } from '../quiet-lines.ts';
import { quietServices, type ServicesGrammar } from './services.ts';

/** A grammar of a family of logs that leaves what it has nothing to say about to the rules of the services. */
export const withServices = (first: Grammar, services: ServicesGrammar, quiet?: QuietOptions): Grammar => {
  const known = quietServices();
  return {
    ...first,
    eventTypes: [...new Set([...first.eventTypes, ...services.eventTypes])],
    isQuiet:
      quiet === undefined
        ? first.isQuiet
        : createQuietLines({ ...quiet, programs: [...quiet.programs, ...known.programs], families: [...quiet.families, ...known.families] }),
    parse: (line, context, emit) => {
      const outcome = first.parse(line, context, emit);
      if (outcome === 'event') return outcome;
      const own = services.parse(line, context, emit);
      return own === 'unparsed' ? outcome : own;
    },
  };
};
