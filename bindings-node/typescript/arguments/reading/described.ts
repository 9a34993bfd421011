// What a schema says, in one vocabulary for every library it may be written with. The readers (`zod3`, `zod4`, `foreign`)
// translate into it one level at a time; `writer`, `revival` and `pruning` are written against it alone.

/** A JSON Schema, or any other JSON object. */
export type Json = { [key: string]: unknown };

/** Which side of a schema is meant: what callers send, or what parsing leaves. */
export type Direction = 'input' | 'output';

/** A schema of some library, not looked into yet. */
export type Raw = object;

/** What every description may carry. */
interface Common {
  /** Title, description, examples and the like: members for the JSON Schema as they stand. */
  notes?: Json;
  /** It checks or changes something that its JSON Schema does not say, so its own parse has to run. */
  judged?: boolean;
  /** Its parse accepts, or words, what the JSON Schema refuses, so that must not be checked first. */
  looser?: boolean;
}

/** Bounds and the like, ready to be put beside `type`. */
type Bounds = Json;

/** What an object does with members it does not name. */
export type Rest = 'strip' | 'strict' | 'loose' | { schema: Raw };

/** One level of a schema. */
export type Described = Common &
  (
    | { kind: 'scalar'; json: Json }
    /** Whatever there is. Absent members are fine. */
    | { kind: 'anything' }
    /** A value that JSON writes in another form; `revive` turns that form into the value. */
    | { kind: 'special'; json: Json; revive: (value: unknown) => unknown; absent?: boolean; bigint?: boolean }
    | { kind: 'object'; members: [name: string, schema: Raw][]; rest: Rest }
    | { kind: 'array'; element: Raw; bounds: Bounds }
    /** `least` items at least; without it, as many as may not be absent. */
    | { kind: 'tuple'; items: Raw[]; rest: Raw | undefined; least?: number }
    | { kind: 'record'; key: Raw; value: Raw; mode: 'all' | 'some' | 'loose' }
    | { kind: 'map'; key: Raw; value: Raw; bounds: Bounds }
    | { kind: 'set'; element: Raw; bounds: Bounds }
    | { kind: 'union'; options: Raw[]; exclusive: boolean; discriminator?: string }
    | { kind: 'intersection'; left: Raw; right: Raw }
    | { kind: 'nullable'; inner: Raw }
    /** One schema around another that adds no form of its own. */
    | {
        kind: 'wrapper';
        inner: Raw;
        optional?: boolean;
        required?: boolean;
        /** What an absent value becomes. */
        fallback?: () => unknown;
        /** What may be there after parsing without having been parsed. */
        substitute?: () => unknown;
      }
    /** Turned into something else on the way. Without `from` or `to` that side is unknown. */
    | { kind: 'pipe'; from: Raw | undefined; to: Raw | undefined }
    /** Has its JSON Schema already, and nothing of it can be looked into. */
    | { kind: 'foreign'; json: (direction: Direction) => Json; absent: boolean }
    | { kind: 'impossible'; why: string }
  );

/** How a schema's own parse ends, whichever library it is of. */
export interface StandardResult {
  readonly value?: unknown;
  readonly issues?: readonly StandardIssue[] | undefined;
}

/** What is wrong, as Standard Schema has it. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A schema's own parse. */
export type Validate = (value: unknown) => StandardResult | Promise<StandardResult>;

/** Where inside a schema something is: `filters[].since`, or `` at its root. */
export class Place {
  static readonly root = new Place('');

  private constructor(readonly path: string) {}

  member(name: string): Place {
    const plain = /^[\p{L}\p{N}_$@-]+$/u.test(name);
    const dot = this.path === '' ? '' : '.';
    return new Place(plain ? `${this.path}${dot}${name}` : `${this.path}[${JSON.stringify(name)}]`);
  }

  element(index?: number): Place {
    return new Place(`${this.path}[${index ?? ''}]`);
  }
}

/** A schema that cannot be used. Caught by `convert`, which adds where it was given. */
export class Unusable extends Error {
  constructor(
    readonly place: Place,
    readonly why: string,
  ) {
    super(why);
  }
}

/** Whether a value is an object that is not an array. */
export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
