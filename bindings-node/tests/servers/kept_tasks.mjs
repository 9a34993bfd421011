// A server whose tasks are in the file of the argument.
import { McpServer, serveStdio } from 'oxmcp';
import { z } from 'zod';

const server = new McpServer({ name: 'kept', version: '1.0.0' }, { tasks: { path: process.argv[2] } });
const execution = { taskSupport: 'optional' };
const numbers = z.object({ a: z.number(), b: z.number() });
const sum = z.object({ sum: z.number() });
server.registerTool('add', { inputSchema: numbers, outputSchema: sum, execution }, async ({ a, b }) => ({
  structuredContent: { sum: a + b },
}));
server.registerTool('never_ends', { execution }, () => new Promise(() => {}));
await serveStdio(server);
