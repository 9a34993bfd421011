import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { isInitializeRequest, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import express from 'express';
import { McpServer } from 'oxmcp';
import { NodeStreamableHTTPServerTransport } from 'oxmcp/node';
import { StreamableHTTPServerTransport } from 'oxmcp/server/streamableHttp.js';
import { WebStandardStreamableHTTPServerTransport } from 'oxmcp/server/webStandardStreamableHttp.js';
import {
  initialize,
  legacyClient,
  listening,
  modernCall,
  modernClient,
  post,
  said,
  talkingServer,
} from './support/http.js';

test('a transport for each session, kept in a map by its id, as the guides write it', async (t) => {
  const server = talkingServer(t);
  const transports: Record<string, StreamableHTTPServerTransport> = {};
  const closed: string[] = [];
  const app = express();
  app.use(express.json());
  app.all('/mcp', async (req, res) => {
    const id = req.headers['mcp-session-id'] as string | undefined;
    let transport = id === undefined ? undefined : transports[id];
    if (transport === undefined && id === undefined && isInitializeRequest(req.body)) {
      const made = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => randomUUID(),
        onsessioninitialized: (session) => {
          transports[session] = made;
        },
        onsessionclosed: (session) => {
          closed.push(session);
        },
      });
      made.onclose = () => {
        if (made.sessionId !== undefined) delete transports[made.sessionId];
      };
      await server.connect(made);
      transport = made;
    }
    if (transport === undefined) {
      res.status(400).json({ jsonrpc: '2.0', error: { code: -32000, message: 'no session' }, id: null });
      return;
    }
    await transport.handleRequest(req, res, req.body);
  });
  const url = await listening(t, app);
  const one = await legacyClient(t, url);
  const other = await legacyClient(t, url);
  assert.equal(Object.keys(transports).length, 2);
  assert.equal(await said(one.client, 'session'), one.transport.sessionId);
  assert.equal(await said(other.client, 'session'), other.transport.sessionId);
  assert.match(one.transport.sessionId ?? '', /^[0-9a-f-]{36}$/);
  const headers = (await said(one.client, 'headers')) as Record<string, string>;
  assert.equal(headers['mcp-session-id'], one.transport.sessionId);
  await one.transport.terminateSession();
  assert.deepEqual(closed, [one.transport.sessionId ?? closed[0]]);
  assert.deepEqual(Object.keys(transports), [other.transport.sessionId]);
  assert.equal(await said(other.client, 'steps'), 'done');
});

test('one transport serves all sessions, on bare node:http, one after another and at once', async (t) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID() });
  await talkingServer(t).connect(transport);
  const url = await listening(t, (req, res) => void transport.handleRequest(req, res));
  const first = await legacyClient(t, url);
  await first.transport.terminateSession();
  const second = await legacyClient(t, url);
  const third = await legacyClient(t, url);
  assert.notEqual(await said(second.client, 'session'), await said(third.client, 'session'));
  assert.equal(await said(await modernClient(t, url), 'session'), null);
});

test('without an id generator every request stands alone, with a transport for each', async (t) => {
  const server = talkingServer(t);
  const url = await listening(t, async (req, res) => {
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    res.on('close', () => void transport.close());
    await server.connect(transport);
    await transport.handleRequest(req, res);
  });
  const { client, transport } = await legacyClient(t, url);
  assert.equal(transport.sessionId, undefined);
  const all = Array.from({ length: 50 }, () => said(client, 'session'));
  assert.deepEqual([...new Set(await Promise.all(all))], [null]);
  assert.equal(server.isConnected(), false);
});

test('a new server for each request works as well', async (t) => {
  const url = await listening(t, async (req, res) => {
    const server = new McpServer({ name: 'short', version: '1' });
    server.registerTool('hello', {}, () => ({ content: [{ type: 'text', text: '"hello"' }] }));
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    res.on('close', () => {
      void transport.close();
      void server.close();
    });
    await server.connect(transport);
    await transport.handleRequest(req, res);
  });
  const { client } = await legacyClient(t, url);
  for (let each = 0; each < 5; each += 1) assert.equal(await said(client, 'hello'), 'hello');
});

test('a session that began through one transport is answered by another of the same server', async (t) => {
  const server = talkingServer(t);
  const transports = [0, 1].map(() => new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID }));
  for (const transport of transports) await server.connect(transport);
  let turn = 0;
  const url = await listening(t, (req, res) => void transports[turn++ % 2]?.handleRequest(req, res));
  const { client, transport } = await legacyClient(t, url);
  for (let each = 0; each < 4; each += 1) assert.equal(await said(client, 'session'), transport.sessionId);
});

