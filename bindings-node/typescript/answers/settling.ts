// From what a handler gives, now or later, to an answered call. Nothing here throws.

import type { Call } from '../engine/call.js';
import { refuse } from './refusals.js';

/** Whether a value is a promise, or anything else one can wait for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value instanceof Promise ||
    (typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function')
  );
}

/** Answers `call` by `write` with what a handler gave: at once, or when its promise is settled. */
export function settle(
  call: Call,
  value: unknown,
  write: (call: Call, value: unknown) => void | Promise<void>,
): void {
  if (isThenable(value)) {
    value.then(
      (settled) => finish(call, settled, write),
      (reason) => refuse(call, reason),
    );
  } else {
    finish(call, value, write);
  }
}

function finish(
  call: Call,
  value: unknown,
  write: (call: Call, value: unknown) => void | Promise<void>,
): void {
  try {
    const later = write(call, value);
    if (later !== undefined) later.catch((reason) => refuse(call, reason));
  } catch (error) {
    refuse(call, error);
  }
}

/** Answers `call` by `write` with what `produce` gives or promises, or with what it throws. */
export function respond(
  call: Call,
  produce: () => unknown,
  write: (call: Call, value: unknown) => void | Promise<void>,
): void {
  try {
    settle(call, produce(), write);
  } catch (error) {
    refuse(call, error);
  }
}
