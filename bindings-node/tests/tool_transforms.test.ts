// Tools that are found instead of listed, held to a budget, or described without references.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import {
  ConfigurationError,
  inlineReferences,
  type McpServer,
  resultBudget,
  ToolError,
  type Transform,
  toolSearch,
} from 'oxmcp';
import { FastMCP } from 'oxmcp/fast';
import { z } from 'zod';
import { type Answer, call, clientOf, emptyServer, modern } from './support/connected.js';

/** Asks a server in each era. */
async function inBoth(
  server: McpServer,
  ask: (
    call: (name: string, args?: object) => Promise<Answer>,
    tools: () => Promise<ListedTool[]>,
  ) => Promise<void>,
): Promise<void> {
  const client = await clientOf(server);
  try {
    await ask(
      (name, args) => call(client, name, args),
      async () => (await client.listTools()).tools as ListedTool[],
    );
    await ask(
      async (name, args = {}) =>
        (await modern(server, 'tools/call', { name, arguments: args })) as unknown as Answer,
      async () => (await modern(server, 'tools/list')).tools as ListedTool[],
    );
  } finally {
    await client.close();
    await server.close();
  }
}

interface ListedTool {
  name: string;
  inputSchema: Record<string, unknown>;
  outputSchema?: object;
  _meta?: object;
}

function office(...transforms: Transform[]): McpServer {
  const server = emptyServer({ transforms });
  const numbers = { a: z.number(), b: z.number() };
  server.registerTool('add', { description: 'Adds two numbers.', inputSchema: numbers }, ({ a, b }) =>
    String(a + b),
  );
  server.registerTool('sendEmail', { description: 'Sends a message to an address.' }, () => 'sent');
  return server;
}

const names = (tools: ListedTool[]): string[] => tools.map(({ name }) => name);
const said = ({ content }: Answer): string => content[0]?.text ?? '';
const found = ({ structuredContent }: Answer): string[] =>
  names((structuredContent as { result: ListedTool[] }).result);

describe('a search for tools', () => {
  test('lists two tools that lead to the others', async () => {
    await inBoth(office(toolSearch()), async (call, tools) => {
      assert.deepEqual(names(await tools()), ['search_tools', 'call_tool']);
      const answer = await call('search_tools', { query: 'a message by e-mail' });
      assert.deepEqual(found(answer), ['sendEmail']);
      assert.deepEqual(JSON.parse(said(answer)), (answer.structuredContent as { result: unknown }).result);
      assert.equal(said(await call('call_tool', { name: 'add', arguments: { a: 1, b: 2 } })), '3');
      assert.equal(said(await call('add', { a: 1, b: 2 })), '3');
    });
  });

  test('takes a pattern instead, other names, and tools that are listed as ever', async () => {
    const search = toolSearch({
      by: 'pattern',
      searchTool: 'find',
      callTool: 'run',
      alwaysVisible: ['add'],
      maxResults: 1,
    });
    await inBoth(office(search), async (call, tools) => {
      assert.deepEqual(names(await tools()), ['add', 'find', 'run']);
      assert.deepEqual(found(await call('find', { pattern: '^SEND|nothing' })), ['sendEmail']);
      assert.match(said(await call('find', { pattern: '(' })), /^pattern cannot be used: /);
      assert.equal(said(await call('run', { name: 'add', arguments: { a: 1, b: 2 } })), '3');
    });
  });

  test('tells in few words what is found, if it is told to', async () => {
    await inBoth(office(toolSearch({ results: 'markdown' })), async (call) => {
      const expected = /^### add\n\nAdds two numbers\.\n\n\*\*Parameters\*\*\n- `a` \(number, required\)\n/;
      assert.match(said(await call('search_tools', { query: 'numbers' })), expected);
    });
  });

  for (const [tool, args, expected] of [
    ['search_tools', { query: ' ' }, /^query is empty/],
    ['call_tool', { name: 'nothing' }, /unknown tool: nothing/],
    ['call_tool', { name: 'hidden' }, /unknown tool: hidden/],
    ['call_tool', { name: 'call_tool', arguments: { name: 'add' } }, /^call_tool is called directly/],
    ['call_tool', { name: 'search_tools' }, /^search_tools is called directly/],
    ['call_tool', { name: 'add', arguments: { a: 'x', b: 1 } }, /\ba\b/],
    ['call_tool', {}, /\bname\b/],
  ] as const) {
    test(`refuses ${tool} with ${JSON.stringify(args)} in words for a model`, async () => {
      const server = office(toolSearch());
      server.registerTool('hidden', {}, () => 'told').disable();
      await inBoth(server, async (call) => {
        const answer = await call(tool, args);
        assert.equal(answer.isError, true);
        assert.match(said(answer), expected);
        assert.deepEqual(found(await call('search_tools', { query: 'hidden' })), []);
      });
    });
  }

  test('is added while a server is served', async () => {
    const server = office();
    server.registerTool('late', {}, () => 'late');
    let added = false;
    await inBoth(server, async (call, tools) => {
      if (!added) {
        assert.deepEqual(names(await tools()), ['add', 'sendEmail', 'late']);
        server.addTransform(toolSearch({ alwaysVisible: ['late'] }));
        added = true;
      }
      assert.deepEqual(names(await tools()), ['late', 'search_tools', 'call_tool']);
      assert.equal(said(await call('call_tool', { name: 'late' })), 'late');
    });
  });

  test('makes sense', () => {
    assert.throws(() => toolSearch({ maxResults: 0 }), ConfigurationError);
    assert.throws(() => toolSearch({ callTool: 'search_tools' }), ConfigurationError);
    assert.throws(
      () => emptyServer({ transforms: [{ type: 'nonsense' }] }),
      /there is no transform "nonsense"/,
    );
    assert.throws(() => emptyServer().addTransform(toolSearch({ callTool: '' })), /name/);
  });

  test('is an option of FastMCP', async (t) => {
    const server = new FastMCP({ name: 'test', version: '1.0.0', transforms: [toolSearch()] });
    server.addTool({ name: 'greet', description: 'Says hello.', execute: async () => 'hello' });
    const client = new Client({ name: 'client', version: '1.0.0' });
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await server.connect(theirs);
    await client.connect(ours);
    t.after(() => client.close());
    t.after(() => server.stop());
    assert.deepEqual(names((await client.listTools()).tools as ListedTool[]), ['search_tools', 'call_tool']);
    assert.equal(said(await call(client, 'call_tool', { name: 'greet' })), 'hello');
  });
});

