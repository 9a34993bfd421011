// Forms: what people are asked to fill in, from whatever a schema is written with. Seen through `inputRequired.elicit`, which
// makes the same forms as `ctx.elicit`.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type } from 'arktype';
import { acceptedContent, inputRequired } from 'oxmcp';
import * as z from 'zod';
import { z as z3 } from 'zod3';

/** What a client is told of a schema's form. */
function formOf(schema: object): { properties: Record<string, unknown>; required?: string[] } {
  const { params } = inputRequired.elicit({ message: 'm', requestedSchema: schema as never });
  const { type: kind, ...form } = (params as { requestedSchema: { type: string } }).requestedSchema;
  assert.equal(kind, 'object');
  return form as ReturnType<typeof formOf>;
}

/** What a handler gets for a filled-in form of a schema. */
function filledIn(schema: object, content: object): unknown {
  inputRequired.elicit({ message: 'm', requestedSchema: schema as never });
  return acceptedContent({ it: { action: 'accept', content } }, 'it', schema as never);
}

describe('a form', () => {
  const flat = {
    properties: {
      name: { type: 'string', description: 'Who', minLength: 1 },
      age: { type: 'integer', minimum: 0 },
      sure: { type: 'boolean', default: true },
      color: { type: 'string', enum: ['red', 'green'] },
    },
    required: ['name', 'age', 'color'],
  };
  const kinds: Record<string, object> = {
    'zod 4': z.object({
      name: z.string().min(1).describe('Who'),
      age: z.int().min(0),
      sure: z.boolean().default(true),
      color: z.enum(['red', 'green']),
    }),
    'zod 3': z3.object({
      name: z3.string().min(1).describe('Who'),
      age: z3.number().int().min(0),
      sure: z3.boolean().default(true),
      color: z3.enum(['red', 'green']),
    }),
    arktype: type({
      name: type('string>=1').describe('Who'),
      age: 'number.integer>=0',
      sure: 'boolean = true',
      color: '"red" | "green"',
    }),
  };
  for (const [library, schema] of Object.entries(kinds)) {
    test(`is the same written with ${library}, and fills in defaults`, () => {
      const form = formOf(schema);
      // The order of required fields, and of choices, is the library's.
      assert.deepEqual(new Set(form.required), new Set(flat.required));
      const properties = JSON.parse(JSON.stringify(form.properties), (_key, value) =>
        Array.isArray(value) ? value.sort().reverse() : value,
      );
      // Defaults are not in what arktype says of itself.
      if (library === 'arktype') properties.sure.default = true;
      assert.deepEqual(properties, flat.properties);
      const answer = { name: 'Ada', age: 36, color: 'red' };
      assert.deepEqual(filledIn(schema, answer), { ...answer, sure: true });
      assert.equal(filledIn(schema, { ...answer, age: -1 }), undefined);
    });
  }

  const fields: [what: string, schema: z.ZodType, field: object, required?: boolean][] = [
    ['an address of mail', z.email(), { type: 'string', format: 'email' }],
    ['an address of the web', z.url(), { type: 'string', format: 'uri' }],
    ['a day', z.iso.date(), { type: 'string', format: 'date' }],
    ['a moment', z.iso.datetime(), { type: 'string', format: 'date-time' }],
    ['a date', z.date(), { type: 'string', format: 'date-time' }],
    ['text of a form without a field of its own', z.uuid(), { type: 'string' }],
    ['text by a pattern', z.string().regex(/^a/), { type: 'string' }],
    ['a number', z.number().max(5).default(2), { type: 'number', maximum: 5, default: 2 }, false],
    ['a bound that is excluded', z.number().gt(2), { type: 'number', minimum: 2 }],
    ['an excluded bound of integers', z.int().gt(2).lt(9), { type: 'integer', minimum: 3, maximum: 8 }],
    ['true or false', z.boolean(), { type: 'boolean' }],
    ['consent', z.literal(true), { type: 'boolean' }],
    ['one constant', z.literal('a'), { type: 'string', enum: ['a'] }],
    ['what may be absent', z.string().optional(), { type: 'string' }, false],
    ['what may be null', z.string().nullable(), { type: 'string' }, false],
    [
      'titled choices',
      z.union([z.literal('r').meta({ title: 'Red' }), z.literal('g').describe('Green')]),
      {
        type: 'string',
        oneOf: [
          { const: 'r', title: 'Red' },
          { const: 'g', title: 'Green' },
        ],
      },
    ],
    [
      'several choices',
      z
        .array(z.enum(['a', 'b']))
        .min(1)
        .max(2)
        .default(['a']),
      {
        type: 'array',
        minItems: 1,
        maxItems: 2,
        items: { type: 'string', enum: ['a', 'b'] },
        default: ['a'],
      },
      false,
    ],
    [
      'several titled choices',
      z.array(z.union([z.literal('r').meta({ title: 'Red' }), z.literal('g').meta({ title: 'Green' })])),
      {
        type: 'array',
        items: {
          anyOf: [
            { const: 'r', title: 'Red' },
            { const: 'g', title: 'Green' },
          ],
        },
      },
    ],
    ['a set of choices', z.set(z.enum(['a'])), { type: 'array', items: { type: 'string', enum: ['a'] } }],
  ];
  for (const [what, schema, field, isRequired = true] of fields) {
    test(`asks for ${what}`, () => {
      const form = formOf(z.object({ it: schema }));
      assert.deepEqual(form, { properties: { it: field }, ...(isRequired && { required: ['it'] }) });
    });
  }

  test('is found in JSON Schema behind references, single parts and null', () => {
    const form = formOf(type({ it: '"a"' }).and({ other: 'string | null' }));
    assert.deepEqual(form.properties.other, { type: 'string' });
    const plain = {
      type: 'object' as const,
      properties: { choice: { type: 'string', enum: ['x'], enumNames: ['X'] } },
      required: ['choice'],
    };
    // What is in the protocol's terms already is sent as it is.
    assert.deepEqual(formOf(plain), { properties: plain.properties, required: ['choice'] });
  });

  const impossible: [what: string, schema: object, message: RegExp][] = [
    [
      'an object in it',
      z.object({ at: z.object({ x: z.number() }) }),
      /, at at: an object cannot be a field/,
    ],
    ['a list of texts', z.object({ all: z.array(z.string()) }), /, at all: a form can ask for a list only/],
    [
      'choices of two types',
      z.object({ it: z.union([z.string(), z.number()]) }),
      /, at it: a field has one type/,
    ],
    [
      'choices of numbers',
      z.object({ it: z.literal([1, 2]) }),
      /, at it: a form offers choices among texts, and 1/,
    ],
    ['anything', z.object({ it: z.unknown() }), /, at it: its type is not said/],
    ['names that are not said', z.record(z.string(), z.string()), /a form is an object with named fields/],
    [
      'JSON Schema that is not flat',
      { type: 'object', properties: { a: { type: 'object' } } },
      /, at a: an object/,
    ],
  ];
  for (const [what, schema, message] of impossible) {
    test(`cannot have ${what}, and says where`, () => {
      assert.throws(() => formOf(schema), { name: 'TypeError', message });
    });
  }
});

describe('what was filled in', () => {
  test('is what the schema promises: dates, null for what is absent, numbers that came as text', () => {
    const schema = z.object({ day: z.date(), note: z.string().nullable(), count: z.number() });
    assert.deepEqual(filledIn(schema, { day: '2026-01-02T00:00:00.000Z', count: '3' }), {
      day: new Date('2026-01-02'),
      note: null,
      count: 3,
    });
  });

  test('is held against all that the schema says, also what no form can say', () => {
    const schema = z.object({ code: z.string().regex(/^a/), even: z.int().refine((n) => n % 2 === 0) });
    assert.deepEqual(filledIn(schema, { code: 'ab', even: 2 }), { code: 'ab', even: 2 });
    assert.equal(filledIn(schema, { code: 'b', even: 2 }), undefined);
    assert.equal(filledIn(schema, { code: 'a', even: 3 }), undefined);
  });

  test('of a schema of one value is that value', () => {
    const schema = z.enum(['a', 'b']);
    assert.deepEqual(formOf(schema), {
      properties: { value: { type: 'string', enum: ['a', 'b'] } },
      required: ['value'],
    });
    assert.equal(filledIn(schema, { value: 'b' }), 'b');
  });
});
