// oxmcp with the benchmark's tools; `--io` says where the I/O lives.

import { inputRequired, inputResponse, McpServer } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { z } from 'zod';
import { registerContextTools } from './asking_tools.mjs';
import { asResult, commandLine, offersContextTools, tools } from './catalogue.mjs';

const options = commandLine({ io: { type: 'string', default: 'auto' } });

const server = new McpServer({ name: 'load', version: '1.0.0' }, { io: options.io });
for (const tool of tools(z, options)) {
  const { name, description, shape, output } = tool;
  const config = { description, inputSchema: shape, ...(output && { outputSchema: output }) };
  server.registerTool(name, config, asResult(tool));
}
if (offersContextTools(options)) registerContextTools(server, z, { inputRequired, inputResponse });

if (options.stdio) {
  await server.connect(new StdioServerTransport());
} else {
  await server.listen({
    port: options.port,
    jsonResponse: options.json,
    maxBodyBytes: options.maxBody,
    maxSessionsPerSecond: 1_000_000, // as many as the load generator begins at once
  });
}
