import { type CallbackLogicFunction, type EventObject, fromCallback, type NonReducibleUnknown } from 'xstate';

/**
 * `fromCallback` that always cleans up. xstate does not call the cleanup of a callback actor that throws while it handles
 * an event, which would leave its listeners and streams behind for ever.
 */
export const ownedCallback = <Event extends EventObject, Input extends NonReducibleUnknown = NonReducibleUnknown>(
  run: CallbackLogicFunction<Event, EventObject, Input>,
) =>
  fromCallback<Event, Input>(({ receive, ...rest }) => {
    let cleanup: (() => void) | undefined;
    const end = (): void => {
      const once = cleanup;
      cleanup = undefined;
      once?.();
    };
    const guardedReceive: typeof receive = (listener) =>
      receive((event) => {
        try {
          listener(event);
        } catch (error) {
          end();
          throw error;
        }
      });
    const returned = run({ receive: guardedReceive, ...rest });
    if (typeof returned === 'function') cleanup = returned;
    return end;
  });
