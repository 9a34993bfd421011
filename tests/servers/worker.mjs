// A server on a thread of its own: says its port, and when a call has begun.

import { parentPort, workerData } from 'node:worker_threads';
import { McpServer } from 'oxmcp';

const server = new McpServer({ name: `worker ${workerData}`, version: '1.0.0' });

server.registerTool('who', {}, () => ({ content: [{ type: 'text', text: String(workerData) }] }));

server.registerTool('block', {}, () => {
  parentPort.postMessage('begun');
  for (;;);
});

server.registerTool('wait', {}, () => {
  parentPort.postMessage('begun');
  return new Promise(() => {});
});

const { port } = await server.listen({ port: 0 });
parentPort.postMessage(port);
