// oxmcp with the benchmark's tools: `--stdio` or `--port N`, `--tools N` for a long list, `--io` for where the I/O lives.

import { McpServer } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { z } from 'zod';
import { asContent, commandLine, tools } from './catalogue.mjs';

const options = commandLine({ io: { type: 'string', default: 'auto' } });

const server = new McpServer({ name: 'load', version: '1.0.0' }, { io: options.io });
for (const { name, description, shape, run } of tools(z, options.tools)) {
  server.registerTool(name, { description, inputSchema: shape }, asContent(run));
}

if (options.stdio) {
  await server.connect(new StdioServerTransport());
} else {
  await server.listen({ port: options.port, jsonResponse: true });
}
