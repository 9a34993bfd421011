import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Context } from 'oxmcp';
import { z } from 'zod';
import { call, clientOf, emptyServer, firstMessage, news, textOf, withClient } from './support/connected.js';

type Seen = Record<string, unknown>;

/** What `look` sees of the context of a call with this `_meta`. */
async function seen(look: (ctx: Context) => unknown, meta?: Record<string, unknown>): Promise<unknown> {
  const server = emptyServer();
  let found: unknown;
  server.registerTool('tool', {}, (ctx) => {
    found = look(ctx);
    return '';
  });
  await withClient(server, async (client) => {
    await client.request(
      { method: 'tools/call', params: { name: 'tool', arguments: {}, _meta: meta } },
      ResultSchema,
    );
  });
  return found;
}

describe('the context of a call', () => {
  test('is copied with all it has, and whatever is put beside it', async () => {
    const copied = (await seen((ctx) => ({ ...ctx, mine: 1 }), { a: 1 })) as Seen;
    assert.ok(copied.signal instanceof AbortSignal);
    assert.equal(copied.requestId, 1);
    assert.equal(typeof copied.sendNotification, 'function');
    assert.deepEqual([copied._meta, copied.mine], [{ a: 1 }, 1]);
    assert.ok(await seen((ctx) => Object.keys(ctx).includes('mcpReq') && !Object.keys(ctx).includes('call')));
  });

  test('has the flat names of the older API', async () => {
    const found = (await seen(
      ({
        signal,
        requestId,
        sessionId,
        _meta,
        requestInfo,
        sendNotification,
        protocolVersion,
        clientInfo,
      }) => ({
        signal: signal instanceof AbortSignal && !signal.aborted,
        requestId,
        sessionId,
        _meta,
        requestInfo,
        sendNotification: typeof sendNotification,
        protocolVersion,
        clientInfo,
      }),
      { 'example.com/a': 1 },
    )) as Seen;
    assert.deepEqual(found, {
      signal: true,
      requestId: 1,
      sessionId: undefined,
      _meta: { 'example.com/a': 1 },
      requestInfo: undefined,
      sendNotification: 'function',
      protocolVersion: '2025-11-25',
      clientInfo: { name: 'client', version: '1.0.0' },
    });
  });

  test('has the nested names of the newer API', async () => {
    const found = (await seen(({ mcpReq, http }) => {
      const { id, method, _meta, signal, notify, log } = mcpReq;
      return { id, method, _meta, signal: signal.aborted, notify: typeof notify, log: typeof log, http };
    })) as Seen;
    assert.deepEqual(found, {
      id: 1,
      method: 'tools/call',
      _meta: undefined,
      signal: false,
      notify: 'function',
      log: 'function',
      http: undefined,
    });
  });

  test('knows the method of whatever is asked', async () => {
    const server = emptyServer();
    const methods: string[] = [];
    const note = (ctx: Context) => {
      methods.push(ctx.mcpReq.method);
      return '';
    };
    server.registerResource('one', 'a:b', {}, (_uri, ctx) => note(ctx));
    server.registerPrompt('one', {}, note);
    server.server.setRequestHandler('own/method', { params: z.object({}) }, (_params, ctx) => {
      note(ctx);
      return {};
    });
    await withClient(server, async (client) => {
      await client.readResource({ uri: 'a:b' });
      await client.getPrompt({ name: 'one' });
      await client.request({ method: 'own/method' } as never, ResultSchema);
    });
    assert.deepEqual(methods, ['resources/read', 'prompts/get', 'own/method']);
  });
});

test('a context tells of the HTTP request, and of who was authenticated', async () => {
  const server = emptyServer();
  const found: Seen = {};
  server.registerTool('tool', {}, ({ requestInfo, http, authInfo, mcpReq }) => {
    Object.assign(found, {
      header: requestInfo?.headers['x-own'],
      url: requestInfo?.url?.href,
      same: http?.req.headers.get('X-Own'),
      clientId: http?.authInfo?.clientId,
      token: authInfo?.token,
      meta: Object.keys(mcpReq._meta ?? {}),
      leaked: Object.keys(requestInfo?.headers ?? {}).filter((name) => name.startsWith('oxmcp')),
    });
    return '';
  });
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const request = new Request('http://localhost/mcp', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'tool',
      'x-own': 'yes',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'tool', arguments: {}, _meta },
    }),
  });
  const authInfo = { token: 'secret', clientId: 'someone', scopes: [] };
  const response = await server.fetch(request, { authInfo });
  assert.equal(response.status, 200, await response.text());
  assert.deepEqual(found, {
    header: 'yes',
    url: 'http://localhost/mcp',
    same: 'yes',
    clientId: 'someone',
    token: 'secret',
    meta: Object.keys(_meta),
    leaked: [],
  });
  await server.close();
});

