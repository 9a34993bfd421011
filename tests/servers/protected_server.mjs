// A server whose tool destroys something, so that a person is asked first: `--stdio`, or HTTP with `--port N`. The file that
// `OXMCP_CONFIG` names may say more of it.

import { McpServer } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { z } from 'zod';

const server = new McpServer(
  { name: 'protected', version: '1.0.0' },
  { safety: { idempotency: { ttlSeconds: 60 } } },
);
const done = [];
server.registerTool(
  'delete',
  { inputSchema: { table: z.string() }, annotations: { destructiveHint: true } },
  ({ table }) => {
    done.push(table);
    return `deleted ${table}`;
  },
);
server.registerTool('deleted', { annotations: { readOnlyHint: true } }, () => done.join(','));
server.registerTool('count', { inputSchema: { by: z.number() } }, ({ by }) => {
  done.push(...Array(by).fill('counted'));
  return String(done.length);
});

const [transport, port] = process.argv.slice(2);
if (transport === '--stdio') await server.connect(new StdioServerTransport());
else await server.listen({ port: Number(port) });
