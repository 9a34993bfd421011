// Calls a tool so many times, one call after the other, from frame to answer within the process: what core/benches/instructions.py
// counts of TypeScript. Usage: node instructions.mjs echo|search COUNT

import { McpServer } from 'oxmcp';
import { z } from 'zod';

const [what, count] = process.argv.slice(2);

const ARGUMENTS = {
  echo: { text: 'hello' },
  search: {
    text: 'speed',
    filters: [{ field: 'kind', operator: 'equals', value: 'fast' }],
    range: { first: 1, last: 20 },
  },
};

const record = z.object({
  id: z.int(),
  title: z.string(),
  score: z.number(),
  tags: z.array(z.string()),
  author: z.object({ name: z.string(), email: z.string() }),
});

// On one thread: two would count how they wait for each other.
const server = new McpServer({ name: 'counted', version: '1.0.0' }, { io: 'loop' });
server.registerTool('echo', { inputSchema: { text: z.string() } }, ({ text }) => ({
  content: [{ type: 'text', text }],
}));
server.registerTool(
  'search',
  {
    inputSchema: {
      text: z.string(),
      filters: z.array(
        z.object({ field: z.string(), operator: z.enum(['equals', 'contains']), value: z.string() }),
      ),
      range: z.object({ first: z.int(), last: z.int() }),
      limit: z.int().default(20),
    },
    outputSchema: { total: z.int(), records: z.array(record) },
  },
  ({ text, range, limit }) => {
    const records = Array.from({ length: limit }, (_, number) => ({
      id: range.first + number,
      title: `Record ${number} about ${text}`,
      score: 1 / (1 + number),
      tags: ['speed', 'protocol', 'server'],
      author: { name: 'Ada Lovelace', email: 'ada@example.com' },
    }));
    const structuredContent = { total: range.last, records };
    return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
  },
);

const frame = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: {
    name: what,
    arguments: ARGUMENTS[what],
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'counting', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});

let left = Number(count);
const client = server[Symbol.for('oxmcp.engine')].serving.connect((message) => {
  if (message.result === undefined || message.result.isError === true) {
    console.error(JSON.stringify(message));
    process.exit(1);
  }
  left -= 1;
  if (left === 0) process.exit(0);
  client.send(frame);
});
client.send(frame);
