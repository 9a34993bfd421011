import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import * as official from '@modelcontextprotocol/sdk/types.js';
import { type Context, McpError, Server, type ServerOptions } from 'oxmcp';
import { z } from 'zod';
import * as z3 from 'zod3';
import * as ours from '../dist/esm/types.js';
import { call, clientOf, emptyServer, refusal, withClient } from './support/connected.js';

function lowLevel(options?: ServerOptions): Server {
  return new Server({ name: 'test', version: '1.0.0' }, options);
}

const TOOL = { name: 'echo', inputSchema: { type: 'object' as const } };

describe('handlers of whole methods', () => {
  test('are set by the method’s name, or by a schema of ours, of the official SDK, of zod 3 or of zod 4', async () => {
    const targets: unknown[] = [
      'tools/call',
      ours.CallToolRequestSchema,
      official.CallToolRequestSchema,
      z.object({ method: z.literal('tools/call'), params: z.looseObject({ name: z.string() }) }),
      z3.object({ method: z3.literal('tools/call'), params: z3.object({ name: z3.string() }).passthrough() }),
    ];
    for (const target of targets) {
      const server = lowLevel();
      server.setRequestHandler('tools/list', () => ({ tools: [TOOL] }));
      server.setRequestHandler(target as 'tools/call', async ({ method, params }, ctx) => ({
        content: [
          {
            type: 'text',
            text: `${method} ${params.name} ${JSON.stringify(params.arguments)} ${ctx.requestId}`,
          },
        ],
      }));
      await withClient(server, async (client) => {
        assert.deepEqual((await client.listTools()).tools, [TOOL]);
        const { content } = await call(client, 'echo', { a: 1 });
        assert.deepEqual(content, [{ type: 'text', text: 'tools/call echo {"a":1} 2' }]);
      });
    }
  });

  test('of the author’s own methods read their params by a schema', async () => {
    const server = lowLevel();
    server.setRequestHandler(
      'own/add',
      { params: z.object({ a: z.number(), b: z.coerce.number() }) },
      ({ a, b }) => ({
        sum: a + b,
      }),
    );
    server.setRequestHandler(z.object({ method: z.literal('own/bare') }), ({ method }) => ({ method }));
    await withClient(server, async (client) => {
      const ask = (method: string, params?: object) =>
        client.request({ method, params } as never, official.ResultSchema) as Promise<unknown>;
      assert.deepEqual(await ask('own/add', { a: 1, b: '2' }), { sum: 3 });
      assert.deepEqual(await ask('own/bare'), { method: 'own/bare' });
      const { code, message } = await refusal(ask('own/add', { a: 'x', b: 1 }));
      assert.equal(code, -32602);
      assert.match(message, /^a: /);
      assert.equal((await refusal(ask('own/none'))).code, -32601);
    });
  });

  test('refuse params that do not fit with -32602', async () => {
    const server = lowLevel();
    for (const schema of [ours.GetPromptRequestSchema, official.GetPromptRequestSchema]) {
      server.setRequestHandler(schema as never, () => ({ messages: [] }));
      await withClient(server, async (client) => {
        const request = { method: 'prompts/get', params: { name: 'x', arguments: { a: 1 } } };
        assert.equal((await refusal(client.request(request as never, official.ResultSchema))).code, -32602);
      });
    }
  });

  test('are replaced, removed and asked for', async () => {
    const server = emptyServer();
    server.registerTool('registered', {}, () => 'registered');
    const low = server.server;
    low.assertCanSetRequestHandler('tools/list');
    low.setRequestHandler('tools/list', () => ({ tools: [] }));
    low.setRequestHandler('tools/list', () => ({ tools: [TOOL] }));
    assert.throws(() => low.assertCanSetRequestHandler('tools/list'), /already exists/);
    await withClient(server, async (client) => {
      const names = async () => (await client.listTools()).tools.map(({ name }) => name);
      assert.deepEqual(await names(), ['echo']);
      low.removeRequestHandler('tools/list');
      assert.deepEqual(await names(), ['registered']);
    });
  });

  test('that would never be called are refused', () => {
    const server = lowLevel();
    assert.throws(
      () => server.setRequestHandler('initialize', () => ({}) as never),
      /answered by the engine/,
    );
    assert.throws(() => server.setRequestHandler(z.object({}) as never, () => ({})), /literal method/);
    assert.throws(() => server.setRequestHandler('tools/list', 'x' as never), /must be a function/);
    assert.throws(() => {
      server.fallbackRequestHandler = async () => ({});
    }, /fallbackRequestHandler is not supported/);
    server.fallbackRequestHandler = undefined;
  });

  test('answer with what is a result, or name the place where it is none', async () => {
    const cases: [method: string, params: object, value: unknown, message: string][] = [
      ['tools/list', {}, { tools: 'x' }, 'tools: must be an array'],
      ['tools/list', {}, { tools: [{}] }, 'tools[0].name: must be a string'],
      [
        'resources/read',
        { uri: 'a:b' },
        { contents: [{ uri: 'a:b' }] },
        'contents[0]: must have text or blob',
      ],
      ['resources/read', { uri: 'a:b' }, 'hi', 'the handler of resources/read returned no result'],
      ['prompts/get', { name: 'x' }, { messages: [{}] }, 'messages[0].role: must be user or assistant'],
      [
        'completion/complete',
        { ref: { type: 'ref/prompt', name: 'x' }, argument: { name: 'a', value: '' } },
        {},
        'completion.values: must be an array',
      ],
      ['own/method', {}, { a: Symbol('x') }, 'result.a: a symbol is not JSON'],
      ['own/method', {}, 'text', 'the handler of own/method returned no result'],
    ];
    for (const [method, params, value, message] of cases) {
      const server = lowLevel();
      server.setRequestHandler(method as 'ping', () => value as Record<string, unknown>);
      await withClient(server, async (client) => {
        const answer = client.request({ method, params } as never, official.ResultSchema);
        const { code, message: said } = await refusal(answer);
        assert.equal(code, -32603);
        assert(said.startsWith(message), said);
      });
    }
  });

  test('of tools/call fail as tools do', async () => {
    const server = lowLevel();
    server.setRequestHandler('tools/list', () => ({ tools: [TOOL] }));
    const values: [unknown, string][] = [
      [{ content: [{ type: 'text' }] }, 'content[0].text: must be a string'],
      [undefined, 'the handler of tools/call returned no result: must be an object'],
      [{ content: [], structuredContent: { a: Symbol('x') } }, 'structuredContent.a: a symbol is not JSON'],
    ];
    let value: unknown;
    server.setRequestHandler('tools/call', () => value as never);
    await withClient(server, async (client) => {
      for (const [given, message] of values) {
        value = given;
        const { content, isError } = await call(client, 'echo');
        assert.equal(isError, true);
        assert(content[0]?.text?.startsWith(message), content[0]?.text);
      }
      server.setRequestHandler('tools/call', () => {
        throw new Error('boom');
      });
      assert.deepEqual(await call(client, 'echo'), {
        content: [{ type: 'text', text: 'boom' }],
        isError: true,
      });
      server.setRequestHandler('tools/call', async () => {
        throw new McpError(-32050, 'no', [1]);
      });
      assert.deepEqual(await refusal(call(client, 'echo')), { code: -32050, message: 'no', data: [1] });
    });
  });
});

