// JavaScript values as JSON text: what has a natural JSON form gets it, what has none is refused with its place named.

import { InvalidResultError } from '../engine/errors.js';

/** As deep as arguments may be: what a tool was given it can give back. */
const DEEPEST = 125;

/** The JSON text of a value. Throws InvalidResultError naming the place of what is not JSON (`result.a[3]: …`). */
export function encode(value: unknown, root = 'result'): string {
  // Most values are plain: they are looked through once, which is cheaper than finding out afterwards what was lost.
  const text = looksPlain(value)
    ? JSON.stringify(value)
    : withBigints(JSON.stringify(natural(value, root, [])));
  if (text === undefined) throw new InvalidResultError(`${root}: undefined is not JSON`);
  return whole(text);
}

/** The same for a value of which `JSON.stringify` says all there is to say. */
export function encodePlain(value: unknown): string {
  return whole(JSON.stringify(value));
}

/** The text with every half of a character replaced. */
function whole(text: string): string {
  return text.includes('\\ud') ? text.replace(LONE_SURROGATE, '\ufffd') : text;
}

/** `JSON.stringify` escapes halves of characters, and only these, so: text that has no UTF-8, which many readers refuse. */
const LONE_SURROGATE = /(?<=(?:^|[^\\])(?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/** Stands before the digits of a bigint until they are text. Drawn anew by each process, so that nobody can write it. */
const BIGINT = `bigint ${globalThis.crypto.randomUUID()} `;

const BIGINTS = new RegExp(`"${BIGINT}(-?[0-9]+)"`, 'g');

/** The same text with bigints as the integers they are, which `JSON.stringify` refuses. */
function withBigints(text: string | undefined): string | undefined {
  return text?.includes(BIGINT) ? text.replace(BIGINTS, '$1') : text;
}

function looksPlain(value: unknown): boolean {
  try {
    return isPlain(value, DEEPEST);
  } catch {
    // A getter threw: the long way names its place.
    return false;
  }
}

/** Whether `JSON.stringify` says all there is to say of a value that is no deeper than that. */
export function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'undefined':
      return true;
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      if (!isPlain(value[index], depth - 1)) return false;
    }
    return true;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    // `toJSON` is a function, too, so an object that has one of its own is not plain.
    if (typeof member !== 'string' && !isPlain(member, depth - 1)) return false;
  }
  return true;
}

/** `value` in plain objects, arrays and scalars only. Throws InvalidResultError naming the place of what has no JSON form. */
function natural(value: unknown, path: string, above: object[]): unknown {
  switch (typeof value) {
    case 'bigint':
      return BIGINT + value;
    case 'function':
      throw refusal(path, 'a function is not JSON');
    case 'symbol':
      throw refusal(path, 'a symbol is not JSON');
    case 'object':
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (above.includes(value)) throw refusal(path, 'the value contains itself');
  if (above.length >= DEEPEST) throw refusal(path, 'the value is nested too deeply');
  const below = [...above, value];
  if (Array.isArray(value)) return value.map((item, index) => natural(item, `${path}[${index}]`, below));
  const step = stepTowardsJson(value, path);
  if (step !== value) return natural(step, path, below);
  const members: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) {
    const place = placeOf(path, key);
    members[key] = natural(memberOf(value, key, place), place, below);
  }
  return members;
}

function memberOf(value: object, key: string, place: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch (error) {
    throw refusal(place, `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** One step towards JSON for an object that is none by itself; the object itself where its own members are its JSON. */
function stepTowardsJson(value: object, path: string): unknown {
  if (value instanceof Map) {
    const keys = [...value.keys()];
    return keys.every((key) => typeof key === 'string') ? Object.fromEntries(value) : [...value];
  }
  if (value instanceof Set) return [...value];
  if (value instanceof Date && Number.isNaN(value.getTime())) throw refusal(path, 'the date is not valid');
  if (ArrayBuffer.isView(value)) {
    return value instanceof Uint8Array || value instanceof DataView
      ? base64(value)
      : [...(value as unknown as Iterable<unknown>)];
  }
  if (value instanceof ArrayBuffer) return base64(new Uint8Array(value));
  if (value instanceof RegExp) return value.source;
  if (value instanceof String || value instanceof Number || value instanceof Boolean) return value.valueOf();
  if (value instanceof Error) return Object.assign({ name: value.name, message: value.message }, value);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') {
    try {
      return toJSON.call(value, '');
    } catch (error) {
      throw refusal(path, `cannot be made JSON (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  return knownMembers(value, path);
}

/** Refuses objects whose own members do not say what they hold: sent as `{}`, it would be lost without a word. */
function knownMembers(value: object, path: string): unknown {
  if (typeof (value as { then?: unknown }).then === 'function') {
    throw refusal(path, 'a promise is not JSON; await it first');
  }
  if (Symbol.asyncIterator in value) {
    throw refusal(path, 'what gives its values one after the other is not JSON; collect them first');
  }
  if (Object.keys(value).length > 0) return value;
  if (isIterable(value)) return collected(value, path);
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (kind === 'Object' || kind === 'Arguments') return value;
  const hint = READ_FIRST.get(kind);
  throw refusal(path, `the ${kind} is not JSON${hint === undefined ? '' : `; await its ${hint} first`}`);
}

const READ_FIRST = new Map([
  ['Response', 'json() or text()'],
  ['Request', 'json() or text()'],
  ['Blob', 'arrayBuffer()'],
  ['File', 'arrayBuffer()'],
]);

/** Whether a value gives values, and is neither an array nor text. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Symbol.iterator in value;
}

/** More values than this are taken for a series that does not end. */
const MOST_VALUES = 1_000_000;

/** All the values that a generator or the like gives. Throws InvalidResultError where they do not end. */
export function collected(values: Iterable<unknown>, path: string): unknown[] {
  const list: unknown[] = [];
  for (const value of values) {
    if (list.length === MOST_VALUES) throw refusal(path, `gives more than ${MOST_VALUES} values`);
    list.push(value);
  }
  return list;
}

/** The bytes in base64. */
export function base64(bytes: ArrayBufferView): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** `path.key`, or `path["a key"]` where that reads better. */
export function placeOf(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function refusal(path: string, what: string): InvalidResultError {
  return new InvalidResultError(`${path}: ${what}`);
}
