// Extensions of the protocol: which of them the server says it has, and which its client does.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { McpServer, Transport } from 'oxmcp';
import { emptyServer } from './support/connected.js';

const UI = 'io.modelcontextprotocol/ui';
const APP = { mimeTypes: ['text/html;profile=mcp-app'] };

type Answer = { said: string; told: object | undefined };
/** Calls `look` as a client that can do this; what it says, and the extensions the server told of. */
type Ask = (server: McpServer, capabilities: object) => Promise<Answer>;

const legacy: Ask = async (server, capabilities) => {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs as Transport);
  const client = new Client({ name: 'client', version: '1.0.0' }, { capabilities });
  await client.connect(ours);
  const result = (await client.callTool({ name: 'look' })) as { content: { text: string }[] };
  const told = client.getServerCapabilities() as { extensions?: object };
  await client.close();
  return { said: result.content[0]?.text ?? '', told: told.extensions };
};

async function post(
  server: McpServer,
  capabilities: object,
  method: string,
  name?: string,
): Promise<unknown> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
  };
  if (name !== undefined) headers['mcp-name'] = name;
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { _meta, ...(name && { name }) } });
  const response = await server.fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body }));
  return ((await response.json()) as { result: unknown }).result;
}

const modern: Ask = async (server, capabilities) => {
  const called = (await post(server, capabilities, 'tools/call', 'look')) as { content: { text: string }[] };
  const discovered = (await post(server, capabilities, 'server/discover')) as {
    capabilities: { extensions?: object };
  };
  return { said: called.content[0]?.text ?? '', told: discovered.capabilities.extensions };
};

/** A server whose tool says what its client has of apps. */
function looking(extensions?: { [identifier: string]: object }): McpServer {
  const server = emptyServer(extensions && { capabilities: { extensions } });
  server.registerTool('look', {}, (ctx) => {
    const found = [ctx.clientSupportsExtension(UI), ctx.clientExtensionSettings(UI) ?? null];
    return { content: [{ type: 'text', text: JSON.stringify(found) }] };
  });
  return server;
}

for (const [era, ask] of Object.entries({ legacy, modern })) {
  describe(`a client of the ${era} era`, () => {
    const cases: [string, object, [boolean, object | null]][] = [
      ['has an extension, with settings', { extensions: { [UI]: APP } }, [true, APP]],
      ['has an extension without settings', { extensions: { [UI]: {} } }, [true, {}]],
      ['has another extension', { extensions: { 'com.example/other': {} } }, [false, null]],
      ['has none', {}, [false, null]],
    ];
    for (const [name, capabilities, expected] of cases) {
      test(name, async (t) => {
        const server = looking();
        t.after(() => server.close());
        const { said, told } = await ask(server, capabilities);
        assert.deepEqual(JSON.parse(said), expected);
        assert.equal(told, undefined);
      });
    }

    test('is told of the extensions that the server declares', async (t) => {
      const server = looking({ 'com.example/it': { deep: true } });
      t.after(() => server.close());
      assert.deepEqual((await ask(server, {})).told, { 'com.example/it': { deep: true } });
    });
  });
}