test('req.auth reaches the handler', async (t) => {
  const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID() });
  await talkingServer(t).connect(transport);
  const app = express();
  app.use(express.json(), (req, _res, next) => {
    const token = req.headers.authorization?.replace('Bearer ', '') ?? '';
    Object.assign(req, { auth: { token, clientId: `client of ${token}`, scopes: [] } });
    next();
  });
  app.all('/mcp', (req, res) => transport.handleRequest(req, res, req.body));
  const url = await listening(t, app);
  const clients = await Promise.all(
    ['a', 'b'].map((token) => legacyClient(t, url, { authorization: `Bearer ${token}` })),
  );
  const auths = await Promise.all(clients.map(({ client }) => said(client, 'auth')));
  const expected = (token: string) => ({ token, clientId: `client of ${token}`, scopes: [] });
  assert.deepEqual(auths, [
    [expected('a'), expected('a')],
    [expected('b'), expected('b')],
  ]);
});

test('a body that a parser read and nobody handed on is found', async (t) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID() });
  await talkingServer(t).connect(transport);
  const app = express();
  app.use(express.json());
  app.all('/mcp', (req, res) => transport.handleRequest(req, res));
  const { client } = await legacyClient(t, await listening(t, app));
  assert.equal(await said(client, 'steps'), 'done');
});

test('the URL a handler sees is the one the client asked for, through routers', async (t) => {
  const transport = new StreamableHTTPServerTransport({});
  await talkingServer(t).connect(transport);
  const router = express.Router();
  router.all('/deep', (req, res) => transport.handleRequest(req, res));
  const app = express();
  app.use('/mcp', router);
  const url = new URL(`${(await listening(t, app)).href}/deep?key=1`);
  assert.equal(await said((await legacyClient(t, url)).client, 'url'), url.href);
});

test('a handler sees the request as the client sent it', async (t) => {
  const server = talkingServer(t);
  server.registerTool('request', {}, (ctx) => {
    const request = ctx.http?.req as Request;
    const seen = [request.method, new URL(request.url).pathname, request.headers.get('mcp-session-id')];
    return { content: [{ type: 'text', text: JSON.stringify(seen) }] };
  });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'my-session' });
  await server.connect(transport);
  const url = await listening(t, (req, res) => void transport.handleRequest(req, res));
  const { client } = await legacyClient(t, url);
  assert.deepEqual(await said(client, 'request'), ['POST', '/mcp', 'my-session']);
});

test('headers that middleware set stay on the answer, and JSON has a length', async (t) => {
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  await talkingServer(t).connect(transport);
  const url = await listening(t, (req, res) => {
    res.setHeader('access-control-allow-origin', '*');
    void transport.handleRequest(req, res);
  });
  const response = await fetch(initialize(url));
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  assert.equal(response.headers.get('content-length'), String((await response.text()).length));
});

test('a client of the modern era that goes away cancels its call (HTTP-10)', async (t) => {
  const server = talkingServer(t);
  const transport = new StreamableHTTPServerTransport({});
  await server.connect(transport);
  const abort = new AbortController();
  const aborted = new Promise<void>((resolve) => {
    server.registerTool('slow', {}, (ctx) => {
      ctx.signal.addEventListener('abort', () => resolve());
      abort.abort();
      return new Promise(() => {});
    });
  });
  const url = await listening(t, (req, res) => void transport.handleRequest(req, res));
  await assert.rejects(fetch(new Request(url, modernCall('slow', { signal: abort.signal }))));
  await aborted;
});

test('a body over the limit is answered with 413', async (t) => {
  const transport = new StreamableHTTPServerTransport({ maxRequestBodySize: 100 });
  await talkingServer(t).connect(transport);
  const url = await listening(t, (req, res) => void transport.handleRequest(req, res));
  const response = await fetch(post('x'.repeat(10_000_000), {}, url));
  assert.equal(response.status, 413);
  assert.match(await response.text(), /over the limit of 100 bytes/);
});

test('onsessioninitialized is waited for before the client hears of the session', async (t) => {
  const heard: string[] = [];
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => 'chosen',
    onsessioninitialized: async (id) => {
      await new Promise(setImmediate);
      heard.push(id);
    },
  });
  await talkingServer(t).connect(transport);
  const response = await transport.handleRequest(initialize());
  assert.deepEqual(heard, ['chosen']);
  assert.equal(response.headers.get('mcp-session-id'), 'chosen');
  assert.equal(transport.sessionId, 'chosen');
});

