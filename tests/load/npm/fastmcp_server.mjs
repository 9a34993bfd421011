// npm `fastmcp` with the benchmark's tools: sessions, or stdio. What a tool with an output schema returns it writes as text.

import { FastMCP } from 'fastmcp';
import { z } from 'zod';
import { commandLine, offersContextTools, STEPS, stepsShape, tools } from '../servers/catalogue.mjs';

const options = commandLine();

const server = new FastMCP({ name: 'load', version: '1.0.0' });
for (const { name, description, shape, output, run } of tools(z, options)) {
  const execute = output ? async (args) => JSON.stringify(run(args)) : async (args) => run(args);
  server.addTool({ name, description, parameters: z.object(shape), execute });
}
if (offersContextTools(options)) {
  server.addTool({
    name: 'steps',
    description: 'Return the text after some reports of progress.',
    parameters: z.object(stepsShape(z)),
    execute: async ({ text }, { reportProgress }) => {
      for (let progress = 1; progress <= STEPS; progress += 1)
        await reportProgress({ progress, total: STEPS });
      return text;
    },
  });
}

if (options.stdio) {
  await server.start({ transportType: 'stdio' });
} else {
  await server.start({
    transportType: 'httpStream',
    httpStream: { port: options.port, host: '127.0.0.1', enableJsonResponse: options.json },
  });
}
