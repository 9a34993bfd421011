// What zod accepts and makes of a value, and what the engine's check and our conversion accept and make of it, are the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { z as z3 } from 'zod3';
import { native } from '../dist/cjs/engine/native.js';
import { encode } from '../typescript/answers/encoding.js';
import { fittingOf } from '../typescript/answers/fitting.js';
import { convert } from '../typescript/arguments/conversion.js';

// biome-ignore lint/suspicious/noExplicitAny: two libraries with different types are used the same way
type Any = any;

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'abcd',
  ' abc ',
  'A',
  'ABC',
  '0',
  '5',
  '-3',
  '12.5',
  'true',
  'no',
  '😀',
  'é',
  'a\nb',
  'a\r',
  'foo-1',
  'x@example.com',
  'https://example.com/a',
  '2024-02-30',
  '2024-02-29',
  '2024-02-29T10:00:00Z',
  '10:00',
  '10:00:00',
  '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  '127.0.0.1',
  '::1',
  'aGk=',
  'a.b',
  'axb',
  '9007199254740993',
  '__proto__',
];
const OTHERS = [
  0,
  1,
  -1,
  2,
  3,
  0.1,
  0.3,
  0.35,
  4.35,
  1.5,
  10,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  1e20,
  -0,
  true,
  false,
  null,
  [],
  ['a'],
  ['a', 'b'],
  ['a', 'a'],
  [1],
  [1, 2, 3],
  ['a', 1],
  ['a', 1, true],
  [null],
  [['a', 1]],
  [
    ['a', 1],
    ['b', 2],
  ],
  {},
  { a: 1 },
  { a: 'x' },
  { a: 'x', b: 2 },
  { a: 'x', b: 2, c: true },
  { a: { a: 'x', z: 1 } },
  { k: 'p', a: 'x' },
  { k: 'q', b: 1 },
  { k: 'q', b: 1, z: 0 },
  { k: 'r' },
  { b: 1 },
  { z: 1 },
  { a: null },
  { a: [{ a: 'x', z: 1 }] },
];
const VALUES: unknown[] = [...TEXTS, ...OTHERS];

/** Schemas that have a value for each JSON form: no dates, sets and so on. The same for both versions of zod. */
const LEAVES: ((z: Any, random: (below: number) => number) => Any)[] = [
  (z) => z.string(),
  (z) => z.string().min(2),
  (z) => z.string().max(3),
  (z) => z.string().length(3),
  (z) => z.string().min(1).max(2),
  (z) => z.string().regex(/^[a-c]+$/),
  (z) => z.string().regex(/^a.b$/),
  (z) => z.string().regex(/^ABC$/i),
  (z) => z.string().regex(/^(?!x)/),
  (z) => z.string().regex(/^\w+-\d$/),
  (z) => z.string().regex(/b/).regex(/^a/),
  (z) => z.string().startsWith('a.'),
  (z) => z.string().endsWith('b'),
  (z) => z.string().includes('.'),
  (z) => z.string().email(),
  (z) => z.string().url(),
  (z) => z.string().uuid(),
  (z) => z.string().datetime(),
  (z) => z.string().date(),
  (z) => z.string().time(),
  (z) => z.string().base64(),
  (z) => z.string().cuid2(),
  (z) => z.string().nanoid(),
  (z) => z.string().trim().max(3),
  (z) => z.string().max(4).trim(),
  (z) => z.string().toUpperCase(),
  (z) => z.string().min(2, 'too short'),
  (z) => z.number(),
  (z) => z.number().int(),
  (z) => z.number().min(1).max(3),
  (z) => z.number().gt(0).lt(2),
  (z) => z.number().gt(1).min(1),
  (z) => z.number().positive().int(),
  (z) => z.number().multipleOf(2),
  (z) => z.number().multipleOf(0.1),
  (z) => z.number().finite(),
  (z) => z.boolean(),
  (z) => z.null(),
  (z) => z.never(),
  (z) => z.literal('a'),
  (z) => z.literal(1),
  (z) => z.literal(null),
  (z) => z.enum(['a', 'abc', 'A']),
  (z) => z.nativeEnum({ Zero: 0, Ab: 'ab', 0: 'Zero' }),
  (z) => z.coerce.number(),
  (z) => z.coerce.number().int().min(2),
  (z) => z.coerce.boolean(),
  (z) => z.coerce.string().max(3),
  (z) => z.string().transform((text: string) => text.length),
  (z) => z.string().refine((text: string) => text !== 'ab'),
  (z) => z.number().refine((number: number) => number !== 2),
  (z) => z.string().transform(Number).pipe(z.number().min(1)),
  (z) => z.preprocess((value: unknown) => (value === null ? 'null' : value), z.string()),
];

