// What is found out on a value itself holds for the text that is made of it. (That both say the same of very many schemas is
// tested with the conversion of schemas.)
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { fittingOf } from '../typescript/answers/fitting.js';
import { convert } from '../typescript/arguments/conversion.js';

function fittingTo(schema: unknown): NonNullable<ReturnType<typeof fittingOf>> {
  const fitting = fittingOf(convert(schema, 'output', 'the schema').json);
  assert(fitting !== undefined);
  return fitting;
}

/** An object whose member can be read and does not become text. */
const hidden = (name: string, value: unknown): object =>
  Object.defineProperty({}, name, { value, enumerable: false });

describe('values that fit a schema', () => {
  const record = z.object({
    id: z.int(),
    title: z.string().min(2).max(9),
    score: z.number().min(0).lt(1),
    tags: z.array(z.string()).min(1).max(3),
    kind: z.enum(['a', 'b']),
    note: z.string().nullable().optional(),
    author: z.object({ name: z.string(), known: z.boolean() }),
    more: z.record(z.string(), z.number()),
    either: z.union([z.string(), z.object({ a: z.null() })]),
  });
  const fitting = fittingTo(record);
  const value = {
    id: 1,
    title: 'four',
    score: 0.5,
    tags: ['x'],
    kind: 'a',
    author: { name: 'Ada', known: true },
    more: { a: 1 },
    either: { a: null },
  };

  test('are told from others', () => {
    assert.equal(fitting.isAll, true);
    assert.equal(fitting.fits(value), true);
    assert.equal(fitting.fits({ ...value, note: null, either: 'text' }), true);
    assert.equal(fitting.fits({ ...value, note: 'text' }), true);
    const others = {
      id: [0.5, '1', 2 ** 60, Number.NaN, 1n, null, undefined],
      title: ['x', 'longer than nine', 5, new String('four')],
      score: [1, -0.1, Number.NaN, Number.POSITIVE_INFINITY],
      tags: [[], ['a', 'b', 'c', 'd'], [1], new Set(['a']), 'ab', [undefined]],
      kind: ['c', undefined],
      author: [null, {}, { name: 'Ada', known: 1 }, { name: 'Ada', known: true, born: 1815 }],
      more: [new Map([['a', 1]]), { a: '1' }, [1]],
      either: [{ a: undefined }, 7],
    };
    for (const [name, wrong] of Object.entries(others)) {
      for (const one of wrong) assert.equal(fitting.fits({ ...value, [name]: one }), false, name);
    }
    assert.equal(fitting.fits({ ...value, unknown: 1 }), false);
  });

  test('are of no class of their own, and hide nothing', () => {
    const { author, ...rest } = value;
    class Author {
      name = 'Ada';
      known = true;
    }
    assert.equal(fitting.fits({ ...rest, author: new Author() }), false);
    assert.equal(fitting.fits({ ...rest, author: Object.assign(Object.create(null), author) }), true);
    assert.equal(
      fitting.fits({ ...rest, author: Object.assign(hidden('name', 'Ada'), { known: true }) }),
      false,
    );
    assert.equal(fitting.fits({ ...rest, author: Object.create(author) }), false);
    assert.equal(fitting.fits({ ...value, toJSON: () => ({}) }), false);
    class Tags extends Array<string> {}
    assert.equal(fitting.fits({ ...value, tags: Tags.of('x') }), false);
  });

  test('may have anything that is JSON where the schema says nothing', () => {
    const open = fittingTo(z.looseObject({ a: z.any(), b: z.unknown().optional() }));
    assert.equal(open.fits({ a: { deep: [1, null, undefined] }, c: 'more' }), true);
    assert.equal(open.fits({ a: 1, b: undefined }), true);
    assert.equal(open.fits({ a: undefined }), false);
    assert.equal(open.fits({}), false);
    assert.equal(open.fits({ a: new Map() }), false);
    assert.equal(open.fits({ a: 1, b: () => 1 }), false);
    assert.equal(open.fits({ a: 1, c: new Date() }), false);
    const around: Record<string, unknown> = {};
    around.a = around;
    assert.equal(open.fits(around), false);
  });

  test('are known to be valid only where everything was looked at', () => {
    const pattern = fittingTo(z.object({ a: z.string().regex(/^a+$/) }));
    assert.deepEqual([pattern.fits({ a: 'b' }), pattern.isAll], [true, false]);
    const exclusive = fittingOf({ oneOf: [{ type: 'number' }, { type: 'integer' }] });
    assert.deepEqual([exclusive?.fits(1), exclusive?.isAll], [true, false]);
    const several = fittingOf({ type: ['string', 'null'], minLength: 1 });
    assert.deepEqual([several?.fits(null), several?.fits(''), several?.fits('a')], [true, false, true]);
    const typed = fittingOf({ type: 'string', enum: ['a', 1] });
    assert.deepEqual([typed?.fits('a'), typed?.isAll], [true, false]);
    const both = fittingOf({ const: 'a', enum: ['b'] });
    assert.deepEqual([both?.fits('b'), both?.isAll], [false, false]);
    assert.equal(fittingOf({ type: 'string', enum: ['a', 'b'] })?.isAll, true);
    const unique = fittingOf({ type: 'array', uniqueItems: true });
    assert.deepEqual([unique?.fits([1, 1]), unique?.isAll], [true, false]);
  });

  test('are not sought where the schema says what is not looked at', () => {
    for (const schema of [
      { $ref: '#/$defs/a', $defs: { a: { type: 'string' } } },
      { type: 'object', allOf: [{ required: ['a'] }] },
      { type: 'object', required: ['a'] },
      { type: 'object', properties: { a: {} }, anyOf: [{ required: ['a'] }] },
      { anyOf: [{ type: 'string' }], type: ['string', 'null'] },
      { type: 'array', prefixItems: [{ type: 'string' }] },
      { type: 'array', items: false },
      { const: { a: 1 } },
      { not: {} },
      false,
    ]) {
      assert.equal(fittingOf(schema), undefined, JSON.stringify(schema));
    }
  });

  test('are not sought where a program may compile no code', () => {
    const module = fileURLToPath(new URL('../dist/cjs/answers/fitting.js', import.meta.url));
    const found = `require(${JSON.stringify(module)}).fittingOf({ type: 'string' })`;
    const told = (...flags: string[]): string =>
      execFileSync(process.execPath, [...flags, '--print', `typeof ${found}`], { encoding: 'utf8' }).trim();
    assert.equal(told('--disallow-code-generation-from-strings'), 'undefined');
    assert.equal(told(), 'object');
  });

  test('have members of any name', () => {
    const names = ['"', '\\', '\n', '`1`', "';throw 1;'", '\u2028', 'constructor', '__proto__', 'value', ''];
    for (const name of names) {
      const properties = JSON.parse(`{${JSON.stringify(name)}:{"type":"number"}}`);
      const fitting = fittingOf({
        type: 'object',
        properties,
        required: [name],
        additionalProperties: false,
      });
      const given = (member: unknown): unknown =>
        JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(member)}}`);
      assert.equal(fitting?.fits(given(1)), true, name);
      assert.equal(fitting?.fits(given('1')), false, name);
      assert.equal(fitting?.fits({}), false, name);
    }
  });
});
