// Values that JSON does not have: the form they take in JSON, and back.

import type { Described, Json } from './described.js';

type Special = Extract<Described, { kind: 'special' }>;

const DATE = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?$/;

/** A date: text in the form of RFC 3339; a date alone is taken too. */
export function date(): Special {
  const revive = (value: unknown) => {
    if (typeof value !== 'string' || !DATE.test(value)) return value;
    const made = new Date(value);
    return Number.isNaN(made.getTime()) ? value : made;
  };
  return { kind: 'special', json: { type: 'string', format: 'date-time' }, revive };
}

/** An integer of any size: as text, since JSON numbers lose digits beyond 2^53. Smaller ones are taken as numbers too. */
export function bigint(): Special {
  return {
    kind: 'special',
    json: { type: 'string', pattern: '^-?[0-9]+$' },
    revive: toBigint,
    looser: true,
    bigint: true,
  };
}

/** Certain integers of that kind, perhaps among values that are not. */
export function bigintLiterals(values: readonly unknown[], json: Json): Special {
  const known = new Set(values);
  const revive = (value: unknown) => {
    if (known.has(value)) return value;
    const made = toBigint(value);
    if (known.has(made)) return made;
    return value === null && known.has(undefined) ? undefined : value;
  };
  return { kind: 'special', json, revive, looser: true, absent: known.has(undefined), bigint: true };
}

function toBigint(value: unknown): unknown {
  if (typeof value === 'string' ? /^-?[0-9]+$/.test(value) : Number.isSafeInteger(value)) {
    return BigInt(value as string | number);
  }
  return value;
}

/** `undefined`: an absent member, or null where there has to be something. */
export function nothing(): Special {
  const revive = (value: unknown) => (value === null ? undefined : value);
  return { kind: 'special', json: { type: 'null' }, revive, absent: true };
}

/** Not a number: null, as `JSON.stringify` writes it. */
export function nan(): Special {
  return {
    kind: 'special',
    json: { type: 'null' },
    revive: (value) => (value === null ? Number.NaN : value),
  };
}

/** Whether a value holds something that `JSON.stringify` would lose or refuse, and that these forms can carry. */
export function toJsonForms(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Set) return Array.from(value, toJsonForms);
  if (value instanceof Map)
    return Array.from(value, ([key, inner]) => [toJsonForms(key), toJsonForms(inner)]);
  if (Array.isArray(value)) return value.map(toJsonForms);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJsonForms(inner)]));
}
