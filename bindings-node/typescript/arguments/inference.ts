// The types that schemas give to handlers. Kept to a few non-recursive steps: libraries know their own types, so these are
// looked up where the library keeps them, never computed anew.

/** A schema by the interface that zod, valibot, arktype and others share. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** A schema of zod 4, or of zod 3. */
export type ZodSchema = { readonly _zod: { readonly output: unknown } } | { readonly _output: unknown };

/** An object whose members are schemas: `{name: z.string()}`. */
export type ShapeInput = { readonly [name: string]: ZodSchema | StandardSchema };

/**
 * Whatever `registerTool` takes for a schema: a raw shape, a schema of zod 3 or 4, a Standard Schema, plain JSON Schema.
 *
 * No narrower than that, because comparing a schema with a union of all of these costs the type checker more than the schema
 * itself. What is none of these is refused at registration.
 *
 * A function with a schema's values is best declared as an overload for itself, and `const`, so that plain JSON Schema is
 * taken by its letter:
 * `<const S extends AnySchema>(config: {inputSchema: S}, run: (args: InferArgs<S>) => …): …`.
 */
export type AnySchema = object;

/** What a handler gets for a schema: the parsed value. */
export type InferArgs<S> = S extends { readonly _zod: { readonly output: unknown } }
  ? S['_zod']['output']
  : S extends { readonly _output: infer O }
    ? O
    : S extends { readonly '~standard': { readonly types?: { readonly output: infer O } | undefined } }
      ? O
      : S extends ShapeInput
        ? InferShape<S>
        : FromJsonSchema<S>;

/** What parsing leaves of a schema: the same as `InferArgs`. */
export type InferOutput<S> = InferArgs<S>;

/** What people answer to a form of a schema, which may be of one value, or a list of choices. */
export type InferAnswer<S> = S extends readonly [readonly (infer C)[]]
  ? Chosen<C>[]
  : S extends readonly (infer C)[]
    ? Chosen<C>
    : S extends { readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'array' }
      ? S extends ZodSchema | StandardSchema
        ? InferArgs<S>
        : JsonValue<S>
      : InferArgs<S>;

type Chosen<C> = C extends { readonly const: infer V } ? V : C;

type Member<T> = T extends { readonly _zod: { readonly output: unknown } }
  ? T['_zod']['output']
  : T extends { readonly _output: infer O }
    ? O
    : T extends { readonly '~standard': { readonly types?: { readonly output: infer O } | undefined } }
      ? O
      : unknown;

type OptionalNames<S> = {
  [K in keyof S]: S[K] extends { readonly _zod: { readonly optout: 'optional' } }
    ? K
    : undefined extends Member<S[K]>
      ? K
      : never;
}[keyof S];

type InferShape<S> = Flat<
  { -readonly [K in Exclude<keyof S, OptionalNames<S>>]: Member<S[K]> } & {
    -readonly [K in OptionalNames<S>]?: Member<S[K]>;
  }
>;

type Flat<T> = { [K in keyof T]: T[K] };

/** The type of a JSON Schema written `as const`; otherwise an object of anything. */
export type FromJsonSchema<S> = S extends { readonly properties: infer P }
  ? string extends keyof P
    ? Record<string, unknown>
    : Flat<
        { -readonly [K in keyof P & Required_<S>]: JsonValue<P[K]> } & {
          -readonly [K in Exclude<keyof P, Required_<S>>]?: JsonValue<P[K]>;
        }
      >
  : Record<string, unknown>;

type Required_<S> = S extends { readonly required: readonly (infer R)[] } ? R : never;

type JsonValue<S> = S extends { readonly const: infer C }
  ? C
  : S extends { readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly anyOf: readonly (infer O)[] }
      ? JsonOption<O>
      : S extends { readonly oneOf: readonly (infer O)[] }
        ? JsonOption<O>
        : S extends { readonly type: infer T }
          ? JsonOfType<T extends readonly (infer U)[] ? U : T, S>
          : unknown;

type JsonOption<O> = O extends unknown ? JsonValue<O> : never;

type JsonOfType<T, S> = T extends 'string'
  ? string
  : T extends 'number' | 'integer'
    ? number
    : T extends 'boolean'
      ? boolean
      : T extends 'null'
        ? null
        : T extends 'array'
          ? S extends { readonly items: infer I }
            ? JsonValue<I>[]
            : unknown[]
          : T extends 'object'
            ? FromJsonSchema<S>
            : unknown;
