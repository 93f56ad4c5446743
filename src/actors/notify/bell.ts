/** Tells whoever listens that something was queued for an endpoint. What rings while nobody listens is found in the outbox later. */
export type Bell = { readonly ring: (endpoint: string) => void; readonly listen: (listener: (endpoint: string) => void) => void };

/** A bell nobody listens to yet: enforcers are made long before the actors that deliver. */
export const createBell = (): Bell => {
  let answer: (endpoint: string) => void = () => undefined;
  return {
    ring: (endpoint) => answer(endpoint),
    listen: (listener) => {
      answer = listener;
    },
  };
};
