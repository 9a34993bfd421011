// Middleware: objects with hooks around whatever clients ask and tell.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { McpError, type McpServer, type Middleware, type Next, Server, ToolError } from 'oxmcp';
import type { CallToolRequestParams, CallToolResult } from 'oxmcp/types.js';
import { z } from 'zod';
import {
  type Answer,
  call,
  clientOf,
  emptyServer,
  modern,
  news,
  refusal,
  textOf,
  withClient,
} from './support/connected.js';
import { legacyClient, modernClient } from './support/http.js';

/** A server that offers something of every kind. */
function offering(...middleware: Middleware[]): McpServer {
  const server = emptyServer();
  server.registerTool(
    'add',
    { inputSchema: { a: z.number(), b: z.number().default(1) }, outputSchema: { sum: z.number() } },
    ({ a, b }) => ({ structuredContent: { sum: a + b } }),
  );
  server.registerTool('fails', {}, () => {
    throw new ToolError('on purpose');
  });
  server.registerPrompt('greet', { argsSchema: { name: z.string() } }, ({ name }) => `Hello ${name}`);
  server.registerResource('one', 'note://one', {}, () => 'first');
  for (const one of middleware) server.use(one);
  return server;
}

/** Notes the method of every message. */
function noting(): { seen: string[]; middleware: Middleware } {
  const seen: string[] = [];
  return {
    seen,
    middleware: {
      onMessage({ method, type }, next) {
        seen.push(type === 'request' ? method : `(${method})`);
        return next();
      },
    },
  };
}

/** A promise, and what fulfils it. */
function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

