// Options of serving over HTTP: what is said of them, and what they do on the listener, in `fetch` and under `node:http`.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import {
  createMcpHandler,
  validateHostHeader,
  validateOriginHeader,
  WebStandardStreamableHTTPServerTransport,
} from 'oxmcp';
import { hostHeaderValidation, originValidation, toNodeHandler } from 'oxmcp/node.js';
import { initialize, modernCall, post, talkingServer } from './support/http.js';

/** What comes back for raw bytes, up to the end of its head. */
async function rawHead(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  let head = '';
  for await (const piece of socket) {
    head += piece;
    if (head.includes('\r\n\r\n')) break;
  }
  socket.destroy();
  return head;
}

async function underNode(t: TestContext, handler: Parameters<typeof toNodeHandler>[0]): Promise<number> {
  const app = createServer(toNodeHandler(handler));
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  t.after(() => app.close());
  return (app.address() as { port: number }).port;
}

const APP = 'https://app.example';
const preflight = (url: string, origin = APP): Request =>
  new Request(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });

for (const [options, told] of [
  [{ port: Number.NaN }, 'port must be a whole number from 0 to 65535, not "NaN"'],
  [{ port: '80' }, 'port must be a whole number from 0 to 65535, not "80"'],
  [{ port: 70_000 }, 'port must be a whole number from 0 to 65535, not 70000'],
  [{ maxConnections: 0 }, 'maxConnections must be a whole number of at least 1, not 0'],
  [{ maxBodyBytes: 'much' }, 'maxBodyBytes must be a whole number of at least 1, not "much"'],
  [{ bodySeconds: -1 }, 'bodySeconds must be a number of seconds above 0, not -1'],
  [{ bodyPauseSeconds: 0 }, 'bodyPauseSeconds must be a number of seconds above 0, not 0'],
  [
    { allowedHosts: ['https://a.example/mcp'] },
    'allowedHosts: "https://a.example/mcp" is a URL: write the host',
  ],
  [{ allowedHosts: [] }, 'allowedHosts: there is none in the list'],
  [{ allowedOrigins: ['https://*'] }, 'allowedOrigins: "https://*" would be every site there is'],
  [{ cors: { origins: '*', credentials: true } }, 'cors, credentials: cookies cannot go to every origin'],
  [{ cors: { exposedHeaders: ['a b'] } }, 'cors, exposedHeaders: "a b" is no name of a header'],
  [{ cors: { maxAgeSeconds: -1 } }, 'cors.maxAgeSeconds must be a whole number from 0'],
  [{ maxSessions: 0 }, 'maxSessions must be a whole number of at least 1, not 0'],
  [{ maxSessionsPerSecond: 0 }, 'maxSessionsPerSecond must be a whole number of at least 1, not 0'],
  [{ maxSubscriptions: 0 }, 'maxSubscriptions must be a whole number of at least 1, not 0'],
  [{ sessionIdleSeconds: 0 }, 'sessionIdleSeconds must be a number of seconds above 0, not 0'],
  [{ sse: { path: '/mcp/' } }, 'sse.path, sse.messagesPath and the HTTP path must differ'],
  [{ sse: { messagesPath: 'm' } }, 'sse.messagesPath must begin with one "/"'],
  [{ sse: { messages: '/m' } }, 'sse has no member messages; it has path, messagesPath'],
  [{ cors: { origin: '*' } }, 'cors has no member origin; it has origins, allowedHeaders'],
] as const) {
  test(`listen refuses ${JSON.stringify(options)} and says what is right`, async (t) => {
    await assert.rejects(talkingServer(t).listen(options as object), (error: Error) => {
      assert.ok(error.message.includes(told), error.message);
      return true;
    });
  });
}

test('pages of allowed origins may read what the listener, a handler and a Node handler answer (HTTP-14)', async (t) => {
  for (const [cors, allowed] of [
    [APP, APP],
    [['https://other.example', APP], APP],
    ['*', '*'],
    [{ origins: APP, credentials: true }, APP],
  ] as const) {
    const options = { cors: cors as string };
    const { url } = await talkingServer(t).listen(options);
    const handler = createMcpHandler(talkingServer(t), options);
    const port = await underNode(t, createMcpHandler(talkingServer(t), options));
    for (const ask of [
      (request: Request) => fetch(new Request(url, request)),
      (request: Request) => handler.fetch(request),
      (request: Request) => fetch(new Request(`http://127.0.0.1:${port}/`, request)),
    ]) {
      const asked = await ask(preflight('http://localhost/mcp'));
      assert.equal(asked.status, 204);
      assert.equal(asked.headers.get('access-control-allow-origin'), allowed);
      const answer = await ask(modernCall('url', {}, {}, { origin: APP }));
      assert.equal(answer.headers.get('access-control-allow-origin'), allowed);
      assert.match(answer.headers.get('access-control-expose-headers') ?? '', /Mcp-Session-Id/);
      assert.equal(answer.headers.get('vary'), allowed === '*' ? null : 'Origin');
      await answer.arrayBuffer();
    }
  }
});

