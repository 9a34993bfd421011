// Apps (`io.modelcontextprotocol/ui`): what a host needs to find and show one passes as its author wrote it (UI-2, UI-3).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  EXTENSION_ID,
  RESOURCE_MIME_TYPE,
  registerAppResource,
  registerAppTool,
} from '@modelcontextprotocol/ext-apps/server';
import type { McpServer } from 'oxmcp';
import { clientOf, emptyServer } from './support/connected.js';

const UI = 'io.modelcontextprotocol/ui';
const VIEW = 'ui://weather/view.html';
const MIME_TYPE = 'text/html;profile=mcp-app';
const OF_TOOL = { ui: { resourceUri: VIEW, visibility: ['model', 'app'] } };
const OF_VIEW = {
  ui: {
    csp: { connectDomains: ['https://api.example.com'] },
    permissions: { camera: {} },
    prefersBorder: true,
  },
};

test('a tool names its view, and the view says what it needs, in the list and when read', async (t) => {
  const server = emptyServer({ capabilities: { extensions: { [UI]: {} } } });
  t.after(() => server.close());
  server.registerTool('weather', { _meta: OF_TOOL }, (ctx) => ({
    content: [{ type: 'text', text: ctx.clientSupportsExtension(UI) ? 'see the view' : '21 °C' }],
  }));
  server.registerResource('view', VIEW, { mimeType: MIME_TYPE, _meta: OF_VIEW }, () => ({
    contents: [{ uri: VIEW, mimeType: MIME_TYPE, text: '<!doctype html><title>Weather</title>' }],
  }));
  const client = await clientOf(server);
  t.after(() => client.close());

  const [tool] = (await client.listTools()).tools;
  assert.deepEqual(tool?._meta, OF_TOOL);
  const [listed] = (await client.listResources()).resources;
  assert.deepEqual([listed?.uri, listed?.mimeType, listed?._meta], [VIEW, MIME_TYPE, OF_VIEW]);
  const [read] = (await client.readResource({ uri: VIEW })).contents;
  assert.deepEqual([read?.mimeType, read?._meta], [MIME_TYPE, OF_VIEW]);
  const { content } = await client.callTool({ name: 'weather' });
  assert.deepEqual(content, [{ type: 'text', text: '21 °C' }]);
});

test('the functions of the official package of apps work on our server', async (t) => {
  const server = emptyServer();
  t.after(() => server.close());
  registerAppTool(
    server as never,
    'weather',
    { description: 'The weather.', _meta: { ui: { resourceUri: VIEW } } },
    async () => ({ content: [{ type: 'text' as const, text: '21 °C' }] }),
  );
  registerAppResource(server as never, 'view', VIEW, { _meta: OF_VIEW as never }, async () => ({
    contents: [{ uri: VIEW, mimeType: RESOURCE_MIME_TYPE, text: '<!doctype html>', _meta: OF_VIEW as never }],
  }));
  const client = await clientOf(server);
  t.after(() => client.close());
  assert.ok(client.getServerCapabilities()?.extensions?.[EXTENSION_ID]);
  const [tool] = (await client.listTools()).tools;
  assert.deepEqual(tool?._meta, { ui: { resourceUri: VIEW }, 'ui/resourceUri': VIEW });
  const [listed] = (await client.listResources()).resources;
  assert.deepEqual([listed?.uri, listed?.mimeType], [VIEW, MIME_TYPE]);
  const [read] = (await client.readResource({ uri: VIEW })).contents;
  assert.deepEqual([read?.mimeType, read?._meta], [MIME_TYPE, OF_VIEW]);
  const { content } = await client.callTool({ name: 'weather' });
  assert.deepEqual(content, [{ type: 'text', text: '21 °C' }]);
});

test('a tool whose page is not there is warned about when it is served (UI-4)', async (t) => {
  const told: string[] = [];
  t.mock.method(console, 'warn', (line: unknown) => told.push(String(line)));
  const missing = (server: McpServer): void => {
    server.registerTool('look', { _meta: { ui: { resourceUri: 'ui://none/view.html' } } }, () => '21 °C');
  };
  const there = (server: McpServer): void => {
    server.registerTool('look', { _meta: OF_TOOL }, () => '21 °C');
    server.registerResource('view', VIEW, { mimeType: MIME_TYPE }, () => '<!doctype html>');
  };
  for (const [register, warnings] of [
    [missing, 1],
    [there, 0],
  ] as const) {
    told.length = 0;
    const server = emptyServer();
    t.after(() => server.close());
    register(server);
    const client = await clientOf(server);
    t.after(() => client.close());
    await client.ping();
    const pages = told.filter((line) => line.includes('no host can show it'));
    assert.equal(pages.length, warnings, told.join('\n'));
    assert.ok(warnings === 0 || pages[0]?.includes('ui://none/view.html'));
  }
});