describe('hooks', () => {
  test('see every message, whatever answers it, and change nothing by looking', async () => {
    const { seen, middleware } = noting();
    const plain = offering();
    const server = offering(middleware);
    for (const [method, params] of [
      ['tools/list', {}],
      ['tools/call', { name: 'add', arguments: { a: 2 } }],
      ['tools/call', { name: 'add', arguments: {} }],
      ['tools/call', { name: 'fails' }],
      ['prompts/get', { name: 'greet', arguments: { name: 'Ann' } }],
      ['resources/read', { uri: 'note://one' }],
      ['server/discover', {}],
    ] as const) {
      assert.deepEqual(await modern(server, method, params), await modern(plain, method, params));
    }
    for (const method of ['tools/call', 'prompts/get', 'nobody/knows']) {
      const params = { name: 'missing' };
      const reasons: unknown[] = [];
      for (const one of [plain, server]) {
        await modern(one, method, params).catch((reason) => reasons.push(reason));
      }
      assert.equal(reasons.length, 2);
      assert.deepEqual(reasons[0], reasons[1]);
    }
    assert.deepEqual(seen.slice(-4), ['server/discover', 'tools/call', 'prompts/get', 'nobody/knows']);
    seen.length = 0;
    await withClient(server, async (client) => {
      await client.ping();
      assert.equal((await call(client, 'fails')).isError, true);
    });
    assert.deepEqual(
      seen.filter((method) => !method.startsWith('(')),
      ['initialize', 'ping', 'tools/call'],
    );
    await plain.close();
  });

  test('pass from the widest to the one of the kind, and the first that was added is the outermost', async () => {
    const order: string[] = [];
    const named = (name: string): Middleware => ({
      async onCallTool(_, next) {
        order.push(`${name} call`);
        const result = await next();
        order.push(`${name} called`);
        return result;
      },
      onRequest({ method }, next) {
        if (method === 'tools/call') order.push(`${name} request`);
        return next();
      },
      onMessage({ method }, next) {
        if (method === 'tools/call') order.push(`${name} message`);
        return next();
      },
    });
    await withClient(offering(named('outer'), named('inner')), async (client) => {
      await call(client, 'add', { a: 1 });
    });
    assert.deepEqual(order, [
      'outer message',
      'outer request',
      'outer call',
      'inner message',
      'inner request',
      'inner call',
      'inner called',
      'outer called',
    ]);
  });

  test('change what is asked, in place or by other params, and what is answered', async () => {
    const server = offering(
      {
        onCallTool({ params }, next) {
          return next({ ...params, arguments: { ...params.arguments, a: 10 } });
        },
      },
      {
        async onCallTool({ params }, next) {
          (params.arguments as { b: number }).b = 5;
          const result = await next();
          return { ...result, _meta: { by: 'hook' } };
        },
        async onListTools(_, next) {
          const { tools, ...rest } = await next();
          return { ...rest, tools: tools.filter(({ name }) => name === 'add') };
        },
        async onReadResource({ params }) {
          return { contents: [{ uri: params.uri, text: 'another' }] };
        },
      },
    );
    await withClient(server, async (client) => {
      const { structuredContent, _meta } = await call(client, 'add', { a: 1 });
      assert.deepEqual([structuredContent, _meta], [{ sum: 15 }, { by: 'hook' }]);
      assert.deepEqual(
        (await client.listTools()).tools.map(({ name }) => name),
        ['add'],
      );
      const { contents } = await client.readResource({ uri: 'note://nowhere' });
      assert.deepEqual(contents, [{ uri: 'note://nowhere', text: 'another' }]);
    });
    const { tools } = (await modern(server, 'tools/list')) as { tools: { name: string }[] };
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['add'],
    );
    await server.close();
  });

  test('refuse by what they throw, in the words and with the code of whoever throws', async () => {
    const server = offering({
      onCallTool() {
        throw new ToolError('not for you');
      },
      async onListPrompts() {
        throw new McpError(-32001, 'closed', { until: 'noon' });
      },
      async onGetPrompt(_, next) {
        try {
          return await next();
        } catch (error) {
          assert.ok(error instanceof McpError);
          throw new McpError(error.code, `${error.code} it was`);
        }
      },
    });
    await withClient(server, async (client) => {
      assert.equal(await textOf(client, 'add', { a: 1 }), 'not for you');
      assert.deepEqual(await refusal(client.listPrompts()), {
        code: -32001,
        message: 'closed',
        data: { until: 'noon' },
      });
      assert.equal((await refusal(client.getPrompt({ name: 'missing' }))).message, '-32602 it was');
    });
  });

  test('around handshakes change and refuse them', async () => {
    const refusing = { initialize: true };
    const server = offering({
      async onInitialize({ params }, next) {
        assert.equal(params.clientInfo.name, 'client');
        const result = await next();
        if (refusing.initialize) throw new McpError(-32001, 'not today');
        return { ...result, instructions: 'Be quick.' };
      },
      async onDiscover(_, next) {
        return { ...(await next()), instructions: 'Be quick.' };
      },
    });
    assert.equal((await refusal(clientOf(server))).message, 'not today');
    refusing.initialize = false;
    const client = await clientOf(server);
    assert.equal(client.getInstructions(), 'Be quick.');
    assert.equal((await modern(server, 'server/discover')).instructions, 'Be quick.');
    await client.close();
    await server.close();
  });

  test('of notifications hear what clients tell, and stand before its handler', async () => {
    const heard = later<string[]>();
    const order: string[] = [];
    const server = offering({
      async onNotification({ method, type }, next) {
        order.push(`${type} ${method}`);
        const result = await next();
        heard.resolve([...order, JSON.stringify(result)]);
        return result;
      },
    });
    server.server.oninitialized = () => order.push('handler');
    const client = await clientOf(server);
    assert.deepEqual(await news(heard.promise), ['notification notifications/initialized', 'handler', '{}']);
    await client.close();
    await server.close();
  });

  test('answer for what is not registered, also for methods of nobody', async () => {
    const server = offering({
      async onCallTool({ params }, next) {
        return params.name === 'virtual' ? { content: [{ type: 'text', text: 'here' }] } : next();
      },
      async onRequest({ method, params }, next) {
        return method === 'own/echo' ? { echo: params } : next();
      },
    });
    await withClient(server, async (client) => {
      assert.equal(await textOf(client, 'virtual'), 'here');
      assert.deepEqual((await call(client, 'add', { a: 1 })).structuredContent, { sum: 2 });
      const asked = { method: 'own/echo', params: { a: 1 } };
      assert.deepEqual(await client.request(asked as never, ResultSchema), { echo: { a: 1 } });
    });
  });

  test('go on twice, or not at all, and get each its own result', async () => {
    const server = offering({
      async onCallTool(_, next) {
        const [first, second] = await Promise.all([next(), next()]);
        return { content: [...(first.content ?? []), ...(second.content ?? [])] };
      },
    });
    await withClient(server, async (client) => {
      assert.equal((await call(client, 'add', { a: 1 })).content.length, 2);
    });
  });

  test('must answer with what the method answers with', async () => {
    for (const [answer, message] of [
      [undefined, /returned nothing/],
      [7, /must be an object/],
      [{ tools: 'many' }, /tools: must be an array/],
    ] as const) {
      const server = offering({ onListTools: () => answer as never });
      await withClient(server, async (client) => {
        assert.match((await refusal(client.listTools())).message, message);
      });
    }
  });

  test('hand on tasks, questions and integers of any size as they are', async () => {
    const { middleware } = noting();
    const server = offering(middleware);
    server.registerTool('big', {}, () => ({ structuredContent: { id: 2n ** 60n + 1n } }));
    server.registerTool('long', { execution: { taskSupport: 'optional' } }, () => 'done');
    const seen: unknown[] = [];
    server.use({
      async onCallTool(_, next) {
        const result = await next();
        seen.push(result.structuredContent);
        return result;
      },
    });
    await modern(server, 'tools/call', { name: 'big' });
    assert.deepEqual(seen, [{ id: 2n ** 60n + 1n }]);
    const extensions = { 'io.modelcontextprotocol/tasks': {} };
    const task = await modern(
      server,
      'tools/call',
      { name: 'long' },
      { 'io.modelcontextprotocol/clientCapabilities': { extensions } },
    );
    assert.deepEqual([task.resultType, 'content' in task], ['task', false]);
    await server.close();
  });

  test('learn by their signal that the client has gone', async () => {
    const aborted = later<void>();
    const began = later<void>();
    const server = offering({
      async onListTools({ ctx }, next) {
        ctx.signal.addEventListener('abort', () => aborted.resolve());
        began.resolve();
        await aborted.promise;
        return next();
      },
    });
    const client = await clientOf(server);
    const controller = new AbortController();
    const asked = client.listTools(undefined, { signal: controller.signal });
    await news(began.promise);
    controller.abort();
    await assert.rejects(asked);
    await news(aborted.promise);
    assert.deepEqual((await call(client, 'add', { a: 1 })).structuredContent, { sum: 2 });
    await client.close();
    await server.close();
  });

  test('ask the client of a session', async () => {
    const server = offering({
      async onListTools({ ctx }, next) {
        return (await ctx.listRoots()).length === 1 ? next() : { tools: [] };
      },
    });
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { InMemoryTransport } = await import('@modelcontextprotocol/sdk/inMemory.js');
    const { ListRootsRequestSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const client = new Client({ name: 'client', version: '1' }, { capabilities: { roots: {} } });
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///a' }] }));
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await server.connect(theirs as never);
    await client.connect(ours);
    assert.equal((await client.listTools()).tools.length, 2);
    await client.close();
    await server.close();
  });
});

