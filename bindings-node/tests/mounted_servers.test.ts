// Servers in servers: what one offers, another offers, too.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { ConfigurationError, completable, type McpServer, ResourceTemplate, Server } from 'oxmcp';
import { z } from 'zod';
import {
  call,
  clientOf,
  emptyServer,
  modern,
  news,
  refusal,
  textOf,
  withClient,
} from './support/connected.js';

function child(): McpServer {
  const server = emptyServer();
  server.registerTool('add', { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) => String(a + b));
  server.registerResource('config', 'data://config', {}, (uri) => ({
    contents: [{ uri: uri.href, text: 'settings' }],
  }));
  const users = new ResourceTemplate('data://users/{user}', {
    list: undefined,
    complete: { user: () => ['ann'] },
  });
  server.registerResource('users', users, {}, (uri, { user }) => ({
    contents: [{ uri: uri.href, text: `user ${user}` }],
  }));
  server.registerPrompt(
    'greet',
    { argsSchema: { who: completable(z.string(), () => ['you', 'me']) } },
    ({ who }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Hello ${who}` } }],
    }),
  );
  return server;
}

describe('a mounted server', () => {
  test('is reached under its namespace, in both eras', async () => {
    const parent = emptyServer();
    parent.mount(child(), { namespace: 'sub' });
    await withClient(parent, async (client) => {
      assert.deepEqual(
        (await client.listTools()).tools.map(({ name }) => name),
        ['sub_add'],
      );
      assert.equal(await textOf(client, 'sub_add', { a: 1, b: 2 }), '3');
      assert.match((await call(client, 'sub_add', { a: 'x' })).content[0]?.text ?? '', /a/);
      const read = async (uri: string): Promise<unknown> => (await client.readResource({ uri })).contents;
      assert.deepEqual(await read('data://sub/config'), [{ uri: 'data://sub/config', text: 'settings' }]);
      assert.deepEqual(await read('data://sub/users/7'), [{ uri: 'data://sub/users/7', text: 'user 7' }]);
      const { messages } = await client.getPrompt({ name: 'sub_greet', arguments: { who: 'you' } });
      assert.deepEqual(messages[0]?.content, { type: 'text', text: 'Hello you' });
      assert.match((await refusal(client.readResource({ uri: 'data://config' }))).message, /not found/);
      const { resourceTemplates } = await client.listResourceTemplates();
      assert.deepEqual(
        resourceTemplates.map(({ uriTemplate }) => uriTemplate),
        ['data://sub/users/{user}'],
      );
    });
    const { content } = await modern(parent, 'tools/call', { name: 'sub_add', arguments: { a: 2, b: 3 } });
    assert.deepEqual(content, [{ type: 'text', text: '5' }]);
    const { contents } = await modern(parent, 'resources/read', { uri: 'data://sub/users/8' });
    assert.deepEqual(contents, [{ uri: 'data://sub/users/8', text: 'user 8' }]);
  });

  test('completes what is its own', async () => {
    const parent = emptyServer();
    parent.registerPrompt('own', { argsSchema: { who: completable(z.string(), () => ['own']) } }, () => 'x');
    parent.mount(child(), { namespace: 'sub' });
    await withClient(parent, async (client) => {
      const complete = async (
        ref: { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string },
        name: string,
      ) => (await client.complete({ ref, argument: { name, value: '' } })).completion.values;
      assert.deepEqual(await complete({ type: 'ref/prompt', name: 'sub_greet' }, 'who'), ['you', 'me']);
      assert.deepEqual(await complete({ type: 'ref/prompt', name: 'own' }, 'who'), ['own']);
      assert.deepEqual(await complete({ type: 'ref/resource', uri: 'data://sub/users/{user}' }, 'user'), [
        'ann',
      ]);
    });
  });

  test('tells the clients of the outer one of its changes', async () => {
    const [outer, middle, inner] = [emptyServer(), emptyServer(), child()];
    middle.mount(inner, { namespace: 'in' });
    outer.mount(middle, { namespace: 'mid' });
    await withClient(outer, async (client) => {
      const heard: string[] = [];
      let tell = (): void => {};
      const next = (): Promise<void> => new Promise((resolve) => (tell = resolve));
      const hear = (what: string): void => {
        heard.push(what);
        tell();
      };
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => hear('tools'));
      client.setNotificationHandler(ResourceListChangedNotificationSchema, () => hear('resources'));
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => hear(params.uri));
      let told = next();
      inner.registerTool('late', {}, () => 'late');
      await news(told);
      assert.equal(await textOf(client, 'mid_in_late'), 'late');
      await client.subscribeResource({ uri: 'data://mid/in/config' });
      told = next();
      await inner.sendResourceUpdated({ uri: 'data://config' });
      await news(told);
      told = next();
      middle.unmount(inner);
      await news(told);
      assert.deepEqual(heard.slice(0, 3), ['tools', 'data://mid/in/config', 'tools']);
      assert.deepEqual((await client.listTools()).tools, []);
    });
  });

  test('asks the client of the outer one, and logs to it', async () => {
    const parent = emptyServer();
    const mounted = emptyServer({ capabilities: { logging: {} } });
    const logged: unknown[] = [];
    mounted.registerTool('ask', {}, async () => {
      await mounted.sendLoggingMessage({ level: 'info', data: 'asked' });
      const { roots } = await mounted.server.listRoots();
      return roots.map(({ uri }) => uri).join();
    });
    parent.mount(mounted, { namespace: 'm' });
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { InMemoryTransport } = await import('@modelcontextprotocol/sdk/inMemory.js');
    const { ListRootsRequestSchema, LoggingMessageNotificationSchema } = await import(
      '@modelcontextprotocol/sdk/types.js'
    );
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await parent.connect(theirs as Parameters<McpServer['connect']>[0]);
    const client = new Client({ name: 'client', version: '1' }, { capabilities: { roots: {} } });
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///here' }] }));
    client.setNotificationHandler(
      LoggingMessageNotificationSchema,
      ({ params }) => void logged.push(params.data),
    );
    await client.connect(ours);
    assert.equal(await textOf(client, 'm_ask'), 'file:///here');
    assert.deepEqual(logged, ['asked']);
    await client.close();
    await parent.close();
  });

  test('is served by itself as ever', async () => {
    const [parent, mounted] = [emptyServer(), child()];
    parent.mount(mounted, { namespace: 'sub' });
    const own = await clientOf(mounted);
    await withClient(parent, async (outer) => {
      assert.equal(await textOf(own, 'add', { a: 1, b: 1 }), '2');
      assert.equal(await textOf(outer, 'sub_add', { a: 2, b: 2 }), '4');
    });
    await own.close();
    await mounted.close();
  });

  test('comes behind what is registered, and behind those mounted before it', async () => {
    const [parent, first, second] = [emptyServer(), emptyServer(), emptyServer()];
    parent.registerTool('a', {}, () => 'parent');
    for (const name of ['a', 'b']) first.registerTool(name, {}, () => 'first');
    for (const name of ['a', 'b', 'c']) second.registerTool(name, {}, () => 'second');
    parent.mount(first);
    parent.mount(second);
    await withClient(parent, async (client) => {
      const said = await Promise.all(['a', 'b', 'c'].map((name) => textOf(client, name)));
      assert.deepEqual(said, ['parent', 'first', 'second']);
    });
  });

  test('can have other names for its tools', async () => {
    const parent = emptyServer();
    parent.mount(child(), { namespace: 'sub', toolNames: { add: 'plus' } });
    await withClient(parent, async (client) => {
      assert.equal(await textOf(client, 'sub_plus', { a: 1, b: 2 }), '3');
    });
  });
});

test('what is imported stays as it is', async () => {
  const [parent, source] = [emptyServer(), child()];
  parent.importServer(source, { namespace: 'sub' });
  source.registerTool('late', {}, () => 'late');
  await withClient(parent, async (client) => {
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      ['sub_add'],
    );
    assert.equal(await textOf(client, 'sub_add', { a: 1, b: 2 }), '3');
  });
});

test('circles, namespaces that cannot be, and servers of another kind are refused', () => {
  const [a, b, c] = [emptyServer(), emptyServer(), emptyServer()];
  const refused = (mount: () => void, message: RegExp): void =>
    assert.throws(mount, (error) => error instanceof ConfigurationError && message.test(error.message));
  refused(() => a.mount(a), /in itself/);
  a.mount(b);
  b.mount(c);
  refused(() => c.mount(a), /circle/);
  refused(() => a.mount(b), /mounted here already/);
  refused(() => a.importServer(a), /into itself/);
  refused(() => emptyServer().mount(child(), { namespace: 'a/b' }), /cannot be a namespace/);
  const low = new Server({ name: 'low', version: '1' }, { capabilities: {} });
  assert.throws(() => a.mount(low as unknown as McpServer), TypeError);
  assert.throws(() => a.mount(undefined as unknown as McpServer), TypeError);
  assert.equal(a.unmount(b), true);
  assert.equal(a.unmount(b), false);
});