describe('what a low-level server announces', () => {
  test('is what was declared, and what follows from its handlers', async () => {
    const server = lowLevel({
      capabilities: { logging: {}, tools: { listChanged: true } },
      instructions: 'Be kind',
    });
    server.setRequestHandler('prompts/list', () => ({ prompts: [] }));
    server.registerCapabilities({ experimental: { 'example.com/a': { b: 1 } } });
    assert.deepEqual(server.getCapabilities(), {
      logging: {},
      tools: { listChanged: true },
      prompts: {},
      experimental: { 'example.com/a': { b: 1 } },
    });
    await withClient(server, async (client) => {
      const told = client.getServerCapabilities();
      assert.deepEqual(Object.keys(told ?? {}).sort(), ['experimental', 'logging', 'prompts', 'tools']);
      assert.equal(client.getInstructions(), 'Be kind');
      assert.throws(() => server.registerCapabilities({ completions: {} }), { name: 'SdkError' });
    });
  });

  test('of an McpServer is what was declared, but for list changes that were declined', async () => {
    const server = emptyServer({
      capabilities: {
        tools: { listChanged: false },
        prompts: { listChanged: false },
        resources: { listChanged: false },
      },
    });
    await withClient(server, async (client) => {
      assert.deepEqual(client.getServerCapabilities(), {
        tools: {},
        prompts: {},
        resources: { subscribe: true },
      });
    });
  });
});

