import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMcpHandler } from 'oxmcp';
import { toNodeHandler } from 'oxmcp/node';
import { answered, initialize, listening, modernCall, post, talkingServer } from './support/http.js';

const AUTH = { token: 'secret', clientId: 'me', scopes: ['all'] };

test('a request is answered with JSON, wherever it was sent to', async (t) => {
  const server = talkingServer(t);
  const response = await server.fetch(modernCall('url'));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(await answered(response), 'http://localhost/mcp');
});

test('a handshake opens a session that later requests belong to', async (t) => {
  const server = talkingServer(t);
  const response = await server.fetch(initialize());
  const session = response.headers.get('mcp-session-id') ?? '';
  assert.match(session, /^[\x21-\x7e]{32,}$/);
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'session' } };
  const headers = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
  assert.equal(await answered(await server.fetch(post(call, headers))), session);
});

test('what a handler says before its result makes the answer an event stream', async (t) => {
  const server = talkingServer(t);
  const response = await server.fetch(modernCall('steps', {}, { progressToken: 1 }));
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const events = (await response.text()).split('\n\n').filter((event) => event !== '');
  assert.equal(events.length, 4);
  assert.ok(events.every((event) => event.startsWith('event: message\ndata: {')));
});

test('an authenticated user reaches the handler, also after an await', async (t) => {
  const server = talkingServer(t);
  assert.deepEqual(await answered(await server.fetch(modernCall('auth'), { authInfo: AUTH })), [AUTH, AUTH]);
  assert.deepEqual(await answered(await server.fetch(modernCall('auth'))), [null, null]);
});

test('what is known of a request is nowhere on its way: a handler sees the headers and keys that the client sent', async (t) => {
  const server = talkingServer(t);
  let seen: unknown;
  server.registerTool('look', {}, (ctx) => {
    seen = [Object.keys(ctx.requestInfo?.headers ?? {}).sort(), Object.keys(ctx._meta ?? {}).sort()];
    return { content: [{ type: 'text', text: JSON.stringify(ctx.authInfo) }] };
  });
  const call = modernCall('look', {}, { mine: 1 }, { 'x-mine': '1' });
  const headers = [...call.headers.keys(), 'host'].sort();
  assert.deepEqual(await answered(await server.fetch(call, { authInfo: AUTH })), AUTH);
  const envelope = ['clientCapabilities', 'clientInfo', 'protocolVersion'];
  const keys = [...envelope.map((name) => `io.modelcontextprotocol/${name}`), 'mine'];
  assert.deepEqual(seen, [headers, keys]);
});

test('a body that was read before is said to be, and may be handed on', async (t) => {
  const server = talkingServer(t);
  const request = modernCall('auth');
  const parsedBody = await request.json();
  const refused = await server.fetch(request);
  assert.equal(refused.status, 500);
  assert.match(await refused.text(), /was read before, and is gone: hand it on, as \{ parsedBody \}/);
  assert.deepEqual(await answered(await server.fetch(request, { parsedBody })), [null, null]);
});

test('the same of a request of node:http', async (t) => {
  const handle = toNodeHandler(talkingServer(t));
  const url = await listening(t, (req, res) => {
    req.resume().on('end', () => setImmediate(() => void handle(req, res)));
  });
  const { method, headers } = modernCall('auth');
  const refused = await fetch(url, { method, headers, body: await modernCall('auth').text() });
  assert.equal(refused.status, 500);
  assert.match(await refused.text(), /was read before.* as req\.body/);
});

test('cancelling the body of an event stream cancels the call', async (t) => {
  const server = talkingServer(t);
  const aborted = new Promise<void>((resolve) => {
    server.registerTool('slow', {}, (ctx) => {
      ctx.signal.addEventListener('abort', () => resolve());
      ctx.progress(1);
      return new Promise(() => {});
    });
  });
  const response = await server.fetch(modernCall('slow', {}, { progressToken: 1 }));
  await response.body?.cancel();
  await aborted;
});

test('aborting the request cancels the call', async (t) => {
  const server = talkingServer(t);
  const abort = new AbortController();
  const aborted = new Promise<void>((resolve) => {
    server.registerTool('slow', {}, (ctx) => {
      ctx.signal.addEventListener('abort', () => resolve());
      abort.abort();
      return new Promise(() => {});
    });
  });
  const response = await server.fetch(modernCall('slow', { signal: abort.signal }));
  await aborted;
  assert.equal(response.status, 499);
});

test('a slow reader gets everything, and the handler is not told to wait', async (t) => {
  const server = talkingServer(t);
  const count = 200;
  server.registerTool('much', {}, async (ctx) => {
    for (let step = 1; step <= count; step += 1) ctx.progress(step, count, 'x'.repeat(1000));
    return { content: [] };
  });
  const response = await server.fetch(modernCall('much', {}, { progressToken: 1 }));
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    await new Promise(setImmediate);
  }
  assert.equal(text.split('event: message').length - 1, count + 1);
});

test('a body over the limit is refused before it is read to the end', async (t) => {
  const handler = createMcpHandler(talkingServer(t), { maxRequestBodySize: 100 });
  let pulls = 0;
  const body = new ReadableStream({
    pull(controller) {
      pulls += 1;
      controller.enqueue(new Uint8Array(60));
    },
  });
  const response = await handler.fetch(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
    } as RequestInit),
  );
  assert.equal(response.status, 413);
  assert.ok(pulls < 10);
  assert.match(await response.text(), /over the limit of 100 bytes/);
});

test('malformed JSON is answered with 400 and -32700', async (t) => {
  const response = await talkingServer(t).fetch(post('{'));
  assert.equal(response.status, 400);
  const { error } = (await response.json()) as { error: { code: number } };
  assert.equal(error.code, -32700);
});

test('a page of another site is refused unless its origin is allowed (SEC-1)', async (t) => {
  const server = talkingServer(t);
  const request = () => modernCall('url', {}, {}, { origin: 'https://example.com' });
  assert.equal((await server.fetch(request())).status, 403);
  const open = createMcpHandler(server, { allowedOrigins: ['https://example.com'] });
  assert.equal((await open.fetch(request())).status, 200);
});

test('a host that is not allowed is refused where hosts are named (SEC-2)', async (t) => {
  const handler = createMcpHandler(talkingServer(t), { allowedHosts: ['mcp.example.com'] });
  assert.equal((await handler.fetch(modernCall('url'))).status, 421);
  assert.equal(
    (await handler.fetch(modernCall('url', {}, {}, { host: 'mcp.example.com:8080' }))).status,
    200,
  );
});

test('a server that was closed serves again', async (t) => {
  const server = talkingServer(t);
  assert.equal((await server.fetch(modernCall('url'))).status, 200);
  await server.close();
  assert.equal((await server.fetch(modernCall('url'))).status, 200);
});
