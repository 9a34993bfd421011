// The ceiling: bare `node:http` parses the message, checks the arguments with zod, calls and answers; nothing else of the
// protocol. `initialize` is answered because a session begins with it.

import { createServer } from 'node:http';
import { z } from 'zod';
import { asResult, commandLine, tools } from './catalogue.mjs';

const options = commandLine();
const table = new Map(
  tools(z, options).map((tool) => [tool.name, { schema: z.object(tool.shape), run: asResult(tool) }]),
);

async function answer({ id, params }) {
  const tool = table.get(params.name);
  const parsed = tool.schema.safeParse(params.arguments);
  if (!parsed.success) return { jsonrpc: '2.0', id, error: { code: -32602, message: parsed.error.message } };
  return { jsonrpc: '2.0', id, result: await tool.run(parsed.data) };
}

const initialized = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'load', version: '1.0.0' },
};

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const message = JSON.parse(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    if (message.id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const head = { 'content-type': 'application/json' };
    let result;
    if (message.method === 'initialize') {
      head['mcp-session-id'] = 'only';
      result = { jsonrpc: '2.0', id: message.id, result: initialized };
    } else {
      result = await answer(message);
    }
    const body = JSON.stringify(result);
    head['content-length'] = Buffer.byteLength(body);
    response.writeHead(200, head).end(body);
  });
}).listen(options.port, '127.0.0.1');
