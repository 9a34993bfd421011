// A server in an application that knows its users: the twin of owned_server.py.
//
// Usage: node owned_server.mjs --port N; `/mcp`, and HTTP+SSE at `/older/sse`.

import express from 'express';
import { createMcpHandler, McpServer } from 'oxmcp';
import { toNodeHandler } from 'oxmcp/node';
import { SSEServerTransport } from 'oxmcp/server/sse.js';
import { z } from 'zod';

const server = new McpServer({ name: 'owned', version: '1.0.0' }, { listPageSize: 1 });

server.registerTool('greet', { description: 'Ask for a name.' }, async (ctx) => {
  const answer = await ctx.elicit('Who are you?', z.object({ value: z.string() }));
  return `Hello, ${answer.action === 'accept' ? answer.content.value : 'nobody'}!`;
});
server.registerTool(
  'later',
  { description: 'Become a task, for those who take them.', execution: { taskSupport: 'optional' } },
  () => 'done',
);

const app = express();
app.use(express.json({ limit: '4mb' }));
app.use((request, _response, next) => {
  const user = request.headers['x-user'];
  const extra = { sub: user };
  if (user !== undefined) request.auth = { token: 'believed', clientId: 'any', scopes: [], extra };
  next();
});

/** The streams of HTTP+SSE that are open. */
const streams = new Map();

app.get('/older/sse', async (_request, response) => {
  const transport = new SSEServerTransport('/older/messages', response);
  streams.set(transport.sessionId, transport);
  transport.onclose = () => streams.delete(transport.sessionId);
  await server.connect(transport);
});
app.post('/older/messages', async (request, response) => {
  const transport = streams.get(request.query.sessionId);
  if (transport === undefined) response.status(404).send('there is no such stream');
  else await transport.handlePostMessage(request, response, request.body);
});

const handle = toNodeHandler(createMcpHandler(server, { legacy: 'sessions' }));
app.all('/mcp', (request, response) => handle(request, response, request.body));

app.listen(Number(process.argv[3]), '127.0.0.1');
