// The server card: what is told of a server before anybody connects (CARD-1, CARD-2, CARD-5).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMcpHandler, McpServer } from 'oxmcp';
import { modernCall } from './support/http.js';

const NAMED = { name: 'com.example/weather', version: '1.2.3', description: 'Tells the weather.' };
const CARD = { url: 'https://example.com/mcp', title: 'Weather' };
const HERE = 'http://localhost/mcp/server-card';

test('a listener tells it below its path where the author says so', async (t) => {
  const server = new McpServer(NAMED);
  t.after(() => server.close());
  const { url, close } = await server.listen({ port: 0, serverCard: CARD });
  t.after(close);
  const told = await fetch(`${url}/server-card`, { headers: { origin: 'https://a.example' } });
  assert.equal(told.status, 200);
  assert.equal(told.headers.get('content-type'), 'application/mcp-server-card+json');
  assert.equal(told.headers.get('access-control-allow-origin'), '*');
  const card = (await told.json()) as Record<string, unknown>;
  assert.deepEqual(
    [card.name, card.version, card.title, card.description],
    [NAMED.name, '1.2.3', 'Weather', NAMED.description],
  );
  assert.equal((card.remotes as [{ url: string }])[0].url, CARD.url);
  const known = { 'if-none-match': told.headers.get('etag') ?? '' };
  assert.equal((await fetch(`${url}/server-card`, { headers: known })).status, 304);
  const without = await server.listen({ port: 0 });
  t.after(() => without.close());
  assert.equal((await fetch(`${without.url}/server-card`)).status, 404);
});

test('handlers tell it too, whatever they refuse', async (t) => {
  for (const legacy of ['stateless', 'sessions', 'reject'] as const) {
    const server = new McpServer(NAMED);
    t.after(() => server.close());
    const handler = createMcpHandler(server, { serverCard: true, legacy });
    const told = await handler.fetch(new Request(HERE));
    assert.equal(told.status, 200, legacy);
    assert.equal(((await told.json()) as { name: string }).name, NAMED.name);
    assert.equal((await handler.fetch(modernCall('unknown'))).status, 200, 'the server is where it was');
    assert.notEqual((await createMcpHandler(server).fetch(new Request(HERE))).status, 200);
  }
});

test('what would be no card is refused at the start', async (t) => {
  const server = new McpServer({ name: 'weather', version: '1.2.3' });
  t.after(() => server.close());
  const name = 'com.example/weather';
  for (const [serverCard, message] of [
    [
      true,
      'serverCard.name must be a reversed domain, a slash and a name, like "com.example/weather", not "weather"',
    ],
    [{ name }, 'serverCard.description is missing'],
    [{ name, description: 'x'.repeat(101) }, 'serverCard.description must have 1 to 100 characters'],
    [{ ...NAMED, version: undefined, url: '/mcp' }, 'serverCard.url must be an http or https URL'],
    [{ name, tools: [] }, 'there is no option serverCard.tools'],
  ] as const) {
    await assert.rejects(
      server.listen({ port: 0, serverCard: serverCard as true }),
      (error: Error) => error.message.includes(message),
      message,
    );
  }
});
