import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromJsonSchema, type McpServerOptions, type ToolConfig } from 'oxmcp';
import * as z3 from 'zod/v3';
import * as z from 'zod/v4';
import { call, emptyServer, withClient } from './support/connected.js';

/** What a tool with this input gets, or is told, of these arguments. */
async function outcome(
  inputSchema: unknown,
  args: object,
  options: { server?: McpServerOptions; tool?: Partial<ToolConfig> } = {},
): Promise<unknown> {
  const server = emptyServer(options.server);
  const config = { ...options.tool, inputSchema } as ToolConfig;
  (server.registerTool as (...parts: unknown[]) => unknown)('tool', config, (given: unknown) =>
    JSON.stringify(given),
  );
  let answer: unknown;
  await withClient(server, async (client) => {
    const { content, isError } = await call(client, 'tool', args);
    const text = content[0]?.text ?? '';
    answer = isError ? text : JSON.parse(text);
  });
  return answer;
}

const SPELLED = { n: '5', b: 'true', l: '["1", 2]', o: '{"x": "1.5"}', s: '6', either: '7' };
const MEANT = { n: 5, b: true, l: [1, 2], o: { x: 1.5 }, s: '6', either: '7' };

const schemas: [kind: string, schema: unknown][] = [
  [
    'zod 4',
    z.object({
      n: z.number().int(),
      b: z.boolean(),
      l: z.array(z.number()),
      o: z.object({ x: z.number() }),
      s: z.string(),
      either: z.union([z.number(), z.string()]),
    }),
  ],
  [
    'zod 4 with words of its own',
    z.object({
      n: z.number('a whole number, please').int(),
      b: z.boolean(),
      l: z.array(z.number()),
      o: z.object({ x: z.number() }),
      s: z.string(),
      either: z.union([z.number(), z.string()]),
    }),
  ],
  [
    'zod 4 with a condition that takes time',
    z.object({
      n: z.number('a whole number, please').refine(async (n) => n > 0),
      b: z.boolean(),
      l: z.array(z.number()),
      o: z.object({ x: z.number() }),
      s: z.string(),
      either: z.union([z.number(), z.string()]),
    }),
  ],
  [
    'zod 3',
    {
      n: z3.number({ invalid_type_error: 'a whole number, please' }).int(),
      b: z3.boolean(),
      l: z3.array(z3.number()),
      o: z3.object({ x: z3.number() }),
      s: z3.string(),
      either: z3.union([z3.number(), z3.string()]),
    },
  ],
  [
    'plain JSON Schema',
    {
      type: 'object',
      properties: {
        n: { type: 'integer' },
        b: { type: 'boolean' },
        l: { type: 'array', items: { type: 'number' } },
        o: { type: 'object', properties: { x: { type: 'number' } } },
        s: { type: 'string' },
        either: { type: ['number', 'string'] },
      },
    },
  ],
];

describe('arguments that are text where something else is asked for', () => {
  for (const [kind, schema] of schemas) {
    test(`are taken for what they spell, unless text would do: ${kind}`, async () => {
      assert.deepEqual(await outcome(schema, SPELLED), MEANT);
    });

    test(`are refused by a strict server or tool: ${kind}`, async () => {
      const strict = { strictInputValidation: true };
      for (const options of [{ server: strict }, { tool: strict }]) {
        assert.match(String(await outcome(schema, { ...MEANT, n: '5' }, options)), /^n: /);
      }
      const lenient = { server: strict, tool: { strictInputValidation: false } };
      assert.deepEqual(await outcome(schema, SPELLED, lenient), MEANT);
    });

    test(`leave one that is wrong alone to be told of: ${kind}`, async () => {
      const told = String(await outcome(schema, { ...SPELLED, b: 'perhaps' }));
      assert.match(told, /^b: [^;]*$/);
    });
  }

  test('reach transformations as what they were taken for', async () => {
    const schema = z.object({ n: z.number().transform((n) => n + 1), d: z.coerce.date() });
    const date = '2026-01-01T00:00:00.000Z';
    assert.deepEqual(await outcome(schema, { n: '1', d: date }), { n: 2, d: date });
    const preprocessed = z.object({
      l: z.preprocess((l) => String(l).split(','), z.array(z.string())),
      n: z.number('?'),
    });
    assert.deepEqual(await outcome(preprocessed, { l: '["a"]', n: '1' }), { l: ['["a"]'], n: 1 });
  });

  test('are never taken for a value that does not fit', async () => {
    const schema = z.object({ n: z.number().max(10) });
    assert.equal(await outcome(schema, { n: '42' }), 'n: must be at most 10');
    assert.equal(await outcome(schema, { n: 'many' }), 'n: must be a number');
    assert.match(
      String(await outcome(z.object({ n: z.number('?').max(10, 'too many') }), { n: '42' })),
      /too many/,
    );
  });

  test('are read so in prompts, whose arguments are always text', async () => {
    const server = emptyServer({ strictInputValidation: true });
    const json = { type: 'object', properties: { n: { type: 'integer' }, m: { type: 'integer' } } } as const;
    const told = (args: unknown) => JSON.stringify(args);
    server.registerPrompt('zod', { argsSchema: { n: z.number(), m: z.number().optional() } }, told);
    server.registerPrompt(
      'worded',
      { argsSchema: { n: z.number('?'), m: z.number('many?').optional() } },
      told,
    );
    server.registerPrompt('json', { argsSchema: fromJsonSchema(json) }, told);
    await withClient(server, async (client) => {
      for (const name of ['zod', 'worded', 'json']) {
        const { messages } = await client.getPrompt({ name, arguments: { n: '5' } });
        assert.deepEqual(messages[0]?.content, { type: 'text', text: '{"n":5}' }, name);
        await assert.rejects(client.getPrompt({ name, arguments: { n: '5', m: 'many' } }), (error: Error) => {
          assert.ok(error.message.includes('m: ') && !error.message.includes('n: '), error.message);
          return true;
        });
      }
    });
  });
});
