// Streams that survive their connection: with the engine's own store and with those that others wrote, over every way to serve HTTP.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryEventStore as OfficialStore } from '@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import {
  createMcpHandler,
  type EventStore,
  type JSONRPCMessage,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from 'oxmcp';
import { toNodeHandler } from 'oxmcp/node.js';
import { StreamableHTTPServerTransport } from 'oxmcp/server/streamableHttp.js';
import { initialize, listening, post } from './support/http.js';

/** Keeps everything, in order, under ids that say nothing. */
class Lists implements EventStore {
  readonly kept: [stream: string, message: JSONRPCMessage][] = [];

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    return `own ${this.kept.push([stream, message]) - 1}`;
  }

  async replayEventsAfter(
    last: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const number = Number(last.replace('own ', ''));
    const stream = this.kept[number]?.[0] ?? '';
    for (const [index, [of, message]] of this.kept.entries()) {
      if (index > number && of === stream) await send(`own ${index}`, message);
    }
    return stream;
  }
}

const STORES = {
  'the engine’s': () => true,
  'the engine’s, with bounds': () => ({ maxEvents: 20, maxBytes: 100_000, maxAgeSeconds: 60 }),
  'one of one’s own': () => new Lists(),
  'the official example': () => new OfficialStore() as EventStore,
};

/** A server with a tool that has its caller come back; `release` lets it go on. */
function pollingServer(t: TestContext, name = ''): { server: McpServer; release: () => void } {
  const server = new McpServer({ name: 'polling', version: '1' });
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  server.registerTool('poll', {}, async (ctx) => {
    // The official example sorts by the clock, which has to have moved on.
    const tick = () => new Promise((resolve) => setTimeout(resolve, name.includes('official') ? 30 : 0));
    await tick();
    ctx.progress(1);
    await tick();
    ctx.closeSSEStream?.();
    await released;
    await tick();
    ctx.progress(2);
    await tick();
    return { content: [{ type: 'text', text: 'found again' }] };
  });
  server.registerTool('closable', {}, (ctx) => ({
    content: [
      {
        type: 'text',
        text: JSON.stringify([ctx.closeSSEStream !== undefined, ctx.closeStandaloneSSEStream !== undefined]),
      },
    ],
  }));
  t.after(() => server.close());
  return { server, release };
}

async function connected(t: TestContext, url: URL | string): Promise<Client> {
  const client = new Client({ name: 'c', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  t.after(() => client.close());
  return client;
}

async function pollsOnce(client: Client, release: () => void): Promise<void> {
  const progress: number[] = [];
  const tokens: string[] = [];
  const result = await client.request(
    { method: 'tools/call', params: { name: 'poll', arguments: {} } },
    CallToolResultSchema,
    {
      onprogress: (step) => {
        progress.push(step.progress);
        release();
      },
      onresumptiontoken: (token) => tokens.push(token),
    },
  );
  assert.deepEqual(result.content, [{ type: 'text', text: 'found again' }]);
  assert.deepEqual(progress, [1, 2]);
  assert.ok(tokens.length >= 4, `${tokens}`);
}

for (const [name, store] of Object.entries(STORES)) {
  test(`the official client comes back for an answer: ${name} store, listen (RESUME-3, RESUME-6)`, async (t) => {
    const { server, release } = pollingServer(t, name);
    const { url } = await server.listen({ eventStore: store(), retryInterval: 20 });
    const client = await connected(t, url);
    await pollsOnce(client, release);
    const { content } = (await client.callTool({ name: 'closable' })) as { content: { text: string }[] };
    assert.equal(content[0]?.text, '[true,true]');
  });

  test(`… ${name} store, the transports`, async (t) => {
    const { server, release } = pollingServer(t, name);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      eventStore: store(),
      retryInterval: 20,
    });
    await server.connect(transport as never);
    const url = await listening(t, (req, res) => void transport.handleRequest(req, res));
    await pollsOnce(await connected(t, url), release);
  });

  test(`… ${name} store, createMcpHandler`, async (t) => {
    const { server, release } = pollingServer(t, name);
    const handler = createMcpHandler(server, { legacy: 'sessions', eventStore: store(), retryInterval: 20 });
    const app = createServer(toNodeHandler(handler));
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      app.closeAllConnections();
      app.close();
    });
    await pollsOnce(
      await connected(t, `http://127.0.0.1:${(app.address() as { port: number }).port}/`),
      release,
    );
  });
}