describe('middleware', () => {
  test('is an object or a class with hooks, and nothing else', () => {
    const server = emptyServer();
    const wrong: [unknown, RegExp][] = [
      [undefined, /must be an object with hooks/],
      [() => {}, /must be an object with hooks/],
      [{}, /has no hook/],
      [{ onCalltool() {} }, /onCalltool is no hook; there are onCallTool, /],
      [{ onCallTool: 7 }, /onCallTool must be a function/],
    ];
    for (const [middleware, message] of wrong) {
      assert.throws(() => server.use(middleware as Middleware), { name: 'TypeError', message });
    }
  });

  test('of a class keeps its `this`, and can be added and taken away while clients are there', async () => {
    class Counting implements Middleware {
      count = 0;
      async onCallTool(
        _: unknown,
        next: Next<CallToolRequestParams, CallToolResult>,
      ): Promise<CallToolResult> {
        this.count += 1;
        return next();
      }
    }
    const server = offering();
    const counting = new Counting();
    await withClient(server, async (client) => {
      await call(client, 'add', { a: 1 });
      const used = server.use(counting);
      await call(client, 'add', { a: 1 });
      used.remove();
      await call(client, 'add', { a: 1 });
    });
    assert.equal(counting.count, 1);
  });

  test('stands around the handlers of a low-level server', async () => {
    const server = new Server({ name: 'low', version: '1' });
    server.setRequestHandler('tools/list', () => ({ tools: [] }));
    server.setRequestHandler('tools/call', ({ params }) => ({
      content: [{ type: 'text', text: JSON.stringify(params.arguments) }],
    }));
    server.use({
      onCallTool: ({ params }, next) => next({ ...params, arguments: { changed: true } }),
    });
    await withClient(server, async (client) => {
      assert.equal(await textOf(client, 'any'), '{"changed":true}');
    });
  });

  test('is passed over HTTP by clients of both generations', async (t) => {
    const { seen, middleware } = noting();
    const server = offering(middleware, {
      async onCallTool({ params }, next) {
        return next({ ...params, name: 'add', arguments: { a: 41 } });
      },
    });
    t.after(() => server.close());
    const { port } = await server.listen({ port: 0 });
    const url = new URL(`http://127.0.0.1:${port}/mcp`);
    for (const client of [(await legacyClient(t, url)).client, await modernClient(t, url)]) {
      const result = (await client.callTool({ name: 'fails', arguments: {} })) as Answer;
      assert.deepEqual(result.structuredContent, { sum: 42 });
    }
    assert.ok(seen.includes('initialize'));
  });
});