function schemaOf(z: Any, random: (below: number) => number, depth: number): Any {
  const leaf = () => (LEAVES[random(LEAVES.length)] as (typeof LEAVES)[0])(z, random);
  if (depth === 0) return leaf();
  const inner = () => schemaOf(z, random, depth - 1);
  const object = () => z.object({ a: inner(), b: inner().optional() });
  const kinds: (() => Any)[] = [
    leaf,
    () => inner().optional(),
    () => inner().nullable(),
    () => inner().nullish(),
    () => inner().catch('caught'),
    () => inner().default('a'),
    () => z.array(inner()),
    () => z.array(inner()).min(1).max(2),
    () => z.array(inner()).nonempty(),
    object,
    object,
    () => object().strict(),
    () => object().passthrough(),
    () => z.object({ a: inner() }).catchall(inner()),
    () => z.object({}),
    () => object().partial(),
    () => object().refine((value: Any) => value.a !== 1),
    () => z.tuple([inner(), inner()]),
    () => z.tuple([inner()]).rest(inner()),
    () => z.record(z.string(), inner()),
    () => z.record(z.string().min(2), inner()),
    () => z.union([inner(), inner()]),
    () => z.union([inner(), inner(), z.object({ k: z.string() })]),
    () =>
      z.discriminatedUnion('k', [
        z.object({ k: z.literal('p'), a: inner() }),
        z.object({ k: z.literal('q'), b: inner() }),
      ]),
    () => z.intersection(z.object({ a: inner() }), z.object({ b: inner() })),
    () => z.intersection(z.object({ a: inner() }), z.object({ a: inner().optional(), b: z.number() })),
    () => z.object({ a: inner() }).and(z.object({ b: z.number() }).passthrough()),
    () => {
      const made = inner();
      return z.lazy(() => made);
    },
    () => inner().readonly?.() ?? inner(),
    () => inner().brand('brand'),
    () => inner().describe('described'),
    () => inner().transform((value: unknown) => value),
    () => inner().or(z.number()),
    () => z.exactOptional?.(inner()) ?? inner(),
  ];
  return (kinds[random(kinds.length)] as () => Any)();
}

interface Verdict {
  ok: boolean;
  value?: unknown;
}

function ours(schema: unknown): (value: unknown) => Promise<Verdict> {
  const { json, checkInRust, parse, prune } = convert(schema, 'input', 'the schema');
  // Compiled in any case: the engine compiles what it advertises.
  const compiled = new native.Schema(JSON.stringify(json));
  return async (value) => {
    const text = JSON.stringify(value);
    if (checkInRust && JSON.parse(compiled.check(text)).length > 0) return { ok: false };
    const arrived: unknown = JSON.parse(text);
    if (parse === undefined) return { ok: true, value: prune ? prune(arrived) : arrived };
    const outcome = await parse(arrived);
    return 'value' in outcome ? { ok: true, value: outcome.value } : { ok: false };
  };
}

/** A refinement that throws refuses. */
function theirs(schema: Any, value: unknown): Verdict {
  try {
    const parsed = schema.safeParse(JSON.parse(JSON.stringify(value)));
    return parsed.success ? { ok: true, value: parsed.data } : { ok: false };
  } catch {
    return { ok: false };
  }
}

/** As handlers see it: an absent member and an undefined one are the same; and as JSON has it: there is one zero. */
const seen = (value: unknown): unknown =>
  value === 0
    ? 0
    : Array.isArray(value)
      ? value.map(seen)
      : typeof value === 'object' && value !== null && !(value instanceof Date)
        ? Object.fromEntries(
            Object.entries(value)
              .filter(([, member]) => member !== undefined)
              .map(([name, member]) => [name, seen(member)]),
          )
        : value;

