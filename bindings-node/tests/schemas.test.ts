// Schemas of every kind become JSON Schema once, at registration, and say what has to run on calls.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { fromJsonSchema as officialFromJsonSchema } from '@modelcontextprotocol/server';
import { type } from 'arktype';
import * as v from 'valibot';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { z as z3inside4 } from 'zod/v3';
import { z as z3 } from 'zod3';
import { fromJsonSchema } from '../dist/cjs/arguments/schemas.js';
import { native } from '../dist/cjs/engine/native.js';
import { attachCompleter } from '../typescript/arguments/completers.js';
import { type Converted, convert } from '../typescript/arguments/conversion.js';
import { promptArguments } from '../typescript/arguments/prompts.js';

const input = (schema: unknown): Converted => convert(schema, 'input', "tool 'add', inputSchema");
const output = (schema: unknown): Converted => convert(schema, 'output', "tool 'add', outputSchema");
const refused = (schema: unknown, message: RegExp | string) =>
  assert.throws(() => input(schema), { name: 'TypeError', message });

async function parsed(schema: unknown, value: unknown): Promise<unknown> {
  const outcome = await input(schema).parse?.(value);
  assert.ok(outcome !== undefined && 'value' in outcome, inspect(outcome));
  return outcome.value;
}

const flat = {
  type: 'object',
  properties: { a: { type: 'string', description: 'A' }, b: { type: 'number' } },
  required: ['a'],
};

test('the same object is advertised whatever it is written with', () => {
  const kinds: Record<string, unknown> = {
    'zod 4 shape': { a: z.string().describe('A'), b: z.number().optional() },
    'zod 3 shape': { a: z3.string().describe('A'), b: z3.number().optional() },
    'shape of both': { a: z.string().describe('A'), b: z3.number().optional() },
    'zod 4 object': z.object({ a: z.string().describe('A'), b: z.number().optional() }),
    'zod 3 object': z3.object({ a: z3.string().describe('A'), b: z3.number().optional() }),
    'zod 3 of zod 4': z3inside4.object({
      a: z3inside4.string().describe('A'),
      b: z3inside4.number().optional(),
    }),
    'zod/mini': mini.object({ a: mini.string().check(mini.describe('A')), b: mini.optional(mini.number()) }),
    'JSON Schema': flat,
    "v2's fromJsonSchema": officialFromJsonSchema(flat as never),
  };
  for (const [name, schema] of Object.entries(kinds)) {
    const { json } = input(schema);
    assert.deepEqual(json, flat, name);
  }
});

test('a schema that only says what JSON Schema says is never parsed in JavaScript', () => {
  const { checkInRust, parse } = input(
    z.object({
      text: z
        .string()
        .min(1)
        .max(9)
        .regex(/^[a-z]+$/),
      count: z.int().positive().multipleOf(3),
      tags: z.array(z.enum(['a', 'b'])).max(4),
      place: z.object({ city: z.string() }).nullable(),
      kind: z.discriminatedUnion('k', [
        z.object({ k: z.literal('a') }),
        z.object({ k: z.literal('b'), x: z.number() }),
      ]),
      rest: z.record(z.string(), z.unknown()),
    }),
  );
  assert.equal(checkInRust, true);
  assert.equal(parse, undefined);
});

test('whatever transforms, refines, coerces, defaults or catches is parsed, and nothing is checked before what accepts more', () => {
  const cases: [schema: z.ZodType, checkedFirst: boolean][] = [
    [z.string().transform(Number), true],
    [z.string().refine((text) => text !== ''), true],
    [z.string().default('x'), true],
    [z.string().prefault('x'), true],
    [z.email(), true],
    [z.string().regex(/^(?!x)/), true],
    [z.iso.datetime(), true],
    [z.date(), true],
    [z.array(z.string()).refine((list) => list.length > 0), true],
    [z.coerce.number(), false],
    [z.string().catch('x'), false],
    [z.preprocess(String, z.string()), false],
    [z.string().trim().max(3), false],
    [z.string().min(2, 'name it properly'), false],
    [z.string({ error: 'name it' }), false],
  ];
  for (const [schema, checkedFirst] of cases) {
    for (const nested of [{ x: schema }, z.object({ list: z.array(z.object({ x: schema })) })]) {
      const { parse, checkInRust, json } = input(nested);
      assert.ok(parse, JSON.stringify(json));
      assert.equal(checkInRust, checkedFirst, JSON.stringify(json));
    }
  }
});

