// The state of a call as its handler reads it: what an earlier round kept, or what an author's own check made of that.

import type { Call } from '../engine/call.js';

/** What a check gave, by call. */
const verified = new WeakMap<Call, unknown>();

/** Keeps what a check made of the state of a call. */
export function keepState(call: Call, read: unknown): void {
  verified.set(call, read);
}

/** The state of a call; undefined in the first round. */
export function stateOf(call: Call): unknown {
  return verified.has(call) ? verified.get(call) : (call.caller.requestState ?? undefined);
}
