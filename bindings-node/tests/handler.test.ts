import assert from 'node:assert/strict';
import { test } from 'node:test';
import express from 'express';
import {
  createMcpHandler,
  InMemoryServerEventBus,
  isLegacyRequest,
  type McpRequestContext,
  McpServer,
} from 'oxmcp';
import { toNodeHandler, toWebRequest } from 'oxmcp/node';
import {
  answered,
  initialize,
  legacyClient,
  listening,
  modernCall,
  modernClient,
  post,
  said,
  talkingServer,
} from './support/http.js';

function greeter(greeting: string): McpServer {
  const server = new McpServer({ name: 'greeter', version: '1' });
  server.registerTool('hello', {}, () => ({ content: [{ type: 'text', text: JSON.stringify(greeting) }] }));
  return server;
}

test('a factory without a parameter is called once, for requests that come at once as well', async (t) => {
  let made = 0;
  const handler = createMcpHandler(() => {
    made += 1;
    return greeter('hello');
  });
  t.after(() => handler.close());
  const all = Array.from({ length: 10 }, () => handler.fetch(modernCall('hello')).then(answered));
  assert.deepEqual([...new Set(await Promise.all(all))], ['hello']);
  assert.equal(made, 1);
});

test('a factory that takes the context is called for each request, and nobody gets the server of another', async (t) => {
  const contexts: McpRequestContext[] = [];
  const handler = createMcpHandler((context) => {
    contexts.push({ era: context.era, requestInfo: context.requestInfo });
    return greeter(`hello ${context.authInfo?.clientId}`);
  });
  t.after(() => handler.close());
  const as = (clientId: string) => ({ authInfo: { token: 't', clientId, scopes: [] } });
  const [one, other] = await Promise.all([
    handler.fetch(modernCall('hello'), as('one')).then(answered),
    handler.fetch(modernCall('hello'), as('other')).then(answered),
  ]);
  assert.deepEqual([one, other], ['hello one', 'hello other']);
  await handler.fetch(initialize());
  assert.deepEqual(
    contexts.map(({ era }) => era),
    ['modern', 'modern', 'legacy'],
  );
  assert.ok(contexts[0]?.requestInfo instanceof Request);
});

test('a factory that is called once cannot depend on who asks without being told so', async () => {
  const errors: Error[] = [];
  const factory = (context: McpRequestContext = { era: 'modern' }) => greeter(String(context.authInfo));
  const handler = createMcpHandler(factory, { onerror: (error) => errors.push(error) });
  const response = await handler.fetch(modernCall('hello'));
  assert.equal(response.status, 500);
  assert.match(errors[0]?.message ?? '', /called once for all requests.*authInfo/);
});

test('a factory that fails is asked again by the next request', async (t) => {
  let turn = 0;
  const handler = createMcpHandler(async () => {
    turn += 1;
    if (turn === 1) throw new Error('not yet');
    return greeter('hello');
  });
  t.after(() => handler.close());
  assert.equal((await handler.fetch(modernCall('hello'))).status, 500);
  assert.equal((await handler.fetch(modernCall('hello'))).status, 200);
});

test('legacy clients are served without sessions, with sessions, or not at all', async (t) => {
  const server = talkingServer(t);
  const stateless = await createMcpHandler(server).fetch(initialize());
  assert.equal(stateless.headers.get('mcp-session-id'), null);
  const sessions = await createMcpHandler(server, { legacy: 'sessions' }).fetch(initialize());
  assert.notEqual(sessions.headers.get('mcp-session-id'), null);
  const strict = createMcpHandler(server, { legacy: 'reject' });
  const refused = await strict.fetch(initialize());
  assert.equal(refused.status, 400);
  const { error } = (await refused.json()) as { error: unknown };
  assert.deepEqual(error, {
    code: -32022,
    message: 'only 2026-07-28 is served here',
    data: { supported: ['2026-07-28'], requested: '2025-11-25' },
  });
  assert.equal((await strict.fetch(new Request('http://localhost/mcp'))).status, 405);
  assert.equal((await strict.fetch(modernCall('session'))).status, 200);
});

test('GET and DELETE are 405 without sessions (HTTP-14)', async (t) => {
  const handler = createMcpHandler(talkingServer(t));
  for (const method of ['GET', 'DELETE']) {
    const response = await handler.fetch(new Request('http://localhost/mcp', { method }));
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'POST');
  }
});

for (const [mode, plain, telling] of [
  ['auto', 'application/json', 'text/event-stream'],
  ['json', 'application/json', 'application/json'],
  ['sse', 'text/event-stream', 'text/event-stream'],
] as const) {
  test(`responseMode ${mode} answers with ${plain}, and ${telling} where a handler tells of its progress`, async (t) => {
    const handler = createMcpHandler(talkingServer(t), { responseMode: mode });
    const type = async (name: string) => {
      const response = await handler.fetch(modernCall(name, {}, { progressToken: 1 }));
      await response.text();
      return response.headers.get('content-type');
    };
    assert.equal(await type('session'), plain);
    assert.equal(await type('steps'), telling);
  });
}

