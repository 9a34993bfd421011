// zod 4's own parse, which runs an author's functions once.
//
// By its Standard Schema interface zod begins anew where one of them turns out to be asynchronous, and all of them run twice.

import type { StandardIssue, StandardResult, Validate } from './described.js';
import type { Standard, Zod4 } from './recognition.js';

interface Parsed {
  success: boolean;
  data?: unknown;
  error?: { issues: StandardIssue[] };
}

interface Parsing {
  safeParseAsync(value: unknown): Promise<Parsed>;
  _zod: { run(payload: unknown, ctx: unknown): unknown };
}

/** What of a schema is needed to make another one like it. */
interface Copyable {
  _zod: { constr?: new (def: unknown) => Parsing; def: unknown };
}

/**
 * The parse of a schema that may be asynchronous. The first parse that goes well says whether it is; from then on one that is not
 * is parsed in zod's quicker way. Should a function give a promise only after that, it alone runs twice, once.
 */
export function zod4Validate(schema: Zod4 & Standard): Validate {
  const { validate } = schema['~standard'];
  let asynchronous: boolean | undefined;
  const watched = watch(schema as unknown as Copyable);
  if (watched === undefined) return (value) => schema['~standard'].validate(value);
  return (value) => {
    if (asynchronous === false) {
      const result = validate.call(schema['~standard'], value);
      if (result instanceof Promise) asynchronous = true;
      return result;
    }
    const { parsing, waits } = watched(value);
    if (waits) asynchronous = true;
    return parsing.then(({ success, data, error }): StandardResult => {
      if (!success) return { issues: error?.issues ?? [] };
      asynchronous ??= false;
      return { value: data };
    });
  };
}

/** A parse that also tells whether a function of the schema's made it wait; undefined for what is not built as zod's schemas are. */
function watch(
  schema: Copyable,
): ((value: unknown) => { parsing: Promise<Parsed>; waits: boolean }) | undefined {
  const { constr, def } = schema._zod;
  if (typeof constr !== 'function') return undefined;
  // One of our own: an author's schema is not to be changed.
  const copy = new constr(def);
  if (typeof copy.safeParseAsync !== 'function') return undefined;
  const { run } = copy._zod;
  let waits = false;
  copy._zod.run = (payload, ctx) => {
    const result = run.call(copy._zod, payload, ctx);
    waits = result instanceof Promise;
    return result;
  };
  return (value) => {
    waits = false;
    const parsing = copy.safeParseAsync(value);
    return { parsing, waits };
  };
}