test('values that JSON does not have take a form that JSON has, and arrive as what the schema promises', async () => {
  for (const lib of [z, z3] as (typeof z)[]) {
    const schema = lib.object({
      date: lib.date(),
      big: lib.bigint(),
      set: lib.set(lib.string()),
      map: lib.map(lib.string(), lib.date()),
      nothing: lib.undefined(),
      nan: lib.nan(),
      either: lib.union([lib.number(), lib.date()]),
      list: lib.array(lib.date().nullable()).optional(),
    });
    assert.deepEqual(input(schema).json, {
      type: 'object',
      properties: {
        date: { type: 'string', format: 'date-time' },
        big: { type: 'string', pattern: '^-?[0-9]+$' },
        set: { type: 'array', items: { type: 'string' }, uniqueItems: true },
        map: {
          type: 'array',
          items: {
            type: 'array',
            prefixItems: [{ type: 'string' }, { type: 'string', format: 'date-time' }],
            items: false,
            minItems: 2,
          },
        },
        nothing: { type: 'null' },
        nan: { type: 'null' },
        either: { anyOf: [{ type: 'number' }, { type: 'string', format: 'date-time' }] },
        list: {
          type: 'array',
          items: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
        },
      },
      required: ['date', 'big', 'set', 'map', 'nan', 'either'],
    });
    const day = '2026-01-02T03:04:05.000Z';
    const value = {
      date: day,
      big: '9007199254740993',
      set: ['a', 'b'],
      map: [['x', day]],
      nan: null,
      either: day,
      list: [null, day],
    };
    assert.deepEqual(await parsed(schema, value), {
      date: new Date(day),
      big: 9007199254740993n,
      set: new Set(['a', 'b']),
      map: new Map([['x', new Date(day)]]),
      ...(lib === z && { nothing: undefined }),
      nan: Number.NaN,
      either: new Date(day),
      list: [null, new Date(day)],
    });
    assert.equal(((await parsed(lib.object({ big: lib.bigint() }), { big: 7 })) as { big: bigint }).big, 7n);
    assert.ok('issues' in ((await input(schema).parse?.({ ...value, date: '5' })) ?? {}));
  }
});

test('one unconvertible piece is an error at registration that names the tool and the place', () => {
  refused(
    z.object({ a: z.object({ list: z.array(z.symbol()) }) }),
    /^tool 'add', inputSchema, at a\.list\[\]: a symbol/,
  );
  refused(
    { a: z3.object({ 'odd name': z3.function() }) },
    /^tool 'add', inputSchema, at a\["odd name"\]: a function/,
  );
  refused(z.object({ f: z.file() }), /at f: a File .* base64/);
  refused({ a: z.string(), b: 'string' }, /at b: this is not a schema, while its neighbour "a" is one/);
  refused({ type: 'object', properties: { a: z.string() } }, /cannot be a part of a plain JSON Schema/);
  refused(v.object({ a: v.string() }), /valibot.*toStandardJsonSchema/);
  refused(new Date(0), /an instance of Date is not a schema/);
  refused({ name: 'string' }, /neither a shape of schemas nor JSON Schema: "name" is no keyword/);
  refused(5, "tool 'add', inputSchema: a number is not a schema");
  refused(null, "tool 'add', inputSchema: null is not a schema");
  const endless = (): z.ZodType => z.object({ next: z.lazy(endless) });
  refused(endless(), /nested deeper than 64 levels/);
});

test('what a caller sends is an object, and roots of other kinds are refused', () => {
  for (const schema of [
    z.string(),
    z.array(z.string()),
    z.union([z.string(), z.number()]),
    z.null(),
    { type: 'array' },
  ]) {
    refused(schema, /what a caller sends is an object/);
  }
  assert.deepEqual(input(z.object({ a: z.string() }).nullable()).json, {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
  });
  assert.deepEqual(input({}).json, { type: 'object', properties: {} });
  assert.deepEqual(input(z.any()).json, { type: 'object' });
});

