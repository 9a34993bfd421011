import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { McpServer, TransportError } from 'oxmcp';
import {
  initialize,
  legacyClient,
  modernCall,
  modernClient,
  post,
  said,
  sseClient,
  talkingServer,
} from './support/http.js';

test('both official clients call tools at the URL that listen returns', async (t) => {
  const server = talkingServer(t);
  const { url, host, port } = await server.listen();
  assert.equal(url, `http://127.0.0.1:${port}/mcp`);
  assert.equal(host, '127.0.0.1');
  const { client, transport } = await legacyClient(t, new URL(url));
  assert.equal(await said(client, 'session'), transport.sessionId);
  assert.equal(await said(await modernClient(t, new URL(url)), 'steps'), 'done');
});

test('listen takes the path and the mode', async (t) => {
  const server = talkingServer(t);
  const { url } = await server.listen({ path: '/here', stateless: true, jsonResponse: true });
  assert.equal(new URL(url).pathname, '/here');
  const response = await fetch(initialize(url));
  assert.equal(response.headers.get('mcp-session-id'), null);
  assert.equal(response.headers.get('content-type'), 'application/json');
});

test('listen serves HTTP+SSE beside it, and its clients see their session and their headers', async (t) => {
  for (const [sse, path, messages] of [
    [true, '/sse', '/messages?'],
    [{ path: '/a', messagesPath: '/b/' }, '/a', '/b/?'],
  ] as const) {
    const { url } = await talkingServer(t).listen({ sse });
    const stream = await fetch(new URL(path, url));
    const first = await stream.body?.getReader().read();
    assert.match(
      new TextDecoder().decode(first?.value),
      new RegExp(`^event: endpoint\ndata: ${messages.replace('?', '\\?')}`),
    );
    const { client } = await sseClient(t, new URL(path, url), { 'x-own': 'mine' });
    assert.match(String(await said(client, 'session')), /^[\w-]{32}$/);
    const headers = (await said(client, 'headers')) as Record<string, string>;
    assert.equal(headers['x-own'], 'mine');
    assert.equal(await said(client, 'steps'), 'done');
  }
});

test('there are no more sessions than listen allows (SESS-12)', async (t) => {
  const { url } = await talkingServer(t).listen({ maxSessions: 1 });
  const first = (await fetch(initialize(url))).headers.get('mcp-session-id');
  const second = (await fetch(initialize(url))).headers.get('mcp-session-id');
  const status = async (id: string | null) => {
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    return (await fetch(post(ping, { 'mcp-session-id': String(id) }, url))).status;
  };
  assert.deepEqual([await status(first), await status(second)], [404, 200]);
});

test('no more sessions begin in a second than listen allows, and those that are there go on (SESS-12)', async (t) => {
  const { url } = await talkingServer(t).listen({ maxSessionsPerSecond: 1 });
  const own = String((await fetch(initialize(url))).headers.get('mcp-session-id'));
  let refused = 0;
  for (let times = 0; times < 50; times += 1) {
    const answer = await fetch(initialize(url));
    const text = await answer.text();
    if (answer.status === 200) continue;
    refused += 1;
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '1']);
    assert.equal(answer.headers.get('mcp-session-id'), null);
    assert.match(text, /too many sessions/);
  }
  assert.ok(refused > 20, String(refused));
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  assert.equal((await fetch(post(ping, { 'mcp-session-id': own }, url))).status, 200);
});

test('no more subscriptions are open than listen allows (SUB-11)', async (t) => {
  const { url } = await talkingServer(t).listen({ maxSubscriptions: 1 });
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { notifications: { toolsListChanged: true }, _meta };
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
  const listen = () =>
    fetch(post({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }, headers, url));
  const first = (await listen()).body?.getReader();
  assert.match(new TextDecoder().decode((await first?.read())?.value), /acknowledged/);
  assert.match(await (await listen()).text(), /too many subscriptions/);
  await first?.cancel();
});

test('no more calls wait for answers than the server allows (SEC-12)', async (t) => {
  const server = new McpServer({ name: 'asking', version: '1.0.0' }, { maxParkedCalls: 1 });
  t.after(() => server.close());
  server.registerTool('ask', {}, async (ctx) => `${(await ctx.listRoots()).length} roots`);
  const { url } = await server.listen();
  const ask = async () => {
    const call = modernCall('ask', {}, { 'io.modelcontextprotocol/clientCapabilities': { roots: {} } });
    return (await (await fetch(new Request(url, call))).json()) as {
      result: { resultType: string; isError?: boolean; content: { text: string }[] };
    };
  };
  assert.equal((await ask()).result.resultType, 'input_required');
  const { isError, content } = (await ask()).result;
  assert.ok(isError);
  assert.match(content[0]?.text ?? '', /too many calls wait/);
  assert.throws(
    () => new McpServer({ name: 'x', version: '1' }, { maxParkedCalls: 0 }),
    /maxParkedCalls must be a whole number of at least 1/,
  );
});

test('close stops listening, and the server may listen again', async (t) => {
  const server = talkingServer(t);
  const first = await server.listen();
  await first.close();
  await first.ended;
  await assert.rejects(fetch(initialize(first.url)));
  const second = await server.listen();
  assert.equal((await fetch(initialize(second.url))).status, 200);
});

test('a port that is taken is an error that names it, with the code that Node gives it', async (t) => {
  const { port } = await talkingServer(t).listen();
  await assert.rejects(talkingServer(t).listen({ port }), (error: TransportError) => {
    assert.match(error.message, new RegExp(String(port)));
    assert.equal(error.code, 'EADDRINUSE');
    assert.ok(error instanceof TransportError);
    return true;
  });
});

test('an address of another machine has its code, too', async (t) => {
  await assert.rejects(talkingServer(t).listen({ host: '192.0.2.1' }), { code: 'EADDRNOTAVAIL' });
});

for (const port of [Number.NaN, '8000', 80000, -1, 1.5] as number[]) {
  test(`the port ${JSON.stringify(port)} is refused in words`, async (t) => {
    await assert.rejects(talkingServer(t).listen({ port }), {
      name: 'ConfigurationError',
      message: /^port must be a whole number from 0 to 65535, not \S+$/,
    });
  });
}

test('a listener on a loopback address knows its names only (SEC-1, SEC-2)', async (t) => {
  const { url } = await talkingServer(t).listen();
  const ping = post({ jsonrpc: '2.0', id: 1, method: 'ping' }, { origin: 'https://evil.example' }, url);
  assert.equal((await fetch(ping)).status, 403);
  const status = await new Promise((resolve) => {
    request(url, { method: 'POST', headers: { host: 'evil.example' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end('{}');
  });
  assert.equal(status, 421);
});
