import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResourceTemplate, UriTemplate } from 'oxmcp';

const VALUES = { x: 'a b', path: 'a/b', list: ['1', '2'], none: [], empty: '' };

for (const [template, uri] of [
  ['a://{x}', 'a://a%20b'],
  ['a://{path}', 'a://a%2Fb'],
  ['a://{+path}', 'a://a/b'],
  ['a://x{#x}', 'a://x#a%20b'],
  ['a://{x:1}', 'a://a'],
  ['a://f{.x}', 'a://f.a%20b'],
  ['a://{/list*}', 'a:///1/2'],
  ['a://{list}', 'a://1,2'],
  ['a://y{?x,missing,list*}', 'a://y?x=a%20b&list=1&list=2'],
  ['a://y?z=1{&x}', 'a://y?z=1&x=a%20b'],
  ['a://y{;x,empty}', 'a://y;x=a%20b;empty'],
  ['a://y{?none}', 'a://y'],
] as const) {
  test(`${template} is filled in as RFC 6570 says`, () => {
    assert.equal(new UriTemplate(template).expand(VALUES), uri);
  });
}

for (const [template, uri, values] of [
  ['a://{x}/{y}', 'a://1%202/z', { x: '1 2', y: 'z' }],
  ['a://{+path}', 'a://b/c', { path: 'b/c' }],
  ['a://b{?q,r}', 'a://b?q=1%262&r=3', { q: '1&2', r: '3' }],
  ['a://b{?q}', 'a://b', {}],
  ['a:/{/list*}', 'a://1/2', { list: ['1', '2'] }],
  ['a:{/x}', 'a:/1', { x: '1' }],
  ['a://{x}', 'b://1', null],
  ['a://{x}', 'a://1/2', null],
] as const) {
  test(`${template} reads ${uri}`, () => {
    const found = new UriTemplate(template).match(uri);
    assert.deepEqual(found, values);
  });
}

for (const template of ['a://{x', 'a://x}', 'a://{}', 'a://{x{y}}', 'a://{x,}', 'a://{x:}']) {
  test(`${template} is refused where it is made`, () => {
    assert.throws(() => new UriTemplate(template), { name: 'TypeError', message: /^URI template "a:/ });
    assert.throws(() => new ResourceTemplate(template, { list: undefined }), TypeError);
  });
}
