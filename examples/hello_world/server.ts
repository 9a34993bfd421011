import { McpServer } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { z } from 'zod';

const server = new McpServer({ name: 'hello', version: '1.0.0' });

server.registerTool(
  'greet',
  { description: 'Greet someone by name.', inputSchema: { name: z.string() } },
  ({ name }) => `Hello, ${name}!`,
);

server.connect(new StdioServerTransport());
