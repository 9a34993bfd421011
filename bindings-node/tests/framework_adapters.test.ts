import assert from 'node:assert/strict';
import { request as rawRequest } from 'node:http';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import { serve } from '@hono/node-server';
import { createMcpHandler } from 'oxmcp';
import * as forExpress from 'oxmcp/express';
import * as forFastify from 'oxmcp/fastify';
import * as forHono from 'oxmcp/hono';
import {
  hostHeaderValidation,
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
} from 'oxmcp/node';
import { createMcpExpressApp } from 'oxmcp/server/express.js';
import { WebStandardStreamableHTTPServerTransport } from 'oxmcp/server/webStandardStreamableHttp.js';
import { legacyClient, listening, modernClient, post, said, talkingServer } from './support/http.js';

type AppOptions = Parameters<typeof forExpress.createMcpExpressApp>[0];

/** Each framework with its own application, serving `talkingServer`. */
const FRAMEWORKS: [name: string, start: (t: TestContext, options?: AppOptions) => Promise<URL>][] = [
  [
    'express',
    async (t, options) => {
      const app = forExpress.createMcpExpressApp(options);
      const handler = toNodeHandler(createMcpHandler(talkingServer(t), { legacy: 'sessions' }));
      app.all('/mcp', (req, res) => void handler(req, res, req.body));
      return listening(t, app);
    },
  ],
  [
    'hono',
    async (t, options) => {
      const app = forHono.createMcpHonoApp(options);
      const handler = createMcpHandler(talkingServer(t), { legacy: 'sessions' });
      app.all('/mcp', (c) => handler.fetch(c.req.raw, { parsedBody: c.get('parsedBody') }));
      const url = await new Promise<URL>((resolve) => {
        const http = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
          resolve(new URL(`http://127.0.0.1:${port}/mcp`)),
        );
        t.after(() => {
          (http as { closeAllConnections?(): void }).closeAllConnections?.();
          http.close();
        });
      });
      return url;
    },
  ],
  [
    'fastify',
    async (t, options) => {
      const app = forFastify.createMcpFastifyApp(options);
      const handler = toNodeHandler(createMcpHandler(talkingServer(t), { legacy: 'sessions' }));
      app.all('/mcp', async (request, reply) => {
        reply.hijack();
        await handler(request.raw, reply.raw, request.body);
      });
      const url = new URL('/mcp', await app.listen({ port: 0, host: '127.0.0.1' }));
      t.after(() => {
        app.server.closeAllConnections();
        return app.close();
      });
      return url;
    },
  ],
];

/** The status of a POST with headers of one's own, `Host` included. */
function statusOf(url: URL, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = rawRequest(
      url,
      { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    request.on('error', reject);
    request.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }));
  });
}

for (const [name, start] of FRAMEWORKS) {
  test(`both official clients call tools through ${name}`, async (t) => {
    const url = await start(t);
    const { client, transport } = await legacyClient(t, url);
    assert.equal(await said(client, 'session'), transport.sessionId);
    assert.equal(await said(client, 'steps'), 'done');
    await transport.terminateSession();
    assert.equal(await said(await modernClient(t, url), 'steps'), 'done');
  });

  test(`an application of ${name} on a loopback address knows its names only (SEC-1, SEC-2)`, async (t) => {
    const url = await start(t);
    assert.equal(await statusOf(url, { host: 'evil.example' }), 403);
    assert.equal(await statusOf(url, { origin: 'https://evil.example' }), 403);
    assert.equal(await statusOf(url, { origin: 'null' }), 403);
    assert.equal(await statusOf(url, { host: `localhost:${url.port}`, origin: 'http://localhost:1' }), 400);
  });

  test(`an application of ${name} goes by the lists it is given`, async (t) => {
    const lists = { host: '0.0.0.0', allowedHosts: ['mcp.example'], allowedOrigins: ['localhost'] };
    const url = await start(t, lists);
    assert.equal(await statusOf(url, { host: 'localhost' }), 403);
    assert.equal(await statusOf(url, { host: 'mcp.example:80', origin: 'http://localhost' }), 400);
  });
}

test('hono answers what is no JSON, and what is too long, by itself', async () => {
  const app = forHono.createMcpHonoApp({ maxRequestBodySize: 100 });
  app.post('/mcp', async (c) => c.json({ parsed: c.get('parsedBody'), raw: await c.req.raw.text() }));
  const headers = { host: 'localhost' };
  assert.equal((await app.fetch(post('{', headers))).status, 400);
  assert.equal((await app.fetch(post('x'.repeat(1000), headers))).status, 413);
  assert.deepEqual(await (await app.fetch(post({ a: 1 }, headers))).json(), {
    parsed: { a: 1 },
    raw: '{"a":1}',
  });
});

test('a web-standard transport serves a hono route', async (t) => {
  const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => 'abc' });
  await talkingServer(t).connect(transport);
  const app = forHono.createMcpHonoApp();
  app.all('/mcp', (c) => transport.handleRequest(c.req.raw));
  const http = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  t.after(() => {
    (http as { closeAllConnections?(): void }).closeAllConnections?.();
    http.close();
  });
  await new Promise((resolve) => http.once('listening', resolve));
  const { port } = http.address() as { port: number };
  const { client } = await legacyClient(t, new URL(`http://127.0.0.1:${port}/mcp`));
  assert.equal(await said(client, 'session'), 'abc');
});

test('the guards for bare node:http answer for who is not let in', async (t) => {
  const guards = [localhostHostValidation(), localhostOriginValidation()];
  const url = await listening(t, (req, res) => {
    if (guards.every((guard) => guard(req, res))) res.end('in');
  });
  assert.equal(await statusOf(url, {}), 200);
  assert.equal(await statusOf(url, { host: 'evil.example' }), 403);
  assert.equal(await statusOf(url, { origin: 'https://evil.example' }), 403);
  const own = hostHeaderValidation(['evil.example']);
  const open = await listening(t, (req, res) => void (own(req, res) && res.end()));
  assert.equal(await statusOf(open, { host: 'evil.example' }), 200);
});

test('the adapters are there for require, and by their older paths', () => {
  const require = createRequire(import.meta.url);
  for (const name of ['node', 'express', 'hono', 'fastify']) {
    assert.equal(typeof require(`oxmcp/${name}`).hostHeaderValidation, 'function');
  }
  assert.equal(createMcpExpressApp, forExpress.createMcpExpressApp);
  assert.equal(
    typeof require('oxmcp/server/middleware/hostHeaderValidation.js').hostHeaderValidation,
    'function',
  );
});