describe('a budget for results', () => {
  function talkative(...transforms: Transform[]): McpServer {
    const server = emptyServer({ transforms });
    server.registerTool('say', { inputSchema: { size: z.number() } }, ({ size }) => 'x'.repeat(size));
    const outputSchema = { numbers: z.array(z.number()) };
    server.registerTool('count', { outputSchema }, () => ({ structuredContent: { numbers: [1, 2] } }));
    server.registerTool('refuse', {}, () => {
      throw new ToolError('no '.repeat(1000));
    });
    return server;
  }

  test('cuts what is too long, and the result says so', async () => {
    await inBoth(talkative(resultBudget({ maxChars: 500 })), async (call, tools) => {
      const [say, count] = await tools();
      assert.deepEqual(say?._meta, { 'anthropic/maxResultSizeChars': 500 });
      assert.equal(count?.outputSchema, undefined);
      const text = said(await call('say', { size: 5000 }));
      assert.ok(text.length <= 500 && text.includes(' of 5000 characters of text'), text);
      assert.deepEqual((await call('count')).structuredContent, { numbers: [1, 2] });
      const refused = await call('refuse');
      assert.equal(refused.isError, true);
      assert.ok(said(refused).length <= 500 && said(refused).includes('Left out: '), said(refused));
    });
  });

  test('is for some tools only, and notes in words of its own', async () => {
    const budget = resultBudget({ maxChars: 100, tools: ['refuse'], note: '…', advertise: false });
    await inBoth(talkative(budget), async (call, tools) => {
      const [say, , refuse] = await tools();
      assert.deepEqual([say?._meta, refuse?._meta], [undefined, undefined]);
      assert.equal(said(await call('say', { size: 5000 })).length, 5000);
      const refused = said(await call('refuse'));
      assert.ok(refused.length === 100 && refused.endsWith('…'), refused);
    });
  });

  test('sends one copy to who takes structured content', async () => {
    await inBoth(talkative(resultBudget({ oneCopy: true })), async (call) => {
      const { content, structuredContent } = await call('count');
      assert.deepEqual([content, structuredContent], [[], { numbers: [1, 2] }]);
    });
  });

  test('makes sense', () => {
    for (const maxChars of [0, -1, 1.5]) {
      assert.throws(() => resultBudget({ maxChars }), ConfigurationError);
    }
  });
});

describe('schemas without references', () => {
  const zone = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
  const inputSchema = {
    type: 'object',
    properties: { zone: { $ref: '#/$defs/Zone' }, tree: { $ref: '#/$defs/Node' } },
    $defs: { Zone: zone, Node: { properties: { next: { $ref: '#/$defs/Node' } } } },
  };

  test('say where they stand what they refer to, and calls are checked as ever', async () => {
    const server = emptyServer({ transforms: [inlineReferences()] });
    server.registerTool('where', { inputSchema }, () => 'here');
    await inBoth(server, async (call, tools) => {
      const { properties, $defs } = (await tools())[0]?.inputSchema ?? {};
      assert.deepEqual((properties as { zone: object }).zone, zone);
      assert.deepEqual(Object.keys($defs as object), ['Node']);
      assert.equal(said(await call('where', { zone: { name: 'a' } })), 'here');
      assert.equal((await call('where', { zone: {} })).isError, true);
    });
  });

  test('stay as they are where they would get too large', async () => {
    const server = emptyServer({ transforms: [inlineReferences({ maxBytes: 20 })] });
    server.registerTool('where', { inputSchema }, () => 'here');
    await inBoth(server, async (_, tools) => {
      assert.deepEqual((await tools())[0]?.inputSchema.$defs, inputSchema.$defs);
    });
    assert.throws(() => inlineReferences({ maxBytes: 0 }), ConfigurationError);
  });
});
