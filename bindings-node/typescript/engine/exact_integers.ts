// Integers that a JavaScript number does not hold, as what JavaScript has for them.

import type { InexactInteger } from './native.js';

/** Puts them where they belong: as bigints, a progress token as its digits, which is what such an id is. */
export function exact(value: unknown, integers: readonly InexactInteger[]): unknown {
  for (const [path, digits] of integers) {
    const last = path.at(-1);
    if (last === undefined) continue;
    const holder = path
      .slice(0, -1)
      .reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], value);
    (holder as Record<string, unknown>)[last] = isProgressToken(path) ? digits : BigInt(digits);
  }
  return value;
}

/** Whether this is the place of the progress token, in the params of a request or in what the engine tells of it. */
function isProgressToken([holder, name, ...more]: InexactInteger[0]): boolean {
  return name === 'progressToken' && (holder === '_meta' || holder === 'meta') && more.length === 0;
}