describe('progress and log messages', () => {
  test('reach the caller by every name there is for them', async () => {
    const server = emptyServer();
    const results: unknown[] = [];
    server.registerTool('tool', {}, async ({ progress, log, sendNotification, mcpReq }) => {
      results.push(progress(1, 3, 'one'), log.info('a'), log.debug({ b: 1 }, 'logger'));
      await sendNotification({
        method: 'notifications/progress',
        params: { progressToken: 0, progress: 2, total: 3 },
      });
      await sendNotification({ method: 'notifications/message', params: { level: 'error', data: 'c' } });
      await mcpReq.notify({
        method: 'notifications/message',
        params: { level: 'alert', data: 'd', logger: 'x' },
      });
      await mcpReq.log('notice', 'e');
      return '';
    });
    await withClient(server, async (client) => {
      const progress: unknown[] = [];
      const messages: unknown[] = [];
      client.fallbackNotificationHandler = async ({ method, params }) => {
        if (method === 'notifications/message') messages.push(params);
      };
      await client.setLoggingLevel('info');
      await client.callTool({ name: 'tool', arguments: {} }, undefined, {
        onprogress: (news) => progress.push(news),
      });
      assert.deepEqual(progress, [
        { progress: 1, total: 3, message: 'one' },
        { progress: 2, total: 3 },
      ]);
      assert.deepEqual(messages, [
        { level: 'info', data: 'a' },
        { level: 'error', data: 'c' },
        { level: 'alert', logger: 'x', data: 'd' },
        { level: 'notice', data: 'e' },
      ]);
      assert.deepEqual(results, [true, true, false]);
    });
  });

  test('do nothing when nobody asked or the call is over', async () => {
    const server = emptyServer();
    let kept: Context | undefined;
    const results: unknown[] = [];
    server.registerTool('tool', {}, (ctx) => {
      kept = ctx;
      results.push(ctx.progress(1));
      return '';
    });
    await withClient(server, async (client) => {
      await call(client, 'tool');
      results.push(kept?.progress(2), kept?.log.error('late'));
    });
    assert.deepEqual(results, [false, false, false]);
  });

  test('of an unknown level, or of no shape, are refused by name', async () => {
    const server = emptyServer();
    server.registerTool('tool', {}, async ({ sendNotification, mcpReq }) => {
      const said: string[] = [];
      const note = (error: Error) => said.push(error.message);
      await mcpReq.log('loud' as never, 'x').catch(note);
      await sendNotification({ method: 'notifications/other', params: [1] as never }).catch(note);
      return said.join('\n');
    });
    await withClient(server, async (client) => {
      const text = await textOf(client, 'tool');
      assert.match(text ?? '', /unknown log level "loud"/);
      assert.match(text ?? '', /notifications\/other: params must be an object/);
    });
  });

  test('of a method that the protocol does not have go out on the request’s own stream, in every version', async () => {
    const server = emptyServer();
    server.registerTool('tool', {}, async ({ sendNotification, mcpReq }) => {
      await sendNotification({ method: 'notifications/own/channel', params: { text: 'hi', n: 1 } });
      await mcpReq.notify({ method: 'notifications/own/bare' });
      return 'told';
    });
    const heard: unknown[] = [];
    await withClient(server, async (client) => {
      client.fallbackNotificationHandler = async ({ method, params }) => {
        heard.push([method, params]);
      };
      assert.equal(await textOf(client, 'tool'), 'told');
    });
    const told = [
      ['notifications/own/channel', { text: 'hi', n: 1 }],
      ['notifications/own/bare', {}],
    ];
    assert.deepEqual(heard, told);
    const first = await firstMessage(server, 'tools/call', { name: 'tool', arguments: {} });
    assert.deepEqual([first.method, first.params], told[0]);
    await server.close();
  });
});

describe('the signal of a call', () => {
  test('aborts when the client cancels, the request of id 0 included', async () => {
    const server = emptyServer();
    let started: (() => void) | undefined;
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    let aborted: ((reason: unknown) => void) | undefined;
    const reason = new Promise((resolve) => {
      aborted = resolve;
    });
    server.registerTool('wait', {}, ({ signal, requestId }) => {
      assert.equal(requestId, 0);
      signal.addEventListener('abort', () => aborted?.(signal.reason));
      started?.();
      return new Promise(() => {});
    });
    const { InMemoryTransport } = await import('@modelcontextprotocol/sdk/inMemory.js');
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await server.connect(theirs);
    await ours.start();
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'c', version: '1' },
    };
    await ours.send({ jsonrpc: '2.0', id: 'first', method: 'initialize', params });
    await ours.send({ jsonrpc: '2.0', id: 0, method: 'tools/call', params: { name: 'wait', arguments: {} } });
    await running;
    await ours.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 0 } });
    assert.equal(((await news(reason)) as Error).name, 'AbortError');
    await server.close();
  });

  test('aborts when the client goes away, and when the server is closed', async () => {
    for (const end of ['client', 'server']) {
      const server = emptyServer();
      let started: (() => void) | undefined;
      const running = new Promise<void>((resolve) => {
        started = resolve;
      });
      let aborted: (() => void) | undefined;
      const gone = new Promise<void>((resolve) => {
        aborted = resolve;
      });
      server.registerTool('wait', {}, ({ mcpReq }) => {
        mcpReq.signal.addEventListener('abort', () => aborted?.());
        started?.();
        return new Promise(() => {});
      });
      const client = await clientOf(server);
      const answer = call(client, 'wait').catch(() => {});
      await running;
      await (end === 'client' ? client.close() : server.close());
      await news(gone);
      await answer;
      await server.close();
    }
  });
});