test('root unions, intersections, refinements and transforms are advertised as what they are', () => {
  const a = z.object({ k: z.literal('a'), x: z.string() });
  const b = z.object({ k: z.literal('b'), y: z.number() });
  const [jsonA, jsonB] = [a, b].map((schema) => input(schema).json);
  assert.deepEqual(input(z.union([a, b])).json, { type: 'object', anyOf: [jsonA, jsonB] });
  assert.deepEqual(input(z.discriminatedUnion('k', [a, b])).json, { type: 'object', oneOf: [jsonA, jsonB] });
  assert.deepEqual(input(a.refine(() => true)).json, jsonA);
  assert.deepEqual(input(a.transform((value) => value.x)).json, jsonA);
  assert.deepEqual(input(z.intersection(z.object({ x: z.string() }), z.object({ y: z.number() }))).json, {
    type: 'object',
    properties: { x: { type: 'string' }, y: { type: 'number' } },
    required: ['x', 'y'],
  });
  const three = z3.union([z3.object({ x: z3.string() }), z3.object({ y: z3.number() })]);
  assert.equal((input(three).json.anyOf as unknown[]).length, 2);
});

test('recursive schemas refer to definitions', () => {
  const Node = z.object({
    value: z.number(),
    get next() {
      return Node.optional();
    },
  });
  const node = {
    type: 'object',
    properties: { value: { type: 'number' }, next: { $ref: '#/$defs/next' } },
    required: ['value'],
  };
  assert.deepEqual(input(Node).json, { ...node, $defs: { next: node } });
  const Node3: z3.ZodTypeAny = z3.object({ value: z3.number(), next: z3.lazy(() => Node3.optional()) });
  assert.deepEqual(input(Node3).json, { ...node, $defs: { next: node } });
  assert.deepEqual(input(z.object({ a: Node, b: Node })).json.properties, {
    a: { $ref: '#/$defs/next' },
    b: { $ref: '#/$defs/next' },
  });
});

test('containers', () => {
  const properties = (shape: Record<string, unknown>) => input(shape).json.properties;
  assert.deepEqual(
    properties({
      tuple: z.tuple([z.string(), z.number().optional()]),
      rest: z.tuple([z.string()]).rest(z.number()),
      tuple3: z3.tuple([z3.string(), z3.number()]),
      record: z.record(z.string(), z.number()),
      keys: z.record(z.enum(['a', 'b']), z.number()),
      some: z.partialRecord(z.enum(['a', 'b']), z.number()),
      strict: z.strictObject({ a: z.string() }),
      loose: z.looseObject({ a: z.string() }),
      passthrough: z3.object({ a: z3.string() }).passthrough(),
      catchall: z.object({ a: z.string() }).catchall(z.number()),
    }),
    {
      tuple: {
        type: 'array',
        prefixItems: [{ type: 'string' }, { type: 'number' }],
        items: false,
        minItems: 1,
      },
      rest: { type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'number' }, minItems: 1 },
      tuple3: {
        type: 'array',
        prefixItems: [{ type: 'string' }, { type: 'number' }],
        items: false,
        minItems: 2,
      },
      record: { type: 'object', additionalProperties: { type: 'number' } },
      keys: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
        additionalProperties: false,
      },
      some: { type: 'object', propertyNames: { enum: ['a', 'b'] }, additionalProperties: { type: 'number' } },
      strict: {
        type: 'object',
        properties: { a: { type: 'string' } },
        required: ['a'],
        additionalProperties: false,
      },
      loose: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
      passthrough: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
      catchall: {
        type: 'object',
        properties: { a: { type: 'string' } },
        required: ['a'],
        additionalProperties: { type: 'number' },
      },
    },
  );
});

