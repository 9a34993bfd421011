// Calls of what a mounted server offers: what passes its middleware, what it lists and links to, who hears of its followers.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type McpServer, type Middleware, ResourceTemplate, toolSearch } from 'oxmcp';
import { z } from 'zod';
import { call, emptyServer, modern, news, refusal, textOf, withClient } from './support/connected.js';

/** Notes what is called, read and got, on its way in and on its way out. */
function noting(whose: string, notes: string[]): Middleware {
  return {
    async onRequest({ method, params }, next) {
      const key = params.name ?? params.uri;
      if (key === undefined) return next();
      notes.push(`${whose} ${method} ${String(key)}`);
      try {
        return await next();
      } finally {
        notes.push(whose);
      }
    },
  };
}

function linking(): McpServer {
  const server = emptyServer();
  server.registerTool('double', { inputSchema: { n: z.number() } }, ({ n }) => String(2 * n));
  server.registerTool('link', {}, () => ({
    content: [
      { type: 'resource_link', uri: 'data://users/7', name: 'a user' },
      { type: 'resource_link', uri: 'https://example.com/', name: 'elsewhere' },
      { type: 'resource', resource: { uri: 'data://config', text: 'settings' } },
    ],
  }));
  server.registerResource('config', 'data://config', {}, () => 'settings');
  const users = new ResourceTemplate('data://users/{user}', {
    list: () => ({
      resources: ['ann', 'bob'].map((name) => ({ uri: `data://users/${name}`, name })),
    }),
  });
  server.registerResource('users', users, {}, (_uri, { user }) => `user ${user}`);
  server.registerPrompt('greet', { argsSchema: { who: z.string() } }, ({ who }) => `Hello ${who}`);
  return server;
}

function nested(inner: McpServer): [McpServer, McpServer] {
  const [outer, middle] = [emptyServer(), emptyServer()];
  middle.mount(inner, { namespace: 'in' });
  outer.mount(middle, { namespace: 'mid' });
  return [outer, middle];
}

