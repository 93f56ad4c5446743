import { useApp } from 'ink';
import { useEffect } from 'react';

/** Filled once mounted: gives the terminal away while `work` runs, then takes it back with a full redraw. */
export type SuspendRequest = { current: ((work: () => Promise<void>) => Promise<void>) | undefined };

/** Hands Ink's terminal suspension out of the tree. Draws nothing. */
export const SuspendBridge = ({ request }: { readonly request: SuspendRequest }): null => {
  const { suspendTerminal } = useApp();
  useEffect(() => {
    request.current = (work) => suspendTerminal(work);
    return () => {
      request.current = undefined;
    };
  }, [request, suspendTerminal]);
  return null;
};
