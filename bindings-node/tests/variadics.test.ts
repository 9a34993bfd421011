// The older, variadic ways to register.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResourceTemplate } from 'oxmcp';
import { z } from 'zod';
import * as z3 from 'zod3';
import { emptyServer, textOf, withClient } from './support/connected.js';

describe('server.tool', () => {
  test('takes a description, a shape and annotations, each of which may be left out', async () => {
    const server = emptyServer();
    const shape = { a: z.string() };
    const annotations = { readOnlyHint: true };
    server.tool('bare', () => 'bare');
    server.tool('described', 'Text', () => 'described');
    server.tool('shaped', shape, ({ a }) => a);
    server.tool('annotated', annotations, () => 'annotated');
    server.tool('described-shaped', 'Text', { a: z3.string() }, ({ a }) => a);
    server.tool('described-annotated', 'Text', annotations, () => 'x');
    server.tool('shaped-annotated', shape, annotations, ({ a }) => a);
    server.tool('all', 'Text', shape, annotations, ({ a }, ctx) => `${a} ${typeof ctx.signal}`);
    server.tool('empty', 'Text', {}, (args, ctx) => `${JSON.stringify(args)} ${typeof ctx.signal}`);
    await withClient(server, async (client) => {
      const tools = new Map((await client.listTools()).tools.map((tool) => [tool.name, tool]));
      const told = (name: string) => {
        const { description, inputSchema, annotations: hints } = tools.get(name) ?? {};
        return [description, Object.keys(inputSchema?.properties ?? {}), hints];
      };
      assert.deepEqual(told('bare'), [undefined, [], undefined]);
      assert.deepEqual(told('described'), ['Text', [], undefined]);
      assert.deepEqual(told('shaped'), [undefined, ['a'], undefined]);
      assert.deepEqual(told('annotated'), [undefined, [], annotations]);
      assert.deepEqual(told('described-shaped'), ['Text', ['a'], undefined]);
      assert.deepEqual(told('described-annotated'), ['Text', [], annotations]);
      assert.deepEqual(told('shaped-annotated'), [undefined, ['a'], annotations]);
      assert.deepEqual(told('all'), ['Text', ['a'], annotations]);
      assert.equal(await textOf(client, 'bare'), 'bare');
      assert.equal(await textOf(client, 'all', { a: 'x' }), 'x object');
      assert.equal(await textOf(client, 'empty', { b: 1 }), '{} object');
    });
  });

  test('refuses what is neither shape nor annotations', () => {
    const server = emptyServer();
    const tool = server.tool.bind(server) as (...parts: unknown[]) => unknown;
    assert.throws(() => tool('t', { a: { b: 1 } }, () => ''), /an object has objects inside/);
    assert.throws(() => tool('t', z.object({}), () => ''), /needs registerTool/);
    assert.throws(() => tool('t', 'Text', 5, () => ''), /expected a shape of schemas or annotations/);
    assert.throws(() => tool('t', 'Text', {}, {}, {}, () => ''), /too many arguments/);
    server.tool('t', () => '');
    assert.throws(() => server.tool('t', () => ''), { message: 'Tool t is already registered' });
  });
});

test('server.resource takes a URI or a template, with and without metadata', async () => {
  const server = emptyServer();
  const template = new ResourceTemplate('b:{c}', { list: undefined });
  server.resource('one', 'a:1', () => 'one');
  server.resource('two', 'a:2', { mimeType: 'text/html' }, () => 'two');
  server.resource('three', template, (_uri, { c }) => String(c));
  server.resource('four', new ResourceTemplate('d:{e}', { list: undefined }), { title: 'Four' }, () => '');
  await withClient(server, async (client) => {
    assert.deepEqual((await client.listResources()).resources, [
      { uri: 'a:1', name: 'one' },
      { uri: 'a:2', name: 'two', mimeType: 'text/html' },
    ]);
    assert.deepEqual((await client.listResourceTemplates()).resourceTemplates, [
      { uriTemplate: 'b:{c}', name: 'three' },
      { uriTemplate: 'd:{e}', name: 'four', title: 'Four' },
    ]);
    const [contents] = (await client.readResource({ uri: 'b:x' })).contents;
    assert.deepEqual(contents, { uri: 'b:x', mimeType: 'text/plain', text: 'x' });
  });
});

test('server.prompt takes a description and a shape, each of which may be left out', async () => {
  const server = emptyServer();
  server.prompt('bare', () => 'x');
  server.prompt('described', 'Text', () => 'x');
  server.prompt('shaped', { a: z.string() }, ({ a }) => a);
  server.prompt('both', 'Text', { a: z.string().optional() }, ({ a }) => a ?? '');
  await withClient(server, async (client) => {
    assert.deepEqual((await client.listPrompts()).prompts, [
      { name: 'bare' },
      { name: 'described', description: 'Text' },
      { name: 'shaped', arguments: [{ name: 'a', required: true }] },
      { name: 'both', description: 'Text', arguments: [{ name: 'a', required: false }] },
    ]);
  });
});