test('they may read refusals that never reach the engine, too (HTTP-14)', async (t) => {
  const long = () => post('x'.repeat(65), { origin: APP }, 'http://localhost/mcp');
  const readable = (response: Response, status: number): void => {
    assert.equal(response.status, status);
    assert.equal(response.headers.get('access-control-allow-origin'), APP);
    assert.match(response.headers.get('access-control-expose-headers') ?? '', /Mcp-Session-Id/);
    assert.equal(response.headers.get('vary'), 'Origin');
  };
  const options = { cors: APP, maxRequestBodySize: 64 };
  const handler = createMcpHandler(talkingServer(t), options);
  readable(await handler.fetch(long()), 413);
  const closed = createMcpHandler(talkingServer(t), options);
  const port = await underNode(t, closed);
  const ask = (request: Request) => fetch(new Request(`http://127.0.0.1:${port}/`, request));
  readable(await ask(long()), 413);
  await closed.close();
  readable(await ask(new Request('http://localhost/', { headers: { origin: APP } })), 503);
  const transport = new WebStandardStreamableHTTPServerTransport(options);
  readable(await transport.handleRequest(long()), 413);
  readable(await transport.handleRequest(preflight('http://localhost/')), 503);
  const read = long();
  await read.text();
  readable(await handler.fetch(read), 500);
  const refused = await handler.fetch(post('x'.repeat(65), { origin: 'https://evil.example' }));
  assert.equal(refused.status, 413);
  assert.equal(refused.headers.get('access-control-allow-origin'), null);
  assert.equal(refused.headers.get('vary'), 'Origin');
});

test('a handler of the newest version alone answers a browser that asks, and may be read when it refuses (HTTP-14)', async (t) => {
  const handler = createMcpHandler(talkingServer(t), { cors: '*', legacy: 'reject' });
  assert.equal((await handler.fetch(preflight('http://localhost/'))).status, 204);
  const refused = await handler.fetch(initialize('http://localhost/', { headers: { origin: APP } }));
  assert.equal(refused.status, 400);
  assert.equal(refused.headers.get('access-control-allow-origin'), '*');
  assert.equal(refused.headers.get('vary'), null);
});

test('an origin for cors that could never match is refused where it is written', (t) => {
  assert.throws(
    () => createMcpHandler(talkingServer(t), { cors: 'https://*' }),
    /cors, origins: .* every site/,
  );
});

test('without the option, and for other origins, nobody is told that they may read (HTTP-14)', async (t) => {
  const off = createMcpHandler(talkingServer(t));
  assert.equal((await off.fetch(preflight('http://localhost/', 'http://localhost'))).status, 405);
  const on = createMcpHandler(talkingServer(t), { cors: APP });
  const refused = await on.fetch(preflight('http://localhost/', 'https://evil.example'));
  assert.equal(refused.status, 403);
  assert.equal(refused.headers.get('access-control-allow-origin'), null);
});

test('a request with two hosts is refused everywhere (HTTP-21)', async (t) => {
  const { port } = await talkingServer(t).listen({ allowedHosts: ['*'] });
  const mounted = await underNode(t, createMcpHandler(talkingServer(t)));
  for (const each of [port, mounted]) {
    const head = await rawHead(
      each,
      'POST /mcp HTTP/1.1\r\nHost: a.example\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n',
    );
    assert.match(head, /^HTTP\/1.1 400/);
  }
  const joined = new Request('http://localhost/mcp', { method: 'POST', body: '{}' });
  joined.headers.set('host', 'a.example, a.example');
  assert.equal((await createMcpHandler(talkingServer(t)).fetch(joined)).status, 400);
});

test('a refused host is told the setting by its name here, and the log has one line (SEC-2)', async (t) => {
  const lines: unknown[] = [];
  t.mock.method(console, 'warn', (line: unknown) => lines.push(line));
  const { port } = await talkingServer(t).listen();
  const ask = () => rawHead(port, 'POST /mcp HTTP/1.1\r\nHost: api.example\r\nContent-Length: 0\r\n\r\n');
  assert.match(await ask(), /^HTTP\/1.1 421/);
  for (let times = 0; times < 5; times += 1) await ask();
  const response = await createMcpHandler(talkingServer(t), { allowedHosts: ['a.example'] }).fetch(
    new Request('http://b.example/mcp', { method: 'POST' }),
  );
  assert.equal(response.status, 421);
  assert.match(await response.text(), /add it to the server's setting allowedHosts/);
  const told = () => lines.filter((line) => String(line).includes('api.example'));
  while (told().length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(told().length, 1);
});

test('the checks for apps of others understand the same notation (SEC-1, SEC-2)', () => {
  for (const [names, host, ok] of [
    [['localhost:*'], 'localhost:3000', true],
    [['*.example.com'], 'a.example.com:1', true],
    [['*.example.com'], 'example.com', false],
    [['api.example:8000'], 'api.example:8001', false],
    [['https://api.example'], 'api.example', false],
  ] as const) {
    assert.equal(validateHostHeader(host, [...names]).ok, ok, `${names} ${host}`);
  }
  for (const [names, origin, ok] of [
    [['https://app.example'], 'https://app.example', true],
    [['https://app.example'], 'http://app.example', false],
    [['*.app.example'], 'https://a.app.example:3000', true],
  ] as const) {
    assert.equal(validateOriginHeader(origin, [...names]).ok, ok, `${names} ${origin}`);
  }
  assert.throws(
    () => hostHeaderValidation(['https://api.example']),
    /allowedHosts: .* is a URL: write the host alone/,
  );
  assert.throws(() => hostHeaderValidation([]), /allowedHosts: there is none in the list/);
  assert.throws(() => originValidation(['https://*']), /allowedOrigins: .* would be every site/);
});