test('a client that was started anew finds the answer by the token it kept (LHTTP-7, RESUME-3)', async (t) => {
  const { server, release } = pollingServer(t);
  const { url } = await server.listen({ eventStore: true });
  const first = new Client({ name: 'c', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    reconnectionOptions: {
      maxRetries: 0,
      initialReconnectionDelay: 1,
      maxReconnectionDelay: 1,
      reconnectionDelayGrowFactor: 1,
    },
  });
  await first.connect(transport);
  let token = '';
  const told = new Promise<void>((resolve) => {
    first
      .request({ method: 'tools/call', params: { name: 'poll' } }, CallToolResultSchema, {
        onprogress: () => resolve(),
        onresumptiontoken: (given) => {
          token = given;
        },
      })
      .catch(() => {});
  });
  await told;
  const { sessionId } = transport;
  await first.close();
  release();
  const second = new Client({ name: 'c', version: '1' });
  const again = new StreamableHTTPClientTransport(new URL(url), { sessionId: sessionId as string });
  again.setProtocolVersion('2025-11-25');
  await second.connect(again);
  const result = await second.request(
    { method: 'tools/call', params: { name: 'poll' } },
    CallToolResultSchema,
    { resumptionToken: token, onresumptiontoken: () => {} },
  );
  assert.deepEqual(result.content, [{ type: 'text', text: 'found again' }]);
  await second.close();
});

test('events of another session, and none at all, are refused (RESUME-5, RESUME-9)', async (t) => {
  for (const eventStore of [true, new Lists()] as const) {
    const { server } = pollingServer(t);
    const { url } = await server.listen({ eventStore });
    const session = async () => (await fetch(initialize(url))).headers.get('mcp-session-id') ?? '';
    const [mine, theirs] = [await session(), await session()];
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'poll' } };
    const said = await (await fetch(post(call, { 'mcp-session-id': theirs }, url))).text();
    const [, id] = said.match(/id: (.*)\n/) ?? [];
    const ask = async (session: string, last: string) => {
      const headers = { accept: 'text/event-stream', 'mcp-session-id': session, 'last-event-id': last };
      const response = await fetch(url, { headers });
      await response.body?.cancel();
      return response.status;
    };
    assert.deepEqual(
      [await ask(mine, String(id)), await ask(theirs, String(id)), await ask(mine, 'x')],
      [400, 200, 400],
    );
  }
});

test('without a store nothing is closed', async (t) => {
  const { server, release } = pollingServer(t);
  release();
  const client = await connected(t, (await server.listen()).url);
  const { content } = (await client.callTool({ name: 'closable' })) as { content: { text: string }[] };
  assert.equal(content[0]?.text, '[false,false]');
  assert.ok(await client.callTool({ name: 'poll' }));
});

test('a transport closes the streams of a request and of its sessions', async (t) => {
  const { server, release } = pollingServer(t);
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => 'session-1',
    eventStore: true,
    retryInterval: 1,
  });
  await server.connect(transport as never);
  const headers = { 'mcp-session-id': 'session-1' };
  await transport.handleRequest(initialize());
  await transport.handleRequest(post({ jsonrpc: '2.0', method: 'notifications/initialized' }, headers));
  const listen = { headers: { ...headers, accept: 'text/event-stream' } };
  const own = await transport.handleRequest(new Request('http://localhost/mcp', listen));
  transport.closeStandaloneSSEStream();
  assert.match(await own.text(), /^id: \S+\nretry: 1\ndata: \n\n$/);
  const call = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'slow' } };
  let started = (): void => {};
  const runs = new Promise<void>((resolve) => {
    started = resolve;
  });
  let finish = (): void => {};
  server.registerTool('slow', {}, async () => {
    started();
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return { content: [] };
  });
  const answer = await transport.handleRequest(post(call, headers));
  await runs;
  transport.closeSSEStream(8);
  transport.closeSSEStream(7);
  assert.doesNotMatch(await answer.text(), /result/);
  finish();
  release();
});

test('a store that fails costs the ids and not the call', async (t) => {
  const { server } = pollingServer(t);
  const failing: EventStore = {
    storeEvent: () => Promise.reject(new Error('the disk is full')),
    replayEventsAfter: () => Promise.reject(new Error('the disk is gone')),
  };
  const told: unknown[] = [];
  const { error } = console;
  console.error = (...args) => told.push(args.join(' '));
  t.after(() => {
    console.error = error;
  });
  const client = await connected(t, (await server.listen({ eventStore: failing })).url);
  assert.ok(await client.callTool({ name: 'closable' }));
  assert.match(told.join('\n'), /the disk is full/);
});

for (const [eventStore, told] of [
  ['memory', /eventStore is true, bounds, or an object with storeEvent and replayEventsAfter/],
  [{ storeEvent: async () => '' }, /eventStore is true, bounds, or an object/],
  [{ events: 3 }, /eventStore has no member events; it has maxEvents/],
  [{ maxEvents: 0 }, /event_store\.max_events|eventStore\.maxEvents must be a whole number of at least 1/],
] as const) {
  test(`what is no store is refused: ${JSON.stringify(eventStore)}`, async (t) => {
    const { server } = pollingServer(t);
    await assert.rejects(async () => server.listen({ eventStore: eventStore as never }), told);
  });
}
