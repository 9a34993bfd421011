// The second chance: text that spells what a schema asks for, for schemas whose own parse has the first word.

import { type NativeSchema, native } from '../engine/native.js';
import { tooBig } from './big_integers.js';
import type { Parse, ParseOutcome } from './parsing.js';
import type { Json } from './reading/described.js';

/**
 * `parse`, asked again where it refused: with text read as what it spells in the places it named, where `json` admits no text
 * there. What it says then counts.
 */
export function withSecondChance(json: Json, parse: Parse): Parse {
  let schema: NativeSchema | null | undefined;
  const again = (value: unknown, first: ParseOutcome): ParseOutcome | Promise<ParseOutcome> => {
    if (!('issues' in first)) return first;
    if (schema === undefined) schema = compiled(json);
    const text = schema === null ? undefined : JSON.stringify(value, withoutBigints);
    const mended =
      text &&
      schema?.mend(
        text,
        first.issues.map(({ path }) => pointer(path)),
      );
    if (!mended) return first;
    const inexact = native.inexactIntegers(mended);
    return inexact === null ? parse(JSON.parse(mended)) : { issues: tooBig(JSON.parse(inexact)) };
  };
  return (value) => {
    const first = parse(value);
    return first instanceof Promise ? first.then((outcome) => again(value, outcome)) : again(value, first);
  };
}

/** As text, which is what a bigint is in JSON. */
function withoutBigints(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Null for a schema that the engine does not know what to do with. */
function compiled(json: Json): NativeSchema | null {
  try {
    return new native.Schema(JSON.stringify(json));
  } catch {
    return null;
  }
}

/** A path as a JSON pointer (RFC 6901). */
function pointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
