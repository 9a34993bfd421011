// Whom a mounted server serves: what it gives to one user of the application is of use to no other.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import express from 'express';
import { type AuthInfo, McpServer } from 'oxmcp';
import { toNodeHandler } from 'oxmcp/node';
import { SSEServerTransport } from 'oxmcp/server/sse.js';
import { StreamableHTTPServerTransport } from 'oxmcp/server/streamableHttp.js';
import * as z from 'zod';
import { initialize, listening, post } from './support/http.js';

const TASKS = 'io.modelcontextprotocol/tasks';
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, extensions: { [TASKS]: {} } },
};

const auth = (clientId: string, extra?: Record<string, unknown>): AuthInfo => ({
  token: `a token of ${clientId}`,
  clientId,
  scopes: [],
  ...(extra === undefined ? {} : { extra }),
});
const ann = auth('app', { sub: 'ann', iss: 'https://issuer.example' });
const OTHERS = {
  nobody: undefined,
  'another user': auth('app', { sub: 'bob', iss: 'https://issuer.example' }),
  'another client': auth('other', { sub: 'ann', iss: 'https://issuer.example' }),
  'another issuer': auth('app', { sub: 'ann', iss: 'https://other.example' }),
  'the client itself': auth('app'),
};

/** A server that asks, has tasks, and lists a tool a page. */
function owned(): McpServer {
  const server = new McpServer({ name: 'owned', version: '1.0.0' }, { listPageSize: 1 });
  server.registerTool('greet', {}, async (ctx) => {
    const answer = await ctx.elicit('Who are you?', z.object({ name: z.string() }));
    return answer.action === 'accept' ? `Hello, ${answer.content.name}!` : 'Hello!';
  });
  server.registerTool('later', { execution: { taskSupport: 'optional' } }, () => 'done');
  return server;
}

type Told = { status: number; result?: Record<string, unknown>; error?: { code: number } };

/** Asks as whoever this is, in the modern era. */
async function ask(
  server: McpServer,
  authInfo: AuthInfo | undefined,
  method: string,
  params: Record<string, unknown> = {},
): Promise<Told> {
  const name = params.name ?? params.taskId;
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method };
  const message = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: ENVELOPE } };
  const named = name === undefined ? headers : { ...headers, 'mcp-name': String(name) };
  const response = await server.fetch(post(message, named), { authInfo });
  const { result, error } = (await response.json()) as Omit<Told, 'status'>;
  return { status: response.status, ...(error === undefined ? { result: result ?? {} } : { error }) };
}

const textOf = ({ result }: Told): string | undefined =>
  (result as { content?: { text: string }[] } | undefined)?.content?.[0]?.text;

test('state, tasks and cursors are of use to whoever they were given to, and to nobody else', async (t) => {
  const server = owned();
  t.after(() => server.close());
  const asked = await ask(server, ann, 'tools/call', { name: 'greet', arguments: {} });
  const [key] = Object.keys(asked.result?.inputRequests as object);
  const inputResponses = { [String(key)]: { action: 'accept', content: { name: 'Ann' } } };
  const retry = (requestState: unknown) => ({ name: 'greet', arguments: {}, inputResponses, requestState });
  const state = asked.result?.requestState;
  const created = await ask(server, ann, 'tools/call', { name: 'later', arguments: {} });
  const taskId = created.result?.taskId;
  const cursor = (await ask(server, ann, 'tools/list')).result?.nextCursor;
  for (const [who, other] of Object.entries(OTHERS)) {
    const forged = await ask(server, other, 'tools/call', retry('oxmcp1.AQID'));
    assert.deepEqual(await ask(server, other, 'tools/call', retry(state)), forged, who);
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      const unknown = await ask(server, other, method, { taskId: 'unknown', inputResponses: {} });
      assert.equal(unknown.error?.code, -32602);
      assert.deepEqual(await ask(server, other, method, { taskId, inputResponses: {} }), unknown, who);
    }
    const wrong = await ask(server, other, 'tools/list', { cursor: 'AWFi' });
    assert.equal(wrong.error?.code, -32602);
    assert.deepEqual(await ask(server, other, 'tools/list', { cursor }), wrong, who);
  }
  // By another token, with the other spellings.
  const again = { ...auth('app', { subject: 'ann', issuer: 'https://issuer.example' }), token: 'a new one' };
  assert.equal(textOf(await ask(server, again, 'tools/call', retry(state))), 'Hello, Ann!');
  assert.equal((await ask(server, again, 'tasks/get', { taskId })).result?.taskId, taskId);
  const next = await ask(server, again, 'tools/list', { cursor });
  assert.equal((next.result?.tools as unknown[] | undefined)?.length, 1);
});