describe('the client of the request in hand', () => {
  test('is known to the server while the handler runs, and never mistaken for another', async () => {
    const server = emptyServer();
    const low = server.server;
    const seen: unknown[] = [];
    let go: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const note = () => seen.push(low.getClientVersion()?.name);
    server.registerTool('now', {}, () => {
      note();
      return low.getNegotiatedProtocolVersion() ?? 'none';
    });
    server.registerTool('later', {}, async () => {
      note();
      await gate;
      note();
      return '';
    });
    assert.equal(low.getClientVersion(), undefined);
    const one = await clientOf(server, 'one');
    const two = await clientOf(server, 'two');
    assert.deepEqual((await call(one, 'now')).content, [{ type: 'text', text: '2025-11-25' }]);
    assert.equal(low.getClientCapabilities(), undefined);
    const both = [call(one, 'later'), call(two, 'later')];
    while (seen.length < 3) await one.ping();
    go?.();
    await Promise.all(both);
    assert.deepEqual(seen, ['one', 'one', 'two', 'one', 'two']);
    await server.close();
  });
});

describe('what a server tells', () => {
  test('about a request in hand reaches its own client, and never that of another', async () => {
    const server = emptyServer({ capabilities: { logging: {} } });
    let go: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let started = 0;
    server.registerTool('tell', {}, async () => {
      started += 1;
      await gate;
      await server.sendLoggingMessage({ level: 'error', data: 'whose?' });
      return '';
    });
    let heard: string[] = [];
    // The same software twice: nothing they say of themselves tells them apart.
    const clients = [await clientOf(server), await clientOf(server)];
    for (const [index, client] of clients.entries()) {
      client.fallbackNotificationHandler = async () => {
        heard.push(`client ${index}`);
      };
    }
    const calls = clients.map((client) => call(client, 'tell'));
    while (started < 2) await clients[0]?.ping();
    go?.();
    await Promise.all(calls);
    assert.deepEqual(heard, ['client 0', 'client 1']);
    heard = [];
    await clients[1]?.close();
    await Promise.all([call(clients[0] as Client, 'tell'), call(clients[0] as Client, 'tell')]);
    assert.deepEqual(heard, ['client 0', 'client 0']);
    await server.close();
  });

  test('goes to those who listen, or to the client of the request in hand', async () => {
    const server = emptyServer();
    server.registerResource('one', 'a:b', {}, () => '');
    server.registerTool('tell', {}, async (ctx: Context) => {
      await server.sendLoggingMessage({ level: 'warning', data: 'hello' });
      await server.server.notification({
        method: 'notifications/progress',
        params: { progressToken: 0, progress: 1 },
      });
      return String(ctx.requestId);
    });
    await server.sendLoggingMessage({ level: 'error', data: 'nobody hears it' });
    await withClient(server, async (client) => {
      const heard: string[] = [];
      client.fallbackNotificationHandler = async ({ method, params }) => {
        heard.push(`${method} ${JSON.stringify(params ?? {})}`);
      };
      await client.subscribeResource({ uri: 'a:b' });
      await client.callTool({ name: 'tell' }, undefined, {
        onprogress: ({ progress }) => heard.push(`${progress}`),
      });
      assert.deepEqual(heard, ['notifications/message {"level":"warning","data":"hello"}', '1']);
      await server.sendResourceUpdated({ uri: 'a:b' });
      server.sendToolListChanged();
      server.sendPromptListChanged();
      await server.server.notification({ method: 'notifications/resources/list_changed' });
      for (let asked = 0; heard.length < 6 && asked < 1000; asked++) await client.ping();
      assert.deepEqual(heard.slice(2).sort(), [
        'notifications/prompts/list_changed {}',
        'notifications/resources/list_changed {}',
        'notifications/resources/updated {"uri":"a:b"}',
        'notifications/tools/list_changed {}',
      ]);
      await server.server.notification({ method: 'notifications/own', params: { text: 'hi' } });
      for (let asked = 0; heard.length < 7 && asked < 1000; asked++) await client.ping();
      assert.equal(heard[6], 'notifications/own {"text":"hi"}');
      const wrong = { method: 'notifications/own', params: 'text' as never };
      await assert.rejects(server.server.notification(wrong), /params must be an object/);
    });
  });
});

