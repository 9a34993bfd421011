// Bodies that do not arrive: wherever this side reads them, they are not waited for without an end (HTTP-17).

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import http2 from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createMcpHandler, isLegacyRequest, WebStandardStreamableHTTPServerTransport } from 'oxmcp';
import { createMcpHonoApp } from 'oxmcp/hono.js';
import { NodeStreamableHTTPServerTransport, toNodeHandler } from 'oxmcp/node.js';
import { talkingServer } from './support/http.js';

const PAUSE = { bodyPauseSeconds: 0.02 };
const PAUSED = 'the body of the request paused for more than 0.02 seconds';
const TAKES = { bodyPauseSeconds: 10, bodySeconds: 0.06 };
const TOOK = 'the body of the request did not arrive within 0.06 seconds';

/** A POST with the first byte of its body, and another each time that `every` milliseconds are over. */
function endless(t: TestContext, every?: number): Request {
  let timer: ReturnType<typeof setInterval> | undefined;
  t.after(() => clearInterval(timer));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const piece = (): void => controller.enqueue(Buffer.from('{'));
      piece();
      if (every !== undefined) timer = setInterval(piece, every);
    },
    cancel: () => clearInterval(timer),
  });
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const init = { method: 'POST', headers, body, duplex: 'half' };
  return new Request('http://localhost/mcp', init as RequestInit);
}

async function refused(response: Response, message: string): Promise<void> {
  assert.equal(response.status, 408);
  assert.equal(((await response.json()) as { error: { message: string } }).error.message, message);
}

test('fetch refuses a body that pauses for too long, and one that takes too long in all', async (t) => {
  await refused(await createMcpHandler(talkingServer(t), PAUSE).fetch(endless(t)), PAUSED);
  await refused(await createMcpHandler(talkingServer(t), TAKES).fetch(endless(t, 5)), TOOK);
  const transport = new WebStandardStreamableHTTPServerTransport(PAUSE);
  await talkingServer(t).connect(transport);
  await refused(await transport.handleRequest(endless(t)), PAUSED);
  const app = createMcpHonoApp(PAUSE);
  app.all('/mcp', (c) => c.text('never'));
  await refused(await app.fetch(endless(t)), PAUSED);
});

test('such a body belongs to no era: whoever serves it refuses it', async (t) => {
  assert.equal(await isLegacyRequest(endless(t), undefined, PAUSE), false);
});

/** All that comes back, up to the end of the connection, for a request whose body never ends. */
async function answerTo(t: TestContext, app: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(
    'POST /mcp HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  );
  let all = '';
  for await (const piece of socket) all += piece;
  return all;
}

test('under node:http such a request is refused, and its connection closed', async (t) => {
  const handler = () => createMcpHandler(talkingServer(t), { ...PAUSE, cors: '*' });
  const transport = new NodeStreamableHTTPServerTransport(PAUSE);
  await talkingServer(t).connect(transport);
  const others = { fetch: async () => new Response('never') };
  for (const app of [
    toNodeHandler(handler()),
    toNodeHandler(talkingServer(t), PAUSE),
    toNodeHandler(others, PAUSE),
    (req: never, res: never) => transport.handleRequest(req, res),
  ]) {
    const answer = await answerTo(t, app as never);
    assert.match(answer, /^HTTP\/1.1 408 /);
    assert.match(answer, /\r\nconnection: close\r\n/i);
    assert.ok(answer.includes(PAUSED), answer);
  }
  const options = { ...PAUSE, allowedOrigins: ['https://app.example'], cors: ['https://app.example'] };
  const answer = await answerTo(t, toNodeHandler(createMcpHandler(talkingServer(t), options)) as never);
  assert.match(answer, /^HTTP\/1.1 408 [\s\S]*\r\naccess-control-allow-origin: https:\/\/app.example\r\n/i);
});

test('over HTTP/2 the stream of such a request ends, and the connection goes on', async (t) => {
  const server = http2.createServer(toNodeHandler(createMcpHandler(talkingServer(t), PAUSE)) as never);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    client.destroy();
    server.close();
  });
  const head = { ':method': 'POST', ':path': '/mcp', 'content-type': 'application/json' };
  for (let turn = 0; turn < 2; turn++) {
    const stream = client.request(head);
    stream.write('{');
    let status: unknown;
    let body = '';
    stream.on('response', (headers) => {
      status = headers[':status'];
    });
    stream.on('data', (piece) => {
      body += piece;
    });
    await new Promise((resolve) => stream.on('close', resolve));
    assert.deepEqual([status, stream.rstCode], [408, http2.constants.NGHTTP2_NO_ERROR]);
    assert.ok(body.includes(PAUSED), body);
  }
});

for (const [options, told] of [
  [{ bodySeconds: -1 }, 'bodySeconds must be a number of seconds above 0, not -1'],
  [{ bodyPauseSeconds: '5' }, 'bodyPauseSeconds must be a number of seconds above 0, not "5"'],
] as const) {
  test(`${JSON.stringify(options)} is refused where it is written`, (t) => {
    const given = options as object;
    for (const make of [
      () => createMcpHandler(talkingServer(t), given),
      () => new NodeStreamableHTTPServerTransport(given),
      () => toNodeHandler(talkingServer(t), given),
    ]) {
      assert.throws(make, { message: told });
    }
  });
}
