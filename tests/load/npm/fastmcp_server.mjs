// npm `fastmcp` with the benchmark's tools: sessions with JSON answers, or stdio.

import { FastMCP } from 'fastmcp';
import { z } from 'zod';
import { commandLine, tools } from '../servers/catalogue.mjs';

const options = commandLine();

const server = new FastMCP({ name: 'load', version: '1.0.0' });
for (const { name, description, shape, run } of tools(z, options.tools)) {
  server.addTool({ name, description, parameters: z.object(shape), execute: async (args) => run(args) });
}

if (options.stdio) {
  await server.start({ transportType: 'stdio' });
} else {
  await server.start({
    transportType: 'httpStream',
    httpStream: { port: options.port, host: '127.0.0.1', enableJsonResponse: true },
  });
}
