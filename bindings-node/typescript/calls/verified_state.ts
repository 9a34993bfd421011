// State that an author's own check reads before the handler does.

import { refuse } from '../answers/refusals.js';
import type { Call } from '../engine/call.js';
import { ProtocolError, ProtocolErrorCode } from '../engine/errors.js';
import type { Run } from '../engine/event_loop.js';
import type { Context } from './context.js';
import { keepState } from './state.js';

/** Checks state; what it gives, if it gives something, is what the handler reads. */
export type VerifyState = (state: string, ctx: Context) => unknown;

/**
 * What runs around every function of a server with such a check: a call whose state does not pass it is refused, and only
 * `failed` hears why.
 */
export function verifying(
  verify: VerifyState,
  contextOf: (call: Call) => Context,
  failed: (error: Error) => void,
): (run: Run) => Run {
  return (run) => (call, args) => {
    const state = call.caller.requestState;
    if (state === null) {
      run(call, args);
      return;
    }
    const check = async (): Promise<void> => {
      const read = await verify(state, contextOf(call));
      if (read !== undefined) keepState(call, read);
    };
    check().then(
      () => {
        if (!call.isOver) run(call, args);
      },
      (reason) => {
        const why = reason instanceof Error ? reason.message : String(reason);
        failed(new Error(`requestState was refused: ${why}`, { cause: reason }));
        const data = { reason: 'invalid_request_state' };
        refuse(
          call,
          new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid or expired requestState', data),
        );
      },
    );
  };
}