describe('notifications of clients', () => {
  test('are heard by the method’s name, with a schema of the params, or by a schema of the whole', async () => {
    const server = emptyServer();
    const low = server.server;
    const heard: unknown[] = [];
    low.setNotificationHandler('notifications/progress', (notification) => {
      heard.push(notification);
    });
    low.setNotificationHandler(
      'notifications/own',
      { params: z.object({ a: z.coerce.number() }) },
      (params, whole) => {
        heard.push([params, whole.method]);
      },
    );
    low.setNotificationHandler(z.object({ method: z.literal('own/whole') }), ({ method }) => {
      heard.push(method);
    });
    await withClient(server, async (client) => {
      const tell = (method: string, params?: object) => client.notification({ method, params } as never);
      await tell('notifications/progress', { progressToken: 1, progress: 2 });
      await tell('notifications/own', { a: '3' });
      await tell('own/whole');
      await tell('notifications/unheard');
      for (let asked = 0; heard.length < 3 && asked < 1000; asked++) await client.ping();
      low.removeNotificationHandler('notifications/own');
      await tell('notifications/own', { a: '3' });
      await client.ping();
    });
    assert.deepEqual(heard, [
      { method: 'notifications/progress', params: { progressToken: 1, progress: 2 } },
      [{ a: 3 }, 'notifications/own'],
      'own/whole',
    ]);
  });

  test('tell of the end of each handshake, when the client is known already', async () => {
    const server = emptyServer();
    const low = server.server;
    const known: unknown[] = [];
    low.oninitialized = () => known.push(low.getClientVersion()?.name);
    const one = await clientOf(server, 'one');
    const two = await clientOf(server, 'two');
    for (let asked = 0; known.length < 2 && asked < 1000; asked++)
      await Promise.all([one.ping(), two.ping()]);
    assert.deepEqual(known, ['one', 'two']);
    low.oninitialized = undefined;
    const three = await clientOf(server, 'three');
    await three.ping();
    assert.equal(known.length, 2);
    await server.close();
  });

  test('whose handlers fail are reported to onerror', async () => {
    const server = emptyServer();
    const failures: string[] = [];
    server.onerror = (error) => failures.push(error.message);
    server.server.setNotificationHandler('own/now', { params: z.object({}) }, () => {
      throw new Error('now');
    });
    server.server.setNotificationHandler('own/later', { params: z.object({}) }, async () => {
      throw 'later';
    });
    server.server.setNotificationHandler('own/unfit', { params: z.object({ a: z.string() }) }, () => {});
    await withClient(server, async (client) => {
      for (const method of ['own/now', 'own/later', 'own/unfit'])
        await client.notification({ method } as never);
      for (let asked = 0; failures.length < 3 && asked < 1000; asked++) await client.ping();
    });
    const unfit = failures.findIndex((message) => message.startsWith('a: '));
    assert.notEqual(unfit, -1);
    assert.deepEqual(failures.toSpliced(unfit, 1).sort(), ['later', 'now']);
  });
});
