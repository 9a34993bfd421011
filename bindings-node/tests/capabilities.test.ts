// What a server says it can do: what is registered or declared, and no more.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type McpServer, type McpServerOptions, ResourceTemplate } from 'oxmcp';
import { z } from 'zod';
import { clientOf, emptyServer, news } from './support/connected.js';

const LISTS = { listChanged: true };
const RESOURCES = { subscribe: true, listChanged: true };

/** What clients of both eras are told, which is what the server says of itself. */
async function told(server: McpServer): Promise<object> {
  const client = await clientOf(server);
  const legacy = client.getServerCapabilities() as object;
  await client.close();
  const response = await server.fetch(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'server/discover',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'server/discover',
        params: {
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      }),
    }),
  );
  const { result } = (await response.json()) as { result: { capabilities: object } };
  assert.deepEqual(result.capabilities, legacy);
  assert.deepEqual(server.server.getCapabilities(), legacy);
  return legacy;
}

const says = (text: string) => ({ content: [{ type: 'text' as const, text }] });
const none = (): void => {};
const nothing = { list: undefined };

describe('a server announces', () => {
  const cases: [name: string, (server: McpServer) => void, object, McpServerOptions?][] = [
    ['nothing, with nothing registered', none, {}],
    [
      'a tool',
      (server) => server.registerTool('a', { inputSchema: { b: z.string() } }, ({ b }) => says(b)),
      { tools: LISTS },
    ],
    ['a prompt', (server) => server.registerPrompt('p', {}, () => 'hi'), { prompts: LISTS }],
    [
      'a resource',
      (server) => server.registerResource('r', 'data://r', {}, () => 'x'),
      { resources: RESOURCES },
    ],
    [
      'a resource template',
      (server) =>
        server.registerResource('t', new ResourceTemplate('data://{x}', nothing), {}, (_uri, { x }) =>
          String(x),
        ),
      { resources: RESOURCES },
    ],
    [
      'logging, where a function is given the context',
      (server) => server.registerTool('a', {}, (ctx) => says(String(ctx.log.info('x')))),
      { tools: LISTS, logging: {} },
    ],
    [
      'logging, where a function with arguments is given the context',
      (server) => server.registerTool('a', { inputSchema: {} }, (_args, ctx) => says(ctx.protocolVersion)),
      { tools: LISTS, logging: {} },
    ],
    ['logging, where it is declared', none, { logging: {} }, { capabilities: { logging: {} } }],
    [
      'what is declared beside what is registered',
      (server) => server.registerPrompt('p', {}, () => 'hi'),
      { prompts: LISTS, resources: { listChanged: true, subscribe: false }, tools: LISTS },
      { capabilities: { tools: {}, resources: { subscribe: false } } },
    ],
  ];
  for (const [name, register, expected, options] of cases) {
    test(name, async (t) => {
      const server = emptyServer(options);
      t.after(() => server.close());
      register(server);
      if (name.startsWith('what is declared')) {
        // An option that is off is not told of.
        const { resources, ...others } = server.server.getCapabilities();
        assert.deepEqual({ ...others, resources }, expected);
      } else {
        assert.deepEqual(await told(server), expected);
      }
    });
  }
});

test('what is registered while clients are there works, and is told to the next', async (t) => {
  const server = emptyServer();
  t.after(() => server.close());
  const client = await clientOf(server);
  assert.deepEqual((await client.listTools()).tools, []);
  const heard = new Promise<void>((resolve) => {
    client.fallbackNotificationHandler = async ({ method }) => {
      if (method === 'notifications/tools/list_changed') resolve();
    };
  });
  const tool = server.registerTool('late', {}, () => says('here'));
  await news(heard);
  assert.deepEqual((await client.callTool({ name: 'late' })).content, says('here').content);
  await client.close();
  assert.deepEqual(await told(server), { tools: LISTS });
  tool.remove();
  assert.deepEqual(await told(server), { tools: LISTS });
});
