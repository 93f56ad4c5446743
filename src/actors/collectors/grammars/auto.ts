import type { Grammar, ParseOutcome } from '../../contract.ts';

/**
 * Finds out what a line is by trying, the grammar that fitted last first. A line that one grammar understands but has nothing to say
 * about is still offered to the others: mail and sshd share one file on many hosts.
 */
export const createAutoGrammar = (grammars: readonly Grammar[]): Grammar => {
  let order = [...grammars];
  let misses = 0;
  return {
    id: 'auto',
    eventTypes: [...new Set(grammars.flatMap((grammar) => grammar.eventTypes))],
    parse: (line, context, emit) => {
      let outcome: ParseOutcome = 'unparsed';
      for (const grammar of order) {
        const own = grammar.parse(line, context, emit);
        if (own === 'event') {
          if (grammar !== order[0] && ++misses > MAX_MISSES) {
            order = [grammar, ...order.filter((other) => other !== grammar)];
            misses = 0;
          }
          return 'event';
        }
        if (own === 'irrelevant') outcome = 'irrelevant';
      }
      return outcome;
    },
  };
};

const MAX_MISSES = 2;
