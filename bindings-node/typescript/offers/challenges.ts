// Tools, prompts and resources that take more than every request does: whoever has less is told what to get (AUTH-5).

import { refuse } from '../answers/refusals.js';
import { type ScopeChallenge, type ScopeChallengeHandler, scopeRefusal } from '../authentication/scopes.js';
import type { Call } from '../engine/call.js';
import type { Run } from '../engine/event_loop.js';
import type { JSONRPCRequest } from '../types/jsonrpc.js';

export type { ScopeChallengeHandler } from '../authentication/scopes.js';

/** `run`, for calls that `handler` asks nothing more of. Over anything but HTTP nobody could be told, and nobody is asked. */
export function challenging(
  run: Run,
  handler: ScopeChallengeHandler | undefined,
  method: string,
  paramsOf: (args: Record<string, unknown>, target: string) => Record<string, unknown>,
): Run {
  if (handler === undefined) return run;
  return (call, args) => {
    const goOn = (challenge: ScopeChallenge | undefined): void => {
      if (call.isOver) return;
      if (challenge === undefined) {
        run(call, args);
        return;
      }
      const refusal = scopeRefusal(challenge, call.authInfo);
      call.failChallenged(refusal.message, refusal.challenge);
    };
    try {
      if (call.caller.headers === null) {
        run(call, args);
        return;
      }
      const { authInfo } = call;
      const request = requestOf(call, method, paramsOf(args, call.caller.target));
      const challenge = handler({ request, ...(authInfo !== undefined && { authInfo }) });
      if (challenge instanceof Promise) challenge.then(goOn).catch((error) => refuse(call, error));
      else goOn(challenge);
    } catch (error) {
      refuse(call, error);
    }
  };
}

function requestOf(call: Call, method: string, params: Record<string, unknown>): JSONRPCRequest {
  const { requestId, meta } = call.caller;
  return {
    jsonrpc: '2.0',
    id: requestId,
    method,
    params: { ...params, ...(meta !== null && { _meta: meta }) },
  };
}
