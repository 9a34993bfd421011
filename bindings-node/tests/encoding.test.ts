import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encode } from '../typescript/answers/encoding.js';
import { InvalidResultError } from '../typescript/engine/errors.js';

function refused(value: unknown): string {
  try {
    encode(value);
  } catch (error) {
    assert(error instanceof InvalidResultError);
    return error.message;
  }
  throw new assert.AssertionError({ message: 'it was encoded' });
}

describe('encoding', () => {
  test('what is JSON stays as it is', () => {
    const value = { a: [1, 'two', null, true, { b: '' }], c: undefined, d: [undefined], e: 0 };
    assert.equal(encode(value), JSON.stringify(value));
    assert.equal(encode(0), '0');
    assert.equal(encode(null), 'null');
  });

  test('what has a natural JSON form gets it', () => {
    assert.equal(encode(new Map([['a', new Set([1])]])), '{"a":[1]}');
    assert.equal(encode(new Map([[1, 2]])), '[[1,2]]');
    assert.equal(encode(new Date(0)), '"1970-01-01T00:00:00.000Z"');
    assert.equal(encode({ url: new URL('http://a/b') }), '{"url":"http://a/b"}');
    assert.equal(encode(Buffer.from('hi')), '"aGk="');
    assert.equal(encode(new Float64Array([1, 2])), '[1,2]');
    assert.equal(encode({ error: new RangeError('x') }), '{"error":{"name":"RangeError","message":"x"}}');
    assert.equal(encode({ of: [1, 2].values(), text: new String('x') }), '{"of":[1,2],"text":"x"}');
    assert.equal(encode(new URLSearchParams('a=1')), '[["a","1"]]');
    class Point {
      x = 1;
      get norm(): number {
        return 1;
      }
    }
    assert.equal(encode([new Point()]), '[{"x":1}]');
    assert.equal(encode({ toJSON: () => ({ a: new Set([1]) }) }), '{"a":[1]}');
  });

  test('a BigInt is the integer it is, whatever its size', () => {
    assert.equal(
      encode({ a: [0, 1n, -(2n ** 64n) - 1n], b: 'bigint 1' }),
      '{"a":[0,1,-18446744073709551617],"b":"bigint 1"}',
    );
    assert.equal(encode(2n ** 64n + 1n), '18446744073709551617');
    assert.equal(encode(new Map([['a', 1n]])), '{"a":1}');
  });

  test('what has no JSON form is refused by its place', () => {
    assert.equal(refused({ 'a b': () => 1 }), 'result["a b"]: a function is not JSON');
    assert.equal(refused([Symbol('s')]), 'result[0]: a symbol is not JSON');
    assert.equal(refused(undefined), 'result: undefined is not JSON');
    assert.equal(refused({ when: new Date(Number.NaN) }), 'result.when: the date is not valid');
    assert.equal(refused({ a: Promise.resolve() }), 'result.a: a promise is not JSON; await it first');
    assert.equal(refused({ a: new WeakMap() }), 'result.a: the WeakMap is not JSON');
    function* endless() {
      for (;;) yield 0;
    }
    assert.equal(refused(endless()), 'result: gives more than 1000000 values');
    const failing = {
      toJSON() {
        throw new Error('broken');
      },
    };
    assert.equal(refused({ failing }), 'result.failing: cannot be made JSON (broken)');
  });

  test('a value that contains itself is refused, however often it does', () => {
    const value: Record<string, unknown> = { a: {} };
    for (const name of ['b', 'c', 'd', 'e']) (value.a as Record<string, unknown>)[name] = value;
    assert.equal(refused(value), 'result.a.b: the value contains itself');
  });

  test('a value that is shared but contains nothing of itself is written twice', () => {
    const shared = new Set([1]);
    assert.equal(encode([shared, shared]), '[[1],[1]]');
  });

  test('a value nested beyond reason is refused', () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 200; depth++) value = [value];
    assert.match(refused(value), /: the value is nested too deeply$/);
  });

  test('members named like those of every object are members', () => {
    const value = JSON.parse('{"__proto__":{"a":1},"constructor":1}');
    assert.equal(encode(value), '{"__proto__":{"a":1},"constructor":1}');
    assert.equal(encode([new Set(), value]), '[[],{"__proto__":{"a":1},"constructor":1}]');
  });
});