describe('the middleware of a mounted server', () => {
  test('stands inside of that of the outer ones, and knows things by its own names', async () => {
    const notes: string[] = [];
    const inner = linking();
    const [outer, middle] = nested(inner);
    for (const [whose, server] of Object.entries({ outer, middle, inner })) server.use(noting(whose, notes));
    const asked = [
      ['tools/call', { name: 'mid_in_double', arguments: { n: 2 } }, ['in_double', 'double']],
      ['prompts/get', { name: 'mid_in_greet', arguments: { who: 'you' } }, ['in_greet', 'greet']],
      ['resources/read', { uri: 'data://mid/in/users/7' }, ['data://in/users/7', 'data://users/7']],
    ] as const;
    const check = async (ask: (method: string, params: object) => Promise<unknown>): Promise<void> => {
      for (const [method, params, [inMiddle, inInner]] of asked) {
        notes.length = 0;
        await ask(method, params);
        const key = 'name' in params ? params.name : params.uri;
        const inwards = [
          `outer ${method} ${key}`,
          `middle ${method} ${inMiddle}`,
          `inner ${method} ${inInner}`,
        ];
        assert.deepEqual(notes, [...inwards, 'inner', 'middle', 'outer']);
      }
    };
    await check((method, params) => modern(outer, method, params));
    const { ResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
    await withClient(outer, (client) =>
      check((method, params) => client.request({ method, params: { ...params } }, ResultSchema)),
    );
  });

  test('changes what is asked and answered, sees what is refused, and goes when it is taken away', async () => {
    const inner = linking();
    const [outer] = nested(inner);
    const seen: unknown[] = [];
    const used = inner.use({
      async onCallTool({ params }, next) {
        seen.push(params.arguments);
        if (params.name === 'link') return next({ name: 'double', arguments: { n: 21 } });
        const result = await next();
        return { ...result, _meta: { by: 'inner' } };
      },
    });
    await withClient(outer, async (client) => {
      assert.equal(await textOf(client, 'mid_in_link'), '42');
      assert.deepEqual((await call(client, 'mid_in_double', { n: 1 }))._meta, { by: 'inner' });
      assert.equal((await call(client, 'mid_in_double', { n: 'one' })).isError, true);
      assert.deepEqual(seen, [{}, { n: 1 }, { n: 'one' }]);
      used.remove();
      await call(client, 'mid_in_double', { n: 1 });
      assert.equal(seen.length, 3);
    });
  });

  test('cannot ask for what its server does not offer', async () => {
    const inner = linking();
    const [outer] = nested(inner);
    outer.registerTool('own', {}, () => 'own');
    inner.use({ onCallTool: (_context, next) => next({ name: 'own' }) });
    await withClient(outer, async (client) => {
      assert.match((await refusal(call(client, 'mid_in_double', { n: 1 }))).message, /own/);
      assert.equal(await textOf(client, 'own'), 'own');
    });
  });
});

describe('a mounted server', () => {
  test('has what its templates list in the list of the outer one, and that has its own', async () => {
    const inner = linking();
    const [outer] = nested(inner);
    const notes = new ResourceTemplate('note://{id}', {
      list: () => ({ resources: [{ uri: 'note://1', name: '1' }] }),
    });
    outer.registerResource('notes', notes, { mimeType: 'text/plain' }, () => 'a note');
    const all = ['data://mid/in/config', 'note://1', 'data://mid/in/users/ann', 'data://mid/in/users/bob'];
    await withClient(outer, async (client) => {
      const { resources } = await client.listResources();
      assert.deepEqual(
        resources.map(({ uri }) => uri),
        all,
      );
      assert.equal(resources[1]?.mimeType, 'text/plain');
      const { contents } = await client.readResource({ uri: 'data://mid/in/users/ann' });
      assert.deepEqual(contents, [
        { uri: 'data://mid/in/users/ann', mimeType: 'text/plain', text: 'user ann' },
      ]);
    });
    const { resources } = await modern(outer, 'resources/list');
    assert.deepEqual(
      (resources as { uri: string }[]).map(({ uri }) => uri),
      all,
    );
  });

  test('links to what clients can read', async () => {
    const [outer] = nested(linking());
    await withClient(outer, async (client) => {
      const { content } = await call(client, 'mid_in_link');
      assert.deepEqual(content, [
        { type: 'resource_link', uri: 'data://mid/in/users/7', name: 'a user' },
        { type: 'resource_link', uri: 'https://example.com/', name: 'elsewhere' },
        { type: 'resource', resource: { uri: 'data://mid/in/config', text: 'settings' } },
      ]);
      for (const uri of ['data://mid/in/users/7', 'data://mid/in/config']) await client.readResource({ uri });
    });
  });

  test('that has a search speaks of tools by the names that clients call', async () => {
    const inner = linking();
    inner.addTransform(toolSearch());
    const [outer] = nested(inner);
    await withClient(outer, async (client) => {
      assert.deepEqual(
        (await client.listTools()).tools.map(({ name }) => name),
        ['mid_in_search_tools', 'mid_in_call_tool'],
      );
      assert.match(
        (await textOf(client, 'mid_in_search_tools', { query: 'double' })) ?? '',
        /"mid_in_double"/,
      );
      const args = { name: 'mid_in_double', arguments: { n: 4 } };
      assert.equal(await textOf(client, 'mid_in_call_tool', args), '8');
    });
  });

  test('hears who follows its resources at the outer one', async () => {
    const inner = linking();
    const [outer, middle] = nested(inner);
    const heard: string[] = [];
    let tell = (): void => {};
    const next = (): Promise<void> => new Promise((resolve) => (tell = resolve));
    const hear = (what: string) => (uri: string) => {
      heard.push(`${what} ${uri}`);
      tell();
    };
    inner.server.onsubscribed = hear('came');
    inner.server.onunsubscribed = hear('went');
    await withClient(outer, async (client) => {
      for (const act of [
        () => client.subscribeResource({ uri: 'data://mid/in/config' }),
        () => client.unsubscribeResource({ uri: 'data://mid/in/config' }),
        () => client.subscribeResource({ uri: 'data://mid/in/users/7' }),
        async () => void middle.unmount(inner),
      ]) {
        const told = next();
        await act();
        await news(told);
      }
      assert.deepEqual(heard, [
        'came data://config',
        'went data://config',
        'came data://users/7',
        'went data://users/7',
      ]);
    });
  });
});

test('hooks see lists whole, which go out in pages', async () => {
  const server = emptyServer({ listPageSize: 2 });
  for (const name of ['a', 'b', 'c', 'd', 'e']) server.registerTool(name, {}, () => name);
  const seen: number[] = [];
  server.use({
    async onListTools({ params }, next) {
      assert.equal('cursor' in params, false);
      const result = await next();
      seen.push(result.tools.length);
      return { ...result, tools: result.tools.filter(({ name }) => name !== 'b').reverse() };
    },
  });
  await withClient(server, async (client) => {
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await client.listTools({ cursor });
      pages.push(page.tools.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.deepEqual(pages, [
      ['e', 'd'],
      ['c', 'a'],
    ]);
    assert.deepEqual(seen, [5, 5]);
    for (const forged of ['none', '', Buffer.from('oxmcp:-1').toString('base64url')]) {
      assert.equal((await refusal(client.listTools({ cursor: forged }))).code, -32602, forged);
    }
  });
});
