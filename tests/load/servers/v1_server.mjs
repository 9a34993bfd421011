// `@modelcontextprotocol/sdk` 1.x with the benchmark's tools: sessions with JSON answers, or stdio.

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';
import { asContent, commandLine, tools } from './catalogue.mjs';
import { serveSessions } from './sessions.mjs';

const options = commandLine();

function makeServer() {
  const server = new McpServer({ name: 'load', version: '1.0.0' });
  for (const { name, description, shape, run } of tools(z, options.tools)) {
    server.registerTool(name, { description, inputSchema: shape }, asContent(run));
  }
  return server;
}

if (options.stdio) {
  await makeServer().connect(new StdioServerTransport());
} else {
  serveSessions(options.port, (settings) => new StreamableHTTPServerTransport(settings), makeServer);
}
