// Integers among arguments that a JavaScript number does not hold, where the schema has no bigints: refused.

import type { InexactInteger } from '../engine/native.js';
import type { Issue } from './parsing.js';

/** What is wrong with them, by their places. */
export function tooBig(integers: readonly InexactInteger[]): Issue[] {
  const message = `must be an integer that a JavaScript number holds, as those up to ${Number.MAX_SAFE_INTEGER} are`;
  return integers.map(([path]) => ({ path, message }));
}
