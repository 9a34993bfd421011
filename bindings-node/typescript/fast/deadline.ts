// A limit on the time a tool may take.

import { UserError } from '../engine/errors.js';

/** What a timer can wait at most: longer limits are none. */
const LONGEST = 2 ** 31 - 1;

/** Runs a function that has to be done in time, and tells it by a signal when it is not wanted any more. */
export async function within<T>(
  milliseconds: number,
  toolName: string,
  outer: AbortSignal,
  run: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const forward = (): void => controller.abort(outer.reason);
  if (outer.aborted) forward();
  else outer.addEventListener('abort', forward, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    if (milliseconds > LONGEST) return;
    timer = setTimeout(() => {
      const late = new UserError(
        `Tool '${toolName}' timed out after ${milliseconds} ms. Make it faster, or raise its timeoutMs.`,
      );
      reject(late);
      controller.abort(late);
    }, milliseconds);
  });
  try {
    return await Promise.race([run(controller.signal), expired]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', forward);
  }
}