for (const [what, generator] of [
  ['returns nothing usable', () => 'with spaces'],
  [
    'throws',
    () => {
      throw new Error('no ids left');
    },
  ],
] as const) {
  test(`an id generator that ${what} makes no session, and onerror hears of it`, async (t) => {
    const errors: Error[] = [];
    const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: generator });
    await talkingServer(t).connect(transport);
    transport.onerror = (error) => errors.push(error);
    const response = await transport.handleRequest(initialize());
    assert.equal(response.status, 500);
    assert.equal(errors.length, 1);
  });
}

test('the id of one session is never given to another client', async (t) => {
  const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => 'same' });
  await talkingServer(t).connect(transport);
  assert.equal((await transport.handleRequest(initialize())).status, 200);
  assert.equal((await transport.handleRequest(initialize())).status, 500);
});

test('closing a transport ends its sessions and what is under way', async (t) => {
  const server = talkingServer(t);
  const open = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => 'mine' });
  const other = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => 'theirs' });
  await server.connect(open);
  await server.connect(other);
  await open.handleRequest(initialize());
  let closed = 0;
  open.onclose = () => (closed += 1);
  await open.close();
  await open.close();
  assert.equal(closed, 1);
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  assert.equal((await open.handleRequest(post(ping))).status, 404);
  assert.equal((await other.handleRequest(post(ping, { 'mcp-session-id': 'mine' }))).status, 404);
});

test('a client with a session hears on its own stream that the tools changed', async (t) => {
  const server = talkingServer(t);
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID() });
  await server.connect(transport);
  const url = await listening(t, (req, res) => void transport.handleRequest(req, res));
  const { client } = await legacyClient(t, url);
  const heard = new Promise<void>((resolve) => {
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
  });
  server.registerTool('late', {}, () => ({ content: [] }));
  await heard;
  const { tools } = await client.listTools();
  assert.ok(tools.some(({ name }) => name === 'late'));
});

test('impossible options are refused when the server is connected', async (t) => {
  const transport = new StreamableHTTPServerTransport({ allowedHosts: 'localhost' as never });
  await assert.rejects(talkingServer(t).connect(transport), /allowedHosts must be a list of texts/);
});

test('options without a subject are refused by name', () => {
  assert.throws(
    () => new StreamableHTTPServerTransport({ supportedProtocolVersions: ['2025-11-25'] } as never),
    /supportedProtocolVersions is not supported/,
  );
  assert.throws(() => new StreamableHTTPServerTransport({ maxRequestBodySize: 0 }), RangeError);
});

test('a request before any server is connected is answered, not left waiting', async (t) => {
  const transport = new StreamableHTTPServerTransport({});
  const url = await listening(t, (req: IncomingMessage, res) => void transport.handleRequest(req, res));
  assert.equal((await fetch(initialize(url))).status, 503);
});

test('a server that closes answers what is under way and what comes later, and leaves nobody waiting', async (t) => {
  const server = talkingServer(t);
  const transport = new StreamableHTTPServerTransport({});
  let closed = 0;
  transport.onclose = () => {
    closed += 1;
  };
  await server.connect(transport);
  const url = await listening(t, (req, res) => void transport.handleRequest(req, res));
  const began = new Promise<void>((resolve) => {
    server.registerTool('slow', {}, () => {
      resolve();
      return new Promise(() => {});
    });
  });
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'slow' } };
  const answer = fetch(post(call, {}, url));
  await began;
  await server.close();
  assert.equal(closed, 1);
  assert.equal((await answer).status, 503);
  assert.equal((await fetch(post(call, {}, url))).status, 404);
});

test('origins of other sites are refused unless the checks are switched off', async (t) => {
  const server = talkingServer(t);
  const ping = () => post({ jsonrpc: '2.0', id: 1, method: 'ping' }, { origin: 'https://example.com' });
  for (const [options, status] of [
    [{}, 403],
    [{ allowedOrigins: ['https://example.com'] }, 200],
    [{ enableDnsRebindingProtection: false }, 200],
    [{ allowedHosts: ['example.com'], allowedOrigins: ['*'] }, 421],
  ] as const) {
    const transport = new WebStandardStreamableHTTPServerTransport(options as object);
    await server.connect(transport);
    assert.equal((await transport.handleRequest(ping())).status, status);
  }
});