test('texts, numbers, enums and notes', () => {
  const one = (schema: unknown) => (input({ x: schema }).json.properties as Record<string, unknown>).x;
  const cases: [unknown, unknown][] = [
    [z.email(), { type: 'string', format: 'email' }],
    [z3.string().url(), { type: 'string', format: 'uri' }],
    [z.uuidv4(), { type: 'string', format: 'uuid' }],
    [z.iso.date(), { type: 'string', format: 'date' }],
    [z.ipv4(), { type: 'string', format: 'ipv4' }],
    [z.templateLiteral(['v', z.number().int()]), { type: 'string', pattern: '^v-?\\d+$' }],
    [z.string().startsWith('a.b'), { type: 'string', pattern: '^a\\.b' }],
    [z.string().regex(/^(a)\1$/), { type: 'string' }],
    [z.int(), { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }],
    [z3.number().int().min(1), { type: 'integer', minimum: 1 }],
    [z.number().gt(1).min(0).lt(5), { type: 'number', exclusiveMinimum: 1, exclusiveMaximum: 5 }],
    [z.coerce.number(), { type: 'number' }],
    [z.coerce.date(), { type: 'string', format: 'date-time' }],
    [z.stringbool(), { type: 'string' }],
    [z.enum({ A: 'a', B: 'b' }), { type: 'string', enum: ['a', 'b'] }],
    [z.literal(['a', 1]), { enum: ['a', 1] }],
    [z.union([z.literal('a'), z.literal('b')]), { type: 'string', enum: ['a', 'b'] }],
    [z.literal(5n), { type: 'string', const: '5' }],
    [z.string().nullable(), { anyOf: [{ type: 'string' }, { type: 'null' }] }],
    [z.string().default('x'), { type: 'string', default: 'x' }],
    [
      z.date().default(new Date(0)),
      { type: 'string', format: 'date-time', default: '1970-01-01T00:00:00.000Z' },
    ],
    [z.number().default(() => Math.random()), { type: 'number' }],
    [
      z.string().meta({ title: 'T', description: 'D', examples: ['e'], 'x-mine': 1, id: 'not told' }),
      { type: 'string', title: 'T', description: 'D', examples: ['e'], 'x-mine': 1 },
    ],
    [z.string().describe('inner').optional(), { type: 'string', description: 'inner' }],
    [z.string().describe('inner').optional().describe('outer'), { type: 'string', description: 'outer' }],
    [z.string().brand('b').readonly(), { type: 'string' }],
    [z.xor([z.string(), z.number()]), { oneOf: [{ type: 'string' }, { type: 'number' }] }],
  ];
  for (const [schema, json] of cases) assert.deepEqual(one(schema), json);
});

test('every pattern that is advertised runs in the engine', () => {
  const patterns = [
    /^\p{L}+$/u,
    /[[]/,
    /a{1,5000}/,
    /\bword\b/,
    /(?<year>\d{4})/,
    /\cA/,
    /^.$/s,
    /a$/m,
    /\u{1F600}/u,
    /x{,3}/,
    /[a&&b]/,
    /]/,
  ];
  for (const pattern of patterns) {
    const { json } = input({ x: z.string().regex(pattern) });
    assert.doesNotThrow(() => new native.Schema(JSON.stringify(json)), `${pattern}`);
  }
});

test('JSON Schema that a user puts on a schema is advertised, and the schema alone judges', () => {
  const { json, checkInRust, parse } = input({
    x: z.custom<`${number}px`>().meta({ type: 'string', pattern: 'px$' }),
  });
  assert.deepEqual(json.properties, { x: { type: 'string', pattern: 'px$' } });
  assert.equal(checkInRust, false);
  assert.ok(parse);
});

test('fromJsonSchema gives a JSON Schema to the engine as it is, and checks by itself when asked', () => {
  const schema = fromJsonSchema<{ a: string }>(flat);
  assert.deepEqual(input(schema), { json: flat, checkInRust: true });
  assert.deepEqual(schema['~standard'].validate({ a: 'x' }), { value: { a: 'x' } });
  assert.deepEqual(schema['~standard'].validate({ a: 1 }), { issues: [{ message: 'a: must be a string' }] });
  const own = fromJsonSchema(flat, {
    getValidator: () => (value) => ({ valid: value === 1, errorMessage: 'not one' }),
  });
  assert.deepEqual(input(own).json, flat);
  assert.deepEqual(input(own).parse?.(2), { issues: [{ path: [], message: 'not one' }] });
});

test('prompts: arguments with their descriptions, defaults not required, completers found however they are wrapped', () => {
  const complete = () => ['x'];
  const mark = <S extends object>(schema: S): S => attachCompleter(schema, complete);
  for (const lib of [z, z3] as (typeof z)[]) {
    const shape = {
      plain: mark(lib.string()),
      optional: mark(lib.string()).optional(),
      inside: mark(lib.string().optional()),
      described: mark(lib.string()).describe('D'),
      deep: mark(lib.string()).min(2).nullable().default('x').describe('D'),
      changed: mark(lib.string()).transform((text: string) => text.length),
      none: lib.string().describe('N'),
    };
    for (const schema of [shape, lib.object(shape), lib.object(shape).optional()]) {
      assert.deepEqual(promptArguments(schema, "prompt 'p', argsSchema"), [
        { name: 'plain', required: true, complete },
        { name: 'optional', required: false, complete },
        { name: 'inside', required: false, complete },
        { name: 'described', description: 'D', required: true, complete },
        { name: 'deep', description: 'D', required: false, complete },
        { name: 'changed', required: true, complete },
        { name: 'none', description: 'N', required: true },
      ]);
    }
  }
  assert.deepEqual(promptArguments(flat, 'p'), [
    { name: 'a', description: 'A', required: true },
    { name: 'b', required: false },
  ]);
});

