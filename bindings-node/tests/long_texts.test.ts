// Long texts among the arguments cross by themselves. Whoever is called does not notice.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { McpServer } from 'oxmcp';
import { Server } from 'oxmcp/server/index.js';
import { CallToolRequestSchema } from 'oxmcp/types.js';
import { z } from 'zod';
import { emptyServer, modern, withClient } from './support/connected.js';

const LENGTHS = [16_381, 16_382, 16_383, 16_384, 16_385, 100_000, 1_500_000];

/** Texts of these many units of UTF-16 each, of every kind there is. */
const KINDS: Record<string, (length: number) => string> = {
  ascii: (length) => 'a'.repeat(length),
  'with line breaks': (length) => 'a line of text\n'.repeat(length / 15 + 1).slice(0, length),
  'of quotes and backslashes': (length) => '"\\'.repeat(length / 2 + 1).slice(0, length),
  'of Latin letters': (length) => 'é'.repeat(length),
  'of characters in two halves': (length) => '😀'.repeat(length / 2),
  'ASCII but for its end': (length) => `${'a'.repeat(length - 1)}\u2028`,
};

const open = { inputSchema: z.looseObject({}) };

/** A server whose tool gives back its arguments, and notes their members in order. */
function echoing(config: object = open): { server: McpServer; seen: string[][] } {
  const server = emptyServer();
  const seen: string[][] = [];
  (server.registerTool as (...parts: unknown[]) => unknown)('tool', config, (args: object) => {
    seen.push(Object.keys(args));
    return { content: [], structuredContent: args };
  });
  return { server, seen };
}

async function given(server: McpServer | Server, args: object): Promise<unknown> {
  return (await modern(server, 'tools/call', { name: 'tool', arguments: args })).structuredContent;
}

describe('a long text among the arguments', () => {
  for (const [kind, make] of Object.entries(KINDS)) {
    test(`arrives and goes back as it is: ${kind}`, async () => {
      const { server } = echoing();
      for (const length of LENGTHS) {
        const args = { text: make(length) };
        assert.ok(((await given(server, args)) as typeof args).text === args.text, `${length}`);
      }
    });
  }

  test('is in its place among others, whatever these are', async () => {
    const { server, seen } = echoing();
    const long = KINDS.ascii?.(20_000);
    const args = JSON.parse(
      JSON.stringify({
        first: 1,
        '"\n': long,
        list: [long, { long }],
        é: `${long}é`,
        last: null,
        constructor: long,
      }),
    );
    assert.deepEqual(await given(server, args), args);
    assert.deepEqual(seen[0], ['first', '"\n', 'list', 'é', 'last', 'constructor']);
    const odd = JSON.parse(`{"__proto__":${JSON.stringify(long)},"b":${JSON.stringify(long)}}`);
    await given(server, odd);
    assert.deepEqual(seen[1], ['__proto__', 'b']);
  });

  test('is checked, and refused where it is none that is wanted', async () => {
    const { server, seen } = echoing({
      inputSchema: { text: z.string().max(20_000), note: z.string().optional() },
    });
    await withClient(server, async (client) => {
      const call = (text: string) => client.callTool({ name: 'tool', arguments: { text } });
      assert.equal((await call('a'.repeat(20_000))).isError, undefined);
      assert.equal((await call('a'.repeat(20_001))).isError, true);
    });
    assert.equal(seen.length, 1);
  });

  test('does not hide integers that a JavaScript number does not hold', async () => {
    const server = emptyServer();
    server.registerTool('tool', { inputSchema: { text: z.string(), n: z.bigint() } }, ({ text, n }) => ({
      content: [{ type: 'text', text: `${text.length} ${n}` }],
    }));
    const args = { text: '9'.repeat(20_000), n: '9007199254740993' };
    const { content } = await modern(server, 'tools/call', { name: 'tool', arguments: args });
    assert.deepEqual(content, [{ type: 'text', text: '20000 9007199254740993' }]);
  });

  test('reaches functions of whole methods, and of servers that are mounted', async () => {
    const inner = emptyServer();
    inner.registerTool('tool', open, (args) => ({ content: [], structuredContent: args }));
    const outer = emptyServer();
    outer.mount(inner, { namespace: 'inner' });
    const args = { text: 'a'.repeat(50_000), other: 1 };
    const answer = await modern(outer, 'tools/call', { name: 'inner_tool', arguments: args });
    assert.deepEqual(answer.structuredContent, args);

    const low = new Server({ name: 'low', version: '1.0.0' }, { capabilities: { tools: {} } });
    low.setRequestHandler(CallToolRequestSchema, ({ params }) => ({
      content: [],
      structuredContent: params.arguments as Record<string, unknown>,
    }));
    assert.deepEqual(await given(low, args), args);
  });
});
