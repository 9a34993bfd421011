// zod 4's own parse, which runs an author's functions once.
//
// By its Standard Schema interface zod begins anew where one of them turns out to be asynchronous, and all of them run twice.

import type { StandardResult, Validate } from './described.js';
import type { Standard, Zod4 } from './recognition.js';

/** A parse in zod's own terms. */
type Run = (payload: { value: unknown; issues: unknown[] }, ctx: { async: boolean }) => unknown;

/** What of a schema is needed to make another one like it, and to parse by it. */
interface Inner {
  constr?: new (def: unknown) => Standard & { _zod: { run: Run } };
  def: unknown;
}

/**
 * The parse of a schema that may be asynchronous. The first parse that goes well says whether it is; from then on one that is not
 * is parsed in zod's quicker way. Should a function give a promise only after that, it alone runs twice, once.
 */
export function zod4Validate(schema: Zod4 & Standard): Validate {
  const standard = schema['~standard'];
  const careful = carefully(schema._zod as unknown as Inner);
  if (careful === undefined) return (value) => standard.validate(value);
  let isQuick = false;
  return (value) => {
    const result = isQuick ? standard.validate(value) : careful(value);
    isQuick = !(result instanceof Promise) && (isQuick || result.issues === undefined);
    return result;
  };
}

/** A parse that expects to wait, and does so only where it has to; undefined for what is not built as zod's schemas are. */
function carefully({ constr, def }: Inner): Validate | undefined {
  if (typeof constr !== 'function') return undefined;
  // One of our own, an author's schema is not to be changed: it says in zod's words what came of a parse that is over.
  const teller = new constr(def);
  const { run } = teller._zod;
  if (typeof run !== 'function') return undefined;
  const tell = (value: unknown, outcome: unknown): StandardResult => {
    teller._zod.run = () => outcome;
    return teller['~standard'].validate(value) as StandardResult;
  };
  return (value) => {
    const outcome = run({ value, issues: [] }, { async: true });
    return outcome instanceof Promise
      ? outcome.then((settled) => tell(value, settled))
      : tell(value, outcome);
  };
}