test('what may be anything has to be there where zod 4 wants it, and not in zod 3', async () => {
  const wanted = {
    any: z.any(),
    unknown: z.unknown(),
    custom: z.custom(() => true),
    instance: z.instanceof(Date),
    json: z.json(),
    nullable: z.any().nullable(),
    union: z.union([z.string(), z.unknown()]),
    refined: z.any().refine(() => true),
    lazy: z.lazy(() => z.any()),
  };
  const free = {
    optional: z.any().optional(),
    late: z.unknown().default('x'),
    any3: z3.any(),
    custom3: z3.custom(),
  };
  assert.deepEqual(input({ ...wanted, ...free }).json.required, Object.keys(wanted));
  assert.deepEqual(output(z.object(wanted)).json.required, Object.keys(wanted));
  for (const [name, schema] of Object.entries(wanted)) {
    assert.equal(z.object({ [name]: schema }).safeParse({}).success, false, name);
  }
  const late = z.object({ any: z.any().optional(), late: z.string().default('x') });
  assert.deepEqual(await parsed(late, {}), { late: 'x' });
});

test('outputs: what is sent satisfies what is advertised', async () => {
  const schema = z.object({
    at: z.date(),
    size: z.bigint(),
    tags: z.set(z.string()),
    unit: z.string().default('km'),
    length: z.string().transform((text) => text.length),
    total: z.string().transform(Number).pipe(z.number()),
  });
  const { json, parse, checkInRust } = output(schema);
  assert.deepEqual(json, {
    type: 'object',
    properties: {
      at: { type: 'string', format: 'date-time' },
      size: { type: 'string', pattern: '^-?[0-9]+$' },
      tags: { type: 'array', items: { type: 'string' }, uniqueItems: true },
      unit: { type: 'string' },
      length: {},
      total: { type: 'number' },
    },
    required: ['at', 'size', 'tags', 'unit', 'total'],
    additionalProperties: false,
  });
  assert.equal(checkInRust, false);
  const value = { at: new Date(0), size: 12n, tags: new Set(['a']), length: 'abc', total: '4', extra: 1 };
  const outcome = await parse?.(value);
  assert.ok(outcome && 'value' in outcome);
  const text = JSON.stringify(outcome.value);
  assert.equal(
    text,
    '{"at":"1970-01-01T00:00:00.000Z","size":"12","tags":["a"],"unit":"km","length":3,"total":4}',
  );
  assert.equal(new native.Schema(JSON.stringify(json)).check(text), '[]');
  assert.deepEqual(output(z.array(z.string())).json, { type: 'array', items: { type: 'string' } });
});

test('unknown members are dropped where objects drop them, without touching the value given', () => {
  const prune = (schema: unknown) => input(schema).prune ?? ((value: unknown) => value);
  const same = { a: 'x' };
  const known = { a: z.string(), b: z.number().optional() };
  assert.equal(prune(known)(same), same);
  const given = Object.freeze({ a: 'x', z: 1 });
  assert.deepEqual(prune(known)(given), { a: 'x' });
  assert.deepEqual(prune({ a: z.string() })(JSON.parse('{"a":"x","__proto__":{"b":1}}')), { a: 'x' });
  const deep = z.object({
    list: z.array(z.object({ a: z.string() })),
    open: z.looseObject({ in: z.object({ a: z.string() }) }),
  });
  assert.deepEqual(prune(deep)({ list: [{ a: 'x', z: 1 }], open: { in: { a: 'y', z: 1 }, z: 1 }, z: 1 }), {
    list: [{ a: 'x' }],
    open: { in: { a: 'y' }, z: 1 },
  });
  const Node = z.object({
    v: z.number(),
    get kids() {
      return z.array(Node);
    },
  });
  assert.deepEqual(prune(Node)({ v: 1, kids: [{ v: 2, kids: [], z: 1 }] }), {
    v: 1,
    kids: [{ v: 2, kids: [] }],
  });
  assert.equal(input(z.looseObject({ a: z.string() })).prune, undefined);
  assert.equal(input({ type: 'object' }).prune, undefined);
  // Which option is meant only zod can tell.
  assert.ok(input(z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])).parse);
});

