// Questions reach the client however its server is served, and are answered by clients of both generations.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import express from 'express';
import { createMcpHandler, InMemoryTransport, McpServer } from 'oxmcp';
import { toNodeHandler } from 'oxmcp/node';
import { StreamableHTTPServerTransport } from 'oxmcp/server/streamableHttp.js';
import { WebStandardStreamableHTTPServerTransport } from 'oxmcp/server/webStandardStreamableHttp.js';
import * as z from 'zod';
import { listening } from './support/http.js';

/** Asks everything at once, and says what came of it. */
function askingServer(): McpServer {
  const server = new McpServer({ name: 'asks', version: '1.0.0' });
  server.registerTool('ask', { inputSchema: { who: z.string() } }, async ({ who }, ctx) => {
    const [form, said, roots] = await Promise.all([
      ctx.elicit(`Which color, ${who}?`, ['red', 'green']),
      ctx.sample(`Greet ${who}`),
      ctx.listRoots(),
    ]);
    const again = await ctx.elicit(`Sure, ${who}?`, z.boolean());
    return `${who}: ${form.data}, ${said.text}, ${roots[0]?.uri}, ${again.data}`;
  });
  return server;
}

const CAPABILITIES = { elicitation: { form: {} }, sampling: {}, roots: {} };

function elicited({ message }: { message: string }): object {
  return { action: 'accept', content: { value: message.startsWith('Sure') ? true : 'green' } };
}

function sampled({ messages }: { messages: { content: unknown }[] }): object {
  const [message] = messages as { content: { text: string } }[];
  return { role: 'assistant', model: 'm', content: { type: 'text', text: `${message?.content.text}!` } };
}

const ROOTS = { roots: [{ uri: 'file:///work' }] };

type Where = URL | string[] | InMemoryTransport;

/** A client of the first generation that answers. */
async function legacy(t: TestContext, where: Where): Promise<Client> {
  const client = new Client({ name: 'legacy', version: '1.0.0' }, { capabilities: CAPABILITIES });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => elicited(params) as never);
  client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => sampled(params as never) as never);
  client.setRequestHandler(ListRootsRequestSchema, () => ROOTS);
  await client.connect(
    where instanceof URL
      ? new StreamableHTTPClientTransport(where)
      : Array.isArray(where)
        ? new StdioClientTransport({ command: process.execPath, args: where })
        : (where as never),
  );
  t.after(() => client.close());
  return client;
}

/** A client of the second generation that answers, in either era. */
async function newer(t: TestContext, where: Where, mode: 'legacy' | { pin: string }): Promise<ModernClient> {
  const client = new ModernClient(
    { name: 'newer', version: '1.0.0' },
    { capabilities: CAPABILITIES, versionNegotiation: { mode } },
  );
  client.setRequestHandler('elicitation/create', ({ params }) => elicited(params) as never);
  client.setRequestHandler('sampling/createMessage', ({ params }) => sampled(params as never) as never);
  client.setRequestHandler('roots/list', () => ROOTS);
  await client.connect(
    where instanceof URL
      ? new ModernTransport(where)
      : Array.isArray(where)
        ? new ModernStdio({ command: process.execPath, args: where })
        : (where as never),
  );
  t.after(() => client.close());
  return client;
}

/** Whether clients of the newest version are answered there, and of the older ones asked. */
interface Served {
  url: URL;
  sessions?: boolean;
  modern?: boolean;
}

const served = (t: TestContext, server: McpServer): McpServer => {
  t.after(() => server.close());
  return server;
};

const WAYS: Record<string, (t: TestContext) => Promise<Served>> = {
  'the engine by itself': async (t) => {
    const { url } = await served(t, askingServer()).listen({ port: 0 });
    return { url: new URL(url) };
  },
  fetch: async (t) => {
    const server = served(t, askingServer());
    const handler = toNodeHandler(createMcpHandler(server, { legacy: 'sessions' }));
    return { url: await listening(t, (req, res) => void handler(req, res)) };
  },
  'a transport for each session, as the guides of v1 write it': async (t) => {
    const transports = new Map<string, StreamableHTTPServerTransport>();
    const app = express();
    app.use(express.json());
    app.all('/mcp', async (req, res) => {
      const id = req.headers['mcp-session-id'] as string | undefined;
      let transport = id === undefined ? undefined : transports.get(id);
      if (transport === undefined) {
        const made = new StreamableHTTPServerTransport({
          sessionIdGenerator: () => randomUUID(),
          onsessioninitialized: (session) => {
            transports.set(session, made);
          },
        });
        await served(t, askingServer()).connect(made);
        transport = made;
      }
      await transport.handleRequest(req, res, req.body);
    });
    return { url: await listening(t, app), modern: false };
  },
  'one transport for all': async (t) => {
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID() });
    await served(t, askingServer()).connect(transport);
    return { url: await listening(t, (req, res) => void transport.handleRequest(req, res)) };
  },
  "a transport for the web's requests": async (t) => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
    });
    await served(t, askingServer()).connect(transport);
    const handle = toNodeHandler({ fetch: (request: Request) => transport.handleRequest(request) });
    return { url: await listening(t, (req, res) => void handle(req, res)) };
  },
};

const CLIENTS = {
  'a client of v1': legacy,
  'a client of v2 with a session': (t: TestContext, where: Where) => newer(t, where, 'legacy'),
  'a client of v2 without one': (t: TestContext, where: Where) => newer(t, where, { pin: '2026-07-28' }),
};

async function check(client: Client | ModernClient, who: string): Promise<void> {
  const result = await (client as Client).callTool({ name: 'ask', arguments: { who } });
  assert.deepEqual(result.content, [
    { type: 'text', text: `${who}: green, Greet ${who}!, file:///work, true` },
  ]);
}

for (const [way, serve] of Object.entries(WAYS)) {
  test(`over ${way}, several clients at once`, async (t) => {
    const { url, modern = true } = await serve(t);
    await Promise.all(
      Object.entries(CLIENTS).map(async ([who, connect]) => {
        if (who === 'a client of v2 without one' && !modern) return;
        const client = await connect(t, url);
        await Promise.all([check(client, `${who}, once`), check(client, `${who}, twice`)]);
      }),
    );
  });
}

const STDIO = fileURLToPath(new URL('servers/asking_server.mjs', import.meta.url));

for (const [who, connect] of Object.entries(CLIENTS)) {
  test(`over stdio, ${who}`, async (t) => {
    await check(await connect(t, [STDIO]), who);
  });

  test(`within the process, ${who}`, async (t) => {
    const server = served(t, askingServer());
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await server.connect(theirs);
    await check(await connect(t, ours), who);
  });
}

test('a client without a stream cannot be asked, and is told why', async (t) => {
  const server = served(t, askingServer());
  const listener: RequestListener = async (req, res) => {
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    res.on('close', () => void transport.close());
    await server.connect(transport);
    await transport.handleRequest(req, res);
  };
  const client = await legacy(t, await listening(t, listener));
  const result = (await client.callTool({ name: 'ask', arguments: { who: 'x' } })) as {
    isError?: boolean;
    content: { text: string }[];
  };
  assert.equal(result.isError, true);
  assert.match(result.content[0]?.text ?? '', /cannot be asked|did not declare/);
});
