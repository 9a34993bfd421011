// HTTP+SSE in applications of somebody else's, with the official clients of both generations.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Client as ModernClient, SSEClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import express from 'express';
import type { McpServer } from 'oxmcp';
import { SSEServerTransport, type SSEServerTransportOptions } from 'oxmcp/server/sse.js';
import { listening, said, sseClient, talkingServer } from './support/http.js';

type Transports = Map<string, SSEServerTransport>;

/** An express application as people wrote them for the official package, with a body parser in front or without. */
async function application(
  t: TestContext,
  server: McpServer,
  options: SSEServerTransportOptions = {},
  parses = true,
): Promise<{ url: URL; transports: Transports; closed: string[] }> {
  const transports: Transports = new Map();
  const closed: string[] = [];
  const app = express();
  if (parses) app.use(express.json({ limit: '1mb' }));
  app.get('/sse', async (req, res) => {
    Object.assign(req, { auth: { token: 't', clientId: 'a', scopes: [] } });
    const transport = new SSEServerTransport('/messages?tenant=a', res, options);
    transports.set(transport.sessionId, transport);
    transport.onclose = () => {
      closed.push(transport.sessionId);
      transports.delete(transport.sessionId);
    };
    await server.connect(transport as never);
  });
  app.post('/messages', async (req, res) => {
    Object.assign(req, { auth: { token: 't', clientId: String(req.query.tenant), scopes: [] } });
    const transport = transports.get(String(req.query.sessionId));
    if (transport === undefined) res.status(400).send('no transport');
    else await transport.handlePostMessage(req, res, req.body);
  });
  const url = await listening(t, app);
  return { url: new URL('/sse', url), transports, closed };
}

for (const parses of [true, false]) {
  test(`the official clients talk to an express application, ${parses ? 'with' : 'without'} a body parser`, async (t) => {
    const { url, transports } = await application(t, talkingServer(t), {}, parses);
    const { client } = await sseClient(t, url, { 'x-own': 'mine' });
    const session = String(await said(client, 'session'));
    assert.ok(transports.has(session), 'handlers know the session by the id of its transport');
    assert.equal(((await said(client, 'headers')) as Record<string, string>)['x-own'], 'mine');
    assert.equal(((await said(client, 'auth')) as { clientId: string }[])[0]?.clientId, 'a');
    assert.equal(await said(client, 'steps'), 'done');
    const modern = new ModernClient({ name: 'c', version: '1' });
    await modern.connect(new ModernTransport(url));
    t.after(() => modern.close());
    assert.equal(await said(modern, 'steps'), 'done');
    assert.notEqual(await said(modern, 'session'), session);
  });
}

test('the end of a stream is told, whoever ends it', async (t) => {
  const { url, transports, closed } = await application(t, talkingServer(t));
  const ends = async (count: number): Promise<void> => {
    while (closed.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  const first = await sseClient(t, url);
  await first.client.close();
  await ends(1);
  const second = await sseClient(t, url);
  const gone = new Promise<void>((resolve) => {
    second.transport.onerror = () => resolve();
  });
  const [transport] = transports.values();
  await transport?.close();
  await ends(2);
  await gone;
  assert.equal(transports.size, 0);
});

test('what is no message for the stream is refused, and the stream goes on', async (t) => {
  const { url, transports } = await application(t, talkingServer(t), { maxRequestBodySize: 500 }, false);
  const { client } = await sseClient(t, url);
  const [transport] = transports.values();
  const send = async (body: string, headers: Record<string, string> = {}) => {
    const to = new URL(`/messages?tenant=a&sessionId=${transport?.sessionId}`, url);
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
    return (await fetch(to, init)).status;
  };
  const ping = '{"jsonrpc":"2.0","id":"p","method":"ping"}';
  assert.equal(await send('{'), 400);
  assert.equal(await send(''), 400);
  assert.equal(await send(ping, { 'content-type': 'text/plain' }), 415);
  assert.equal(await send(`${ping}${' '.repeat(500)}`), 413);
  assert.equal(await send(ping, { origin: 'https://evil.example' }), 403);
  assert.equal(await said(client, 'steps'), 'done');
  await assert.rejects(() => transport?.handleMessage({ no: 'message' }) ?? Promise.resolve(), /was refused/);
  await transport?.handleMessage({ jsonrpc: '2.0', method: 'notifications/whatever' });
  await assert.rejects(() => transport?.send({}) ?? Promise.resolve(), /the engine sends on this stream/);
});

test('hosts and origins are looked at where the stream is opened', async (t) => {
  const { url } = await application(t, talkingServer(t), { allowedHosts: ['a.example'] });
  assert.equal((await fetch(url)).status, 421);
  const open = await application(t, talkingServer(t), { enableDnsRebindingProtection: false });
  const response = await fetch(open.url, { headers: { origin: 'https://anywhere.example' } });
  assert.equal(response.status, 200);
  await response.body?.cancel();
});

test('a transport that is not connected, or is connected already, says so', async (t) => {
  let status = 0;
  const res = {
    statusCode: 200,
    setHeader: () => {},
    write: () => true,
    on: () => {},
    end() {
      status = this.statusCode;
    },
  };
  const transport = new SSEServerTransport('/messages', res);
  await assert.rejects(transport.handlePostMessage({ headers: {} } as never, res), /no stream is open yet/);
  assert.equal(status, 500);
  const server = talkingServer(t);
  await server.connect(transport as never);
  await assert.rejects(() => server.connect(transport as never), /is connected/);
  await transport.close();
  assert.throws(() => new SSEServerTransport('/m', res, { maxRequestBodySize: 0 }), RangeError);
  assert.throws(() => new SSEServerTransport('/m', res, { cors: true, allowedOrigins: ['nowhere at all'] }));
});

test('closing the server ends its streams', async (t) => {
  const server = talkingServer(t);
  const { url, closed } = await application(t, server);
  await sseClient(t, url);
  await server.close();
  assert.equal(closed.length, 1);
});
