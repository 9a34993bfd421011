import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToolConfig, ToolReturn } from 'oxmcp';
import * as z3 from 'zod/v3';
import * as z from 'zod/v4';
import { emptyServer, withClient } from './support/connected.js';

test('the official client, which reads output schemas by draft 7, takes tuples and maps', async () => {
  const pair = { type: 'array', prefixItems: [{ type: 'number' }, { type: 'string' }], items: false };
  const plain = { type: 'object', properties: { p: pair } };
  const standard = {
    '~standard': {
      version: 1,
      vendor: 'somebody',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => plain, output: () => plain },
    },
  };
  const cases: [kind: string, schema: unknown, structuredContent: Record<string, unknown>][] = [
    ['fixed', z.object({ p: z.tuple([z.number(), z.string()]) }), { p: [1, 'a'] }],
    ['with a rest', z.object({ p: z.tuple([z.string()]).rest(z.number()) }), { p: ['a', 1, 2] }],
    ['a map', z.object({ p: z.map(z.string(), z.number()) }), { p: new Map([['a', 1]]) }],
    ['of zod 3', z3.object({ p: z3.tuple([z3.number(), z3.string()]) }), { p: [1, 'a'] }],
    ['of zod 3 with a rest', z3.object({ p: z3.tuple([z3.string()]).rest(z3.number()) }), { p: ['a', 1] }],
    ['plain', plain, { p: [1, 'a'] }],
    ['of another library', standard, { p: [1, 'a'] }],
  ];
  const server = emptyServer();
  for (const [kind, schema, structuredContent] of cases) {
    const config = { outputSchema: schema as ToolConfig['outputSchema'] };
    server.registerTool(kind.replaceAll(' ', '_'), config, () => ({ structuredContent }) as ToolReturn);
  }
  await withClient(server, async (client) => {
    await client.listTools();
    for (const [kind] of cases) {
      const { isError } = await client.callTool({ name: kind.replaceAll(' ', '_') });
      assert.ok(!isError, kind);
    }
  });
});

test('an error whose structured part does not fit reaches the official client as the error it is', async () => {
  const server = emptyServer();
  const failure = { content: [{ type: 'text', text: 'no' }], structuredContent: { why: 'x' }, isError: true };
  server.registerTool('tool', { outputSchema: { n: z.number() } }, () => failure as ToolReturn);
  await withClient(server, async (client) => {
    await client.listTools();
    assert.deepEqual(await client.callTool({ name: 'tool' }), {
      content: [{ type: 'text', text: 'no' }],
      isError: true,
    });
  });
});