async function compare(schema: Any, inputs: unknown[], what: string, given: unknown = schema): Promise<void> {
  const decide = ours(given);
  for (const input of inputs) {
    const [mine, zods] = [await decide(input), theirs(schema, input)];
    const context = `${what} with ${JSON.stringify(input)}: ${JSON.stringify(convert(schema, 'input', 'it').json)}`;
    assert.equal(mine.ok, zods.ok, `${context}, the library accepts: ${zods.ok}`);
    if (zods.ok) assert.deepEqual(seen(mine.value), seen(zods.value), context);
  }
}

/** What is sent for a value that a handler gave, and whether the advertised schema accepts it. */
function sent(schema: unknown): (value: unknown) => Promise<Verdict> {
  const { json, checkInRust, parse, prune } = convert(schema, 'output', 'the schema');
  const compiled = new native.Schema(JSON.stringify(json));
  const fitting = fittingOf(json);
  return async (value) => {
    if (parse === undefined && fitting?.fits(value)) {
      const whole = JSON.stringify(value);
      const context = `${whole} of ${JSON.stringify(json)}`;
      assert.equal(encode(prune ? prune(value) : value), whole, context);
      if (fitting.isAll) assert.equal(compiled.check(whole), '[]', context);
    }
    const outcome = parse ? await parse(value) : { value: prune ? prune(value) : value };
    if (!('value' in outcome)) return { ok: false };
    const problems: unknown[] = JSON.parse(compiled.check(JSON.stringify(outcome.value)));
    if (!checkInRust)
      assert.deepEqual(
        problems,
        [],
        `${JSON.stringify(outcome.value)} does not satisfy ${JSON.stringify(json)}`,
      );
    return problems.length > 0 ? { ok: false } : { ok: true, value: outcome.value };
  };
}

async function compareSent(schema: Any, values: unknown[], what: string): Promise<void> {
  const decide = sent(schema);
  for (const value of values) {
    const [mine, zods] = [await decide(value), theirs(schema, value)];
    const context = `${what} with ${JSON.stringify(value)}: ${JSON.stringify(convert(schema, 'output', 'it').json)}`;
    assert.equal(mine.ok, zods.ok, `${context}, the library accepts: ${zods.ok}`);
    if (zods.ok) assert.deepEqual(seen(mine.value), seen(zods.value), context);
  }
}

for (const [name, library] of [
  ['zod 4', z],
  ['zod 3', z3],
] as const) {
  test(`${name}: each simple schema accepts and gives what the library does`, async () => {
    for (const [index, leaf] of LEAVES.entries()) {
      const inputs = [{}, ...VALUES.map((x) => ({ x })), ...VALUES.map((x) => ({ x, unknown: 1 }))];
      // zod 3 counts halves of an emoji; JSON Schema and zod 4 count it as one character.
      const counted = name === 'zod 3' ? inputs.filter((input) => (input as Any).x !== '😀') : inputs;
      await compare((library as Any).object({ x: leaf(library, () => 0) }), counted, `schema ${index}`);
      await compareSent((library as Any).object({ x: leaf(library, () => 0) }), counted, `output ${index}`);
    }
  });

  for (const seed of [1, 2, 3, 4, 5, 6]) {
    test(`${name}: composed schemas accept and give what the library does (${seed})`, async () => {
      const random = numbers(seed);
      for (let round = 0; round < 60; round += 1) {
        const x = schemaOf(library, random, 1 + random(3));
        const inputs: unknown[] = [{}];
        for (let many = 0; many < 40; many += 1) {
          const pick = () => VALUES[random(VALUES.length)];
          const value = [
            pick,
            () => ({ a: pick(), b: pick() }),
            () => [pick(), pick()],
            () => ({ a: { a: pick(), z: 1 } }),
          ][random(4)] as () => unknown;
          inputs.push({ x: value(), ...(random(3) === 0 && { z: 1 }) });
        }
        const counted =
          name === 'zod 3' ? inputs.filter((input) => !JSON.stringify(input).includes('😀')) : inputs;
        await compare((library as Any).object({ x }), counted, `round ${round}`);
        await compare((library as Any).object({ x }), counted, `shape ${round}`, { x });
        await compareSent((library as Any).object({ x }), counted, `output ${round}`);
      }
    });
  }
}
