/** The two lists of addresses that the firewall itself never blocks, whatever it is asked. */
export type Shield = {
  /** Live endpoints of the operators and of this host. */
  readonly setOperators: (addresses: readonly string[]) => Promise<void>;
  /** The allow list. */
  readonly setAllowed: (networks: readonly string[]) => Promise<void>;
};

/** A shield that hands the union on with each change. A list that could not be handed on is tried again with the next. */
export const createShield = (push: (addresses: readonly string[]) => Promise<void>, allowed: readonly string[]): Shield => {
  let operators: readonly string[] = [];
  let networks = allowed;
  const pushAll = (): Promise<void> => push([...new Set([...operators, ...networks])]);
  return {
    setOperators: (addresses) => {
      operators = addresses;
      return pushAll();
    },
    setAllowed: (next) => {
      networks = next;
      return pushAll();
    },
  };
};