test('a session is its user’s on every verb', async (t) => {
  const server = owned();
  t.after(() => server.close());
  const begun = await server.fetch(initialize(), { authInfo: ann });
  const headers = { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '' };
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'later', arguments: {} } };
  const at = (method: string) =>
    new Request('http://localhost/mcp', { method, headers: { ...headers, accept: 'text/event-stream' } });
  for (const authInfo of Object.values(OTHERS)) {
    assert.equal((await server.fetch(post(call, headers), { authInfo })).status, 404);
    for (const method of ['GET', 'DELETE']) {
      assert.equal((await server.fetch(at(method), { authInfo })).status, 404);
    }
  }
  assert.equal((await server.fetch(post(call, headers), { authInfo: ann })).status, 200);
  assert.ok((await server.fetch(at('DELETE'), { authInfo: ann })).ok);
  assert.equal((await server.fetch(post(call, headers), { authInfo: ann })).status, 404);
});

/** An application that believes what the header says. */
function believing(): express.Express {
  const app = express();
  app.use(express.json());
  app.use((req, _res, next) => {
    const { user } = req.headers;
    if (user !== undefined) Object.assign(req, { auth: auth('app', { sub: user }) });
    next();
  });
  return app;
}

test('who asks for a session of another neither has it nor ends it for the application', async (t) => {
  const server = owned();
  t.after(() => server.close());
  const ended: string[] = [];
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessionclosed: (id) => void ended.push(id),
  });
  let isClosed = false;
  transport.onclose = () => {
    isClosed = true;
  };
  await server.connect(transport);
  const app = believing();
  app.all('/mcp', (req, res) => void transport.handleRequest(req, res, req.body));
  const url = await listening(t, app);
  const begun = await fetch(initialize(url, { headers: { ...JSON_HEADERS, user: 'ann' } }));
  const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '' };
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const strangers: Record<string, string>[] = [{}, { user: 'bob' }];
  for (const user of strangers) {
    assert.equal((await fetch(post(ping, { ...session, ...user }, url))).status, 404);
    assert.equal((await fetch(url, { method: 'DELETE', headers: { ...session, ...user } })).status, 404);
  }
  assert.deepEqual([ended, isClosed], [[], false]);
  assert.equal((await fetch(post(ping, { ...session, user: 'ann' }, url))).status, 200);
  const end = { method: 'DELETE', headers: { ...session, user: 'ann' } };
  assert.ok((await fetch(url, end)).ok);
  assert.deepEqual([ended, isClosed], [[session['mcp-session-id']], true]);
});

test('closing a transport ends the sessions of all its users', async (t) => {
  const server = owned();
  t.after(() => server.close());
  const ids: string[] = [];
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => void ids.push(id),
  });
  await server.connect(transport);
  const app = believing();
  app.all('/mcp', (req, res) => void transport.handleRequest(req, res, req.body));
  const url = await listening(t, app);
  const open = await fetch(initialize(url, { headers: { ...JSON_HEADERS, user: 'ann' } }));
  const headers = { 'mcp-session-id': open.headers.get('mcp-session-id') ?? '', user: 'ann' };
  const stream = await fetch(url, { headers: { ...headers, accept: 'text/event-stream' } });
  assert.equal(stream.status, 200);
  await transport.close();
  // Its end is that of the session.
  await stream.text();
  assert.equal(ids.length, 1);
});

test('the handler of the second generation takes req.auth for who asks', async (t) => {
  const server = owned();
  t.after(() => server.close());
  const app = believing();
  const { createMcpHandler } = await import('oxmcp');
  const handle = toNodeHandler(createMcpHandler(server, { legacy: 'sessions' }));
  app.all('/mcp', (req, res) => void handle(req, res, req.body));
  const url = await listening(t, app);
  const begun = await fetch(initialize(url, { headers: { ...JSON_HEADERS, user: 'ann' } }));
  const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '' };
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  assert.equal((await fetch(post(ping, { ...session, user: 'bob' }, url))).status, 404);
  assert.equal((await fetch(post(ping, { ...session, user: 'ann' }, url))).status, 200);
});

test('messages are posted to a stream of HTTP+SSE by whoever opened it', async (t) => {
  const server = owned();
  t.after(() => server.close());
  const transports = new Map<string, SSEServerTransport>();
  const app = believing();
  app.get('/sse', async (_req, res) => {
    const transport = new SSEServerTransport('/messages', res);
    transports.set(transport.sessionId, transport);
    await server.connect(transport as never);
  });
  app.post('/messages', async (req, res) => {
    await transports.get(String(req.query.sessionId))?.handlePostMessage(req, res, req.body);
  });
  const url = await listening(t, app);
  const stream = await fetch(new URL('/sse', url), { headers: { user: 'ann' } });
  t.after(() => stream.body?.cancel());
  const [transport] = transports.values();
  const messages = new URL(`/messages?sessionId=${transport?.sessionId}`, url);
  const opening = (user: Record<string, string>) =>
    fetch(initialize(messages, { headers: { ...JSON_HEADERS, ...user } }));
  assert.equal((await opening({})).status, 404);
  assert.equal((await opening({ user: 'bob' })).status, 404);
  assert.equal((await opening({ user: 'ann' })).status, 202);
  // The application itself speaks for whoever it is.
  await transport?.handleMessage({ jsonrpc: '2.0', method: 'notifications/initialized' });
});

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
