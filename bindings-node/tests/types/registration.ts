// Registering under `strict`: what handlers are given and may return. Compiling this file is the test.

import { McpServer } from 'oxmcp/server/mcp.js';
import * as z from 'zod';
import { z as z3 } from 'zod3';
import { type Equal, expectType } from './expect.js';

const server = new McpServer({ name: 'types', version: '1.0.0' });

server.registerTool('shape', { inputSchema: { a: z.string(), b: z.number().optional() } }, (args, ctx) => {
  expectType<Equal<typeof args, { a: string; b?: number | undefined }>>(true);
  expectType<Equal<typeof ctx.signal, AbortSignal>>(true);
  return args.a;
});

server.registerTool(
  'destructured',
  { inputSchema: { a: z3.string(), b: z3.number() } },
  async ({ a, b }) => ({
    content: [{ type: 'text', text: `${a.trim()} ${b.toFixed()}` }],
  }),
);

server.registerTool(
  'json',
  {
    inputSchema: {
      type: 'object',
      properties: { n: { type: 'integer' }, m: { enum: ['a', 'b'] } },
      required: ['n'],
    },
    outputSchema: { type: 'object', properties: { doubled: { type: 'number' } } },
  },
  (args) => {
    expectType<Equal<typeof args, { n: number; m?: 'a' | 'b' }>>(true);
    return { structuredContent: { doubled: args.n * 2 } };
  },
);

server.registerTool('nothing', { description: 'No arguments' }, (ctx) => {
  expectType<Equal<typeof ctx.signal, AbortSignal>>(true);
  return 'done';
});

// @ts-expect-error a handler has to return something that can be sent
server.registerTool('wrong', { inputSchema: { a: z.string() } }, () => 5);

server.registerPrompt('review', { argsSchema: { code: z.string(), tone: z.string().optional() } }, (args) => {
  expectType<Equal<typeof args, { code: string; tone?: string | undefined }>>(true);
  return args.code;
});
server.registerPrompt('plain', {}, () => 'hello');

// the older way
server.tool('old', { a: z.string() }, (args) => args.a.trim());
server.tool('older', 'described', { a: z3.number().optional() }, ({ a }) => String(a?.toFixed()));
server.prompt('asked', { topic: z.string() }, ({ topic }) => topic.trim());
