// `@modelcontextprotocol/server` 2.x with the benchmark's tools. `--mode session`: sessions (the 2025 revisions).
// `--mode default`: `createMcpHandler` as its documentation shows it, schemas made in the factory, which runs for each request.
// `--mode hoisted`: the same with the schemas made once, outside.

import { createServer } from 'node:http';
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, inputRequired, inputResponse, McpServer } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';
import { registerContextTools } from './asking_tools.mjs';
import { asResult, commandLine, offersContextTools, tools } from './catalogue.mjs';
import { serveSessions } from './sessions.mjs';

const options = commandLine({ mode: { type: 'string', default: 'session' } });

function entries() {
  return tools(z, options).map((tool) => {
    const { name, description, shape, output } = tool;
    const config = {
      description,
      inputSchema: z.object(shape),
      ...(output && { outputSchema: z.object(output) }),
    };
    return [name, config, asResult(tool)];
  });
}

function makeServer(registered = entries()) {
  const server = new McpServer({ name: 'load', version: '1.0.0' });
  for (const [name, config, handler] of registered) server.registerTool(name, config, handler);
  if (offersContextTools(options)) registerContextTools(server, z, { inputRequired, inputResponse });
  return server;
}

if (options.stdio) {
  await makeServer().connect(new StdioServerTransport());
} else if (options.mode === 'session') {
  serveSessions(options, (settings) => new NodeStreamableHTTPServerTransport(settings), makeServer);
} else {
  const hoisted = options.mode === 'hoisted' ? entries() : undefined;
  const settings = { responseMode: options.json ? 'json' : 'auto', maxRequestBodySize: options.maxBody };
  const handler = createMcpHandler(() => makeServer(hoisted), settings);
  createServer(toNodeHandler(handler)).listen(options.port, '127.0.0.1');
}
