// A server with a little to record, as the file that `OXMCP_CONFIG` names says: `--stdio`, or HTTP with `--port N`.

import { McpServer, ResourceTemplate } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { z } from 'zod';

const server = new McpServer({ name: 'recorded', version: '1.0.0' });
server.registerTool('work', { inputSchema: { number: z.number() } }, async ({ number }) => `did ${number}`);
server.registerTool(
  'fail',
  { inputSchema: { reason: z.string(), password: z.string().optional(), note: z.string().optional() } },
  ({ reason, password = '', note = '' }) => {
    throw new TypeError(`${reason} password=${password} ${note}`);
  },
);
server.registerResource(
  'data',
  new ResourceTemplate('data://{name}', { list: undefined }),
  {},
  (_uri, { name }) => {
    throw new TypeError(`cannot read ${name}, token=canaryToken`);
  },
);

const [transport, port] = process.argv.slice(2);
if (transport === '--stdio') await server.connect(new StdioServerTransport());
else await server.listen({ port: Number(port) });