test('issues name the place and say what is wrong in the words of the schema', async () => {
  const schema = z.object({
    list: z.array(z.object({ name: z.string().min(2, 'too short') })),
    n: z.coerce.number(),
  });
  const outcome = await input(schema).parse?.({ list: [{ name: 'a' }], n: 'x' });
  assert.deepEqual(outcome, {
    issues: [
      { path: ['list', 0, 'name'], message: 'too short' },
      { path: ['n'], message: 'Invalid input: expected number, received NaN' },
    ],
  });
  const shape = await input({ a: z.coerce.number(), b: z3.string().min(2, 'longer') }).parse?.({
    a: 1,
    b: 'b',
  });
  assert.deepEqual(shape, { issues: [{ path: ['b'], message: 'longer' }] });
});

test('asynchronous schemas, and functions in schemas that throw, end in an outcome', async () => {
  const later = z.object({ a: z.string().refine(async (text) => text !== 'no', 'not that') });
  assert.deepEqual(await parsed(later, { a: 'yes' }), { a: 'yes' });
  assert.deepEqual(await input(later).parse?.({ a: 'no' }), {
    issues: [{ path: ['a'], message: 'not that' }],
  });
  const throwing = z.object({
    a: z.string().transform((): string => {
      throw new Error('boom');
    }),
  });
  assert.deepEqual(await input(throwing).parse?.({ a: 'x' }), { issues: [{ path: [], message: 'boom' }] });
});

test("an author's functions run once a call, asynchronous ones too", async () => {
  for (const zod of [z, mini]) {
    const runs: string[] = [];
    const notes = (name: string) => (text: unknown) => {
      runs.push(name);
      return text !== name;
    };
    const later = (name: string) => async (text: unknown) => notes(name)(text);
    const text = (...checks: ((text: unknown) => unknown)[]): z.ZodType =>
      zod.string().check(...checks.map((check) => zod.refine(check as never, 'not that'))) as never;
    const shape = { a: text(notes('a'), later('b')), o: zod.object({ c: text(notes('c')) }) };
    for (const schema of [shape, zod.object(shape)]) {
      const { parse } = input(schema);
      for (const given of ['yes', 'b', 'yes']) {
        runs.length = 0;
        const outcome = await parse?.({ a: given, o: { c: 'yes' } });
        assert.deepEqual([...runs].sort(), ['a', 'b', 'c']);
        if (given === 'yes') assert.deepEqual(outcome, { value: { a: 'yes', o: { c: 'yes' } } });
        else assert.deepEqual(outcome, { issues: [{ path: ['a'], message: 'not that' }] });
      }
    }
  }
});

test('a schema without asynchronous functions is not waited for', () => {
  const { parse } = input({ a: z.string().refine((text) => text !== 'no', 'not that') });
  assert.deepEqual(parse?.({ a: 'no' }), { issues: [{ path: ['a'], message: 'not that' }] });
  for (const _ of [1, 2]) assert.deepEqual(parse?.({ a: 'yes' }), { value: { a: 'yes' } });
});

test('other libraries are converted by their own means and parsed by them', async () => {
  const ark = type({ a: 'string', 'b?': 'number' });
  assert.deepEqual(input(ark).json, {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'number' } },
    required: ['a'],
  });
  assert.deepEqual(await parsed(ark, { a: 'x' }), { a: 'x' });
  const json = () => ({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { a: { type: 'string', pattern: '^(?!x)' } },
  });
  const own = {
    '~standard': {
      version: 1,
      vendor: 'mine',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: json, output: json },
    },
  };
  assert.deepEqual(input(own).json, { type: 'object', properties: { a: { type: 'string' } } });
});

test('plain JSON Schema is brought to 2020-12 and otherwise left as it is', () => {
  const draft7 = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: {
      pair: { type: 'array', items: [{ type: 'string' }, { type: 'number' }], additionalItems: false },
      items: { $ref: '#/definitions/x' },
    },
    definitions: { x: { type: 'string' } },
    dependencies: { pair: ['items'], items: { required: ['pair'] } },
  };
  assert.deepEqual(input(draft7).json, {
    type: 'object',
    properties: {
      pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false },
      items: { $ref: '#/definitions/x' },
    },
    definitions: { x: { type: 'string' } },
    dependentRequired: { pair: ['items'] },
    dependentSchemas: { items: { required: ['pair'] } },
  });
  const other = {
    $schema: 'https://json-schema.org/draft/2019-09/schema',
    type: 'object',
    $recursiveAnchor: true,
  };
  assert.deepEqual(input(other).json, other);
  assert.deepEqual(input({ anyOf: [{ required: ['a'] }, { required: ['b'] }] }).json, {
    type: 'object',
    anyOf: [{ required: ['a'] }, { required: ['b'] }],
  });
});
