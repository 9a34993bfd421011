// The types handlers get from schemas of every kind. Compiling this file is the test.

import { type } from 'arktype';
import * as v from 'valibot';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { z as z3inside4 } from 'zod/v3';
import { z as z3 } from 'zod3';
import { type AnySchema, fromJsonSchema, type InferArgs } from '../../typescript/arguments/schemas.js';
import { type Equal, expectType } from './expect.js';

declare function register<const S extends AnySchema>(
  schema: S,
  run: (args: InferArgs<S>) => unknown,
): InferArgs<S>;

// a raw zod 4 shape: optional members, defaults, transforms
const shape = register(
  {
    text: z.string(),
    times: z.number().optional(),
    loud: z.boolean().default(false),
    length: z.string().transform((text) => text.length),
    since: z.date(),
    anything: z.unknown(),
  },
  (args) => {
    args.text.toUpperCase();
    // @ts-expect-error it may be absent
    args.times.toFixed();
    // @ts-expect-error there is no such argument
    args.other;
  },
);
expectType<
  Equal<
    typeof shape,
    {
      text: string;
      times?: number | undefined;
      loud: boolean;
      length: number;
      since: Date;
      anything?: unknown;
    }
  >
>(true);

// a raw zod 3 shape
const shape3 = register(
  { a: z3.string(), b: z3.number().optional(), c: z3.boolean().default(true) },
  (args) => args.a,
);
expectType<Equal<typeof shape3, { a: string; c: boolean; b?: number | undefined }>>(true);

// a shape of both
const mixed = register({ a: z.string(), b: z3.number(), c: v.optional(v.string()) }, (args) => args.b);
expectType<Equal<typeof mixed, { a: string; b: number; c?: string | undefined }>>(true);

// no arguments
const empty = register({}, () => 0);
expectType<Equal<keyof typeof empty, never>>(true);

// objects
const object = register(z.object({ a: z.string(), b: z.coerce.number().optional() }), (args) => args.a);
expectType<Equal<typeof object, { a: string; b?: number | undefined }>>(true);
const object3 = register(z3.object({ a: z3.string(), b: z3.number().optional() }), (args) => args.a);
expectType<Equal<typeof object3, { a: string; b?: number | undefined }>>(true);
const subpath = register(z3inside4.object({ a: z3inside4.string().nullable() }), (args) => args.a);
expectType<Equal<typeof subpath, { a: string | null }>>(true);
const small = register(mini.object({ a: mini.string(), b: mini.optional(mini.number()) }), (args) => args.a);
expectType<Equal<typeof small, { a: string; b?: number | undefined }>>(true);

// unions, recursion
const union = register(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('a'), a: z.string() }),
    z.object({ kind: z.literal('b'), b: z.number() }),
  ]),
  (args) => (args.kind === 'a' ? args.a : args.b),
);
expectType<Equal<typeof union, { kind: 'a'; a: string } | { kind: 'b'; b: number }>>(true);
const Node = z.object({
  value: z.number(),
  get children() {
    return z.array(Node);
  },
});
register(Node, (args) => args.children[0]?.children[0]?.value.toFixed());

// other libraries
const ark = register(type({ a: 'string', 'b?': 'number' }), (args) => args.a);
expectType<Equal<typeof ark, { a: string; b?: number }>>(true);
const vali = register(v.object({ a: v.string(), b: v.optional(v.number()) }), (args) => args.a);
expectType<Equal<typeof vali, { a: string; b?: number | undefined }>>(true);

// plain JSON Schema, by its letter
const json = register(
  {
    type: 'object',
    properties: {
      name: { type: 'string' },
      count: { type: 'integer' },
      mode: { enum: ['fast', 'slow'] },
      tags: { type: 'array', items: { type: 'string' } },
      place: {
        type: 'object',
        properties: { city: { type: 'string' }, zip: { type: 'number' } },
        required: ['city'],
      },
      maybe: { type: ['string', 'null'] },
      either: { anyOf: [{ type: 'string' }, { type: 'boolean' }] },
      open: {},
    },
    required: ['name', 'mode'],
  },
  (args) => args.name,
);
expectType<
  Equal<
    typeof json,
    {
      name: string;
      mode: 'fast' | 'slow';
      count?: number;
      tags?: string[];
      place?: { city: string; zip?: number };
      maybe?: string | null;
      either?: string | boolean;
      open?: unknown;
    }
  >
>(true);
const constant = { type: 'object', properties: { a: { const: 'x' } }, required: ['a'] } as const;
expectType<Equal<InferArgs<typeof constant>, { a: 'x' }>>(true);

// JSON Schema known only at run time
const loaded: Record<string, unknown> = JSON.parse('{}');
const dynamic = register(loaded, (args) => args.whatever);
expectType<Equal<typeof dynamic, Record<string, unknown>>>(true);
const bare = register({ type: 'object' }, (args) => args.whatever);
expectType<Equal<typeof bare, Record<string, unknown>>>(true);

// and with a type of its own
const typed = register(fromJsonSchema<{ a: number }>({ type: 'object' }), (args) => args.a.toFixed());
expectType<Equal<typeof typed, { a: number }>>(true);
