// Asks everything at once, over stdio.

import { McpServer } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { z } from 'zod';

const server = new McpServer({ name: 'asks', version: '1.0.0' });
server.registerTool('ask', { inputSchema: { who: z.string() } }, async ({ who }, ctx) => {
  const [form, said, roots] = await Promise.all([
    ctx.elicit(`Which color, ${who}?`, ['red', 'green']),
    ctx.sample(`Greet ${who}`),
    ctx.listRoots(),
  ]);
  const again = await ctx.elicit(`Sure, ${who}?`, z.boolean());
  return `${who}: ${form.data}, ${said.text}, ${roots[0]?.uri}, ${again.data}`;
});
await server.connect(new StdioServerTransport());
