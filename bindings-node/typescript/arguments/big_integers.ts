// Integers among arguments that a JavaScript number does not hold: exact where the schema has bigints, refused elsewhere.

import type { InexactInteger } from '../engine/call.js';
import type { Issue } from './parsing.js';

/** Puts them as bigints where they belong. */
export function exact(args: unknown, integers: readonly InexactInteger[]): unknown {
  for (const [path, digits] of integers) {
    const last = path.at(-1);
    if (last === undefined) continue;
    const holder = path
      .slice(0, -1)
      .reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], args);
    (holder as Record<string, unknown>)[last] = BigInt(digits);
  }
  return args;
}

/** What is wrong with them, by their places. */
export function tooBig(integers: readonly InexactInteger[]): Issue[] {
  const message = `must be an integer that a JavaScript number holds, as those up to ${Number.MAX_SAFE_INTEGER} are`;
  return integers.map(([path]) => ({ path, message }));
}
