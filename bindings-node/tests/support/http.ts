// HTTP for tests: a server to ask, an application to be served by, clients of both generations.

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from 'oxmcp';

/** A server whose tools tell what they see; closed with the test. */
export function talkingServer(t: TestContext): McpServer {
  const server = new McpServer({ name: 'talking', version: '1.0.0' });
  const said = (value: unknown) => ({
    content: [{ type: 'text' as const, text: JSON.stringify(value ?? null) }],
  });
  server.registerTool('session', {}, (ctx) => said(ctx.sessionId));
  server.registerTool('auth', {}, async (ctx) => {
    await undefined;
    return said([ctx.authInfo, ctx.http?.authInfo]);
  });
  server.registerTool('headers', {}, (ctx) => said(ctx.requestInfo?.headers));
  server.registerTool('url', {}, (ctx) => said(ctx.requestInfo?.url));
  server.registerTool('steps', {}, async (ctx) => {
    for (let step = 1; step <= 3; step += 1) ctx.progress(step, 3);
    return said('done');
  });
  // Requests hold the process until they are answered. What is malformed or cancelled does not, but tests wait for it.
  const hold = setInterval(() => {}, 2 ** 30);
  t.after(async () => {
    clearInterval(hold);
    await server.close();
  });
  return server;
}

/** Listens with `listener`; returns the URL of `/mcp`. */
export async function listening(t: TestContext, listener: RequestListener): Promise<URL> {
  const http = createServer(listener).listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.after(() => {
    http.closeAllConnections();
    http.close();
  });
  return new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
}

/** A client of the first generation over HTTP+SSE. */
export async function sseClient(
  t: TestContext,
  url: URL,
  headers: Record<string, string> = {},
): Promise<{ client: Client; transport: SSEClientTransport }> {
  const client = new Client({ name: 'older', version: '1.0.0' });
  const transport = new SSEClientTransport(url, { requestInit: { headers } });
  await client.connect(transport);
  t.after(() => client.close());
  return { client, transport };
}

/** A client of the first generation. */
export async function legacyClient(
  t: TestContext,
  url: URL,
  headers: Record<string, string> = {},
): Promise<{ client: Client; transport: StreamableHTTPClientTransport }> {
  const client = new Client({ name: 'legacy', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } });
  await client.connect(transport);
  t.after(() => client.close());
  return { client, transport };
}

/** A client of the second generation that speaks the newest version. */
export async function modernClient(t: TestContext, url: URL): Promise<ModernClient> {
  const client = new ModernClient(
    { name: 'modern', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await client.connect(new ModernTransport(url));
  t.after(() => client.close());
  return client;
}

/** What a tool of `talkingServer` said. */
export async function said(client: Client | ModernClient, name: string): Promise<unknown> {
  const result = (await (client as Client).callTool({ name })) as { content: { text: string }[] };
  return JSON.parse(result.content[0]?.text ?? 'null');
}

/** The handshake as a POST. */
export function initialize(url: URL | string = 'http://localhost/mcp', init: RequestInit = {}): Request {
  return post(
    {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
    },
    {},
    url,
    init,
  );
}

/** A message as a POST. */
export function post(
  message: unknown,
  headers: Record<string, string> = {},
  url: URL | string = 'http://localhost/mcp',
  init: RequestInit = {},
): Request {
  return new Request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: typeof message === 'string' ? message : JSON.stringify(message),
    ...init,
  });
}

/** A tool call of the newest version as a POST. */
export function modernCall(
  name: string,
  init: RequestInit = {},
  meta: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Request {
  return post(
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name,
        arguments: {},
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': {},
          ...meta,
        },
      },
    },
    { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name, ...headers },
    'http://localhost/mcp',
    init,
  );
}

/** The value that the only text block of a JSON answer holds. */
export async function answered(response: Response): Promise<unknown> {
  const { result } = (await response.json()) as { result: { content: { text: string }[] } };
  return JSON.parse(result.content[0]?.text ?? 'null');
}
