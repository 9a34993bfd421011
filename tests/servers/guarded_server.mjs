// A server behind middleware of every kind, for clients of all sorts: `--stdio`, or HTTP with `--port N`.

import { McpError, McpServer, ToolError } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { z } from 'zod';

/** The methods of all that came. */
const seen = [];

const server = new McpServer({ name: 'guarded', version: '1.0.0' });
server.use({
  onMessage({ method }, next) {
    seen.push(method);
    return next();
  },
  async onInitialize(_, next) {
    return { ...(await next()), instructions: 'You are seen.' };
  },
  async onDiscover(_, next) {
    return { ...(await next()), instructions: 'You are seen.' };
  },
  async onListTools(_, next) {
    const { tools, ...rest } = await next();
    return { ...rest, tools: tools.filter(({ name }) => name !== 'hidden') };
  },
  async onCallTool({ params: { name } }, next) {
    if (name === 'hidden') throw new McpError(-32602, 'Unknown tool: hidden');
    if (name === 'refused') throw new ToolError('Not today.');
    return name === 'virtual' ? { content: [{ type: 'text', text: 'virtual' }] } : next();
  },
});
server.registerTool('echo', { inputSchema: { text: z.string() } }, ({ text }) => text);
server.registerTool('hidden', {}, () => 'found');
server.registerTool('refused', {}, () => 'through');
server.registerTool('seen', { outputSchema: { result: z.array(z.string()) } }, () => ({
  structuredContent: { result: seen },
}));

const [transport, port] = process.argv.slice(2);
if (transport === '--stdio') await server.connect(new StdioServerTransport());
else await server.listen({ port: Number(port) });