test('notify reaches clients that listen', async (t) => {
  const bus = new InMemoryServerEventBus();
  const handler = createMcpHandler(talkingServer(t), { bus });
  assert.equal(handler.bus, bus);
  const listen = {
    jsonrpc: '2.0',
    id: 1,
    method: 'subscriptions/listen',
    params: {
      notifications: { toolsListChanged: true },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  };
  const response = await handler.fetch(
    post(listen, { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' }),
  );
  assert.equal(response.status, 200, await (response.status === 200 ? '' : response.clone().text()));
  const methods: string[] = [];
  for await (const chunk of response.body ?? []) {
    for (const [, data] of Buffer.from(chunk)
      .toString()
      .matchAll(/data: (.*)/g)) {
      methods.push(JSON.parse(data ?? '{}').method);
    }
    if (methods.length === 1) handler.notify.toolsChanged();
    if (methods.length === 2) break;
  }
  assert.equal(methods[1], 'notifications/tools/list_changed');
});

test('a closed handler answers nothing more, and does not close a server that was given to it', async (t) => {
  const server = talkingServer(t);
  const handler = createMcpHandler(server);
  const { fetch } = handler;
  assert.equal((await fetch(modernCall('session'))).status, 200);
  await handler.close();
  await assert.rejects(fetch(modernCall('session')), /closed/);
  assert.equal((await server.fetch(modernCall('session'))).status, 200);
});

test('what cannot be is refused when the handler is made', () => {
  assert.throws(() => createMcpHandler({} as never), /expected a server/);
  assert.throws(() => createMcpHandler(() => greeter('x'), { legacy: 'maybe' as never }), /legacy is one of/);
  assert.throws(
    () => createMcpHandler(() => greeter('x'), { maxSubscriptions: 1 } as object),
    /maxSubscriptions/,
  );
  assert.throws(
    () => createMcpHandler((context) => greeter(context.era), { legacy: 'sessions' }),
    /needs one server for all requests/,
  );
});

test('toNodeHandler serves both official clients through express, parsed or not', async (t) => {
  const handler = createMcpHandler(talkingServer(t), { legacy: 'sessions' });
  const node = toNodeHandler(handler);
  const parsing = express();
  parsing.use(express.json());
  parsing.all('/mcp', (req, res) => void node(req, res, req.body));
  const plain = express();
  plain.all('/mcp', node);
  for (const app of [parsing, plain]) {
    const url = await listening(t, app);
    const { client } = await legacyClient(t, url);
    assert.equal(await said(client, 'steps'), 'done');
    assert.equal(await said(await modernClient(t, url), 'steps'), 'done');
  }
});

test('toNodeHandler wraps any function from Request to Response', async (t) => {
  const handler = createMcpHandler(talkingServer(t));
  const node = toNodeHandler({ fetch: (request, options) => handler.fetch(request, options) });
  const url = await listening(t, (req, res) => {
    Object.assign(req, { auth: { token: 't', clientId: 'me', scopes: [] } });
    void node(req, res);
  });
  const client = await modernClient(t, url);
  assert.equal(await said(client, 'steps'), 'done');
  assert.deepEqual(((await said(client, 'auth')) as { clientId: string }[])[0]?.clientId, 'me');
});

test('toNodeHandler answers 500 when the handler fails, and 413 for what is too long', async (t) => {
  const errors: Error[] = [];
  const failing = { fetch: () => Promise.reject(new Error('broken')) };
  const node = toNodeHandler(failing, { onerror: (error) => errors.push(error), maxRequestBodySize: 100 });
  const url = await listening(t, node);
  assert.equal((await fetch(post('{}', {}, url))).status, 500);
  assert.equal((await fetch(post('x'.repeat(1000), {}, url))).status, 413);
  assert.deepEqual(
    errors.map(({ message }) => message),
    ['broken'],
  );
});

test('isLegacyRequest tells the eras apart and leaves the body to be read', async () => {
  const legacy = initialize();
  assert.equal(await isLegacyRequest(legacy), true);
  assert.match(await legacy.text(), /initialize/);
  assert.equal(await isLegacyRequest(modernCall('x')), false);
  assert.equal(await isLegacyRequest(new Request('http://localhost/mcp')), true);
  assert.equal(await isLegacyRequest(post({ jsonrpc: '2.0', id: 1, method: 'ping' })), true);
  const modernHeader = post(
    { jsonrpc: '2.0', id: 1, method: 'ping' },
    { 'mcp-protocol-version': '2026-07-28' },
  );
  assert.equal(await isLegacyRequest(modernHeader), false);
  assert.equal(await isLegacyRequest(post('not JSON')), true);
  assert.equal(await isLegacyRequest(post('x'.repeat(1000)), undefined, { maxRequestBodySize: 100 }), false);
});

test('toWebRequest makes a request of what a body parser left', async (t) => {
  let seen: Request | undefined;
  const app = express();
  app.use(express.json());
  app.post('/mcp', async (req, res) => {
    seen = await toWebRequest(req, req.body);
    res.end();
  });
  const url = await listening(t, app);
  await fetch(post({ hello: 1 }, { 'x-own': 'yes' }, url));
  assert.equal(seen?.url, url.href);
  assert.equal(seen?.headers.get('x-own'), 'yes');
  assert.deepEqual(await seen?.json(), { hello: 1 });
});
