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

/** Plain JSON Schema of an object. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: { readonly [name: string]: unknown };
  readonly required?: readonly string[];
  readonly [keyword: string]: unknown;
}

/** Whatever `registerTool` takes for a schema. */
export type AnySchema = ZodSchema | StandardSchema | ShapeInput | JsonSchema;

/** What a handler gets for a schema: the parsed value. */
export type InferArgs<S> = S extends { readonly _zod: { readonly output: infer O } }
  ? O
  : S extends { readonly _output: infer O }
    ? O
    : S extends { readonly '~standard': { readonly types?: { readonly output: infer O } | undefined } }
      ? O
      : S extends ShapeInput
        ? InferShape<S, 'output'>
        : FromJsonSchema<S>;

/** What parsing leaves of a schema: the same as `InferArgs`. */
export type InferOutput<S> = InferArgs<S>;

/** What a handler may give for an output schema: a value that has yet to be parsed. */
export type InferResult<S> = S extends { readonly _zod: { readonly input: infer I } }
  ? I
  : S extends { readonly _input: infer I }
    ? I
    : S extends { readonly '~standard': { readonly types?: { readonly input: infer I } | undefined } }
      ? I
      : S extends ShapeInput
        ? InferShape<S, 'input'>
        : FromJsonSchema<S>;

type Side = 'input' | 'output';

type Member<T, D extends Side> = T extends { readonly _zod: { readonly [K in D]: infer V } }
  ? V
  : T extends { readonly [K in `_${D}`]: infer V }
    ? V
    : T extends { readonly '~standard': { readonly types?: { readonly [K in D]: infer V } | undefined } }
      ? V
      : unknown;

type OptionalNames<S, D extends Side> = {
  [K in keyof S]: S[K] extends {
    readonly _zod: { readonly [P in D extends 'output' ? 'optout' : 'optin']: 'optional' | 'defaulted' };
  }
    ? K
    : S[K] extends { readonly _zod: unknown }
      ? never
      : undefined extends Member<S[K], D>
        ? K
        : never;
}[keyof S];

type InferShape<S, D extends Side> = Flat<
  { -readonly [K in Exclude<keyof S, OptionalNames<S, D>>]: Member<S[K], D> } & {
    -readonly [K in OptionalNames<S, D>]?: Member<S[K], D>;
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
