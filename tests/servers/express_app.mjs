// An express app that mounts the server with one of everything, in the ways of both official packages.
//
// Usage: node express_app.mjs --port N
//
// /sessions: the v1 way, a transport for each session, kept in a map;
// /stateless: the v1 way without sessions, a transport for each request;
// /handler: the v2 way, a handler made once.

import { randomUUID } from 'node:crypto';
import express from 'express';
import { createMcpHandler } from 'oxmcp';
import { toNodeHandler } from 'oxmcp/node';
import { StreamableHTTPServerTransport } from 'oxmcp/server/streamableHttp.js';
import { isInitializeRequest } from 'oxmcp/types.js';
import { server } from './everything.mjs';

const app = express();
app.use(express.json({ limit: '4mb' }));

/** The transports of the sessions that are open. */
const transports = new Map();

app.post('/sessions', async (request, response) => {
  const id = request.headers['mcp-session-id'];
  let transport = transports.get(id);
  if (transport === undefined && id === undefined && isInitializeRequest(request.body)) {
    transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (opened) => transports.set(opened, transport),
    });
    transport.onclose = () => transports.delete(transport.sessionId);
    await server.connect(transport);
  }
  if (transport === undefined) {
    const error = { code: -32000, message: 'Bad Request: no valid session ID provided' };
    response.status(400).json({ jsonrpc: '2.0', error, id: null });
    return;
  }
  await transport.handleRequest(request, response, request.body);
});

async function inSession(request, response) {
  const transport = transports.get(request.headers['mcp-session-id']);
  if (transport === undefined) response.status(400).send('Invalid or missing session ID');
  else await transport.handleRequest(request, response);
}

app.get('/sessions', inSession);
app.delete('/sessions', inSession);

app.get('/sessions/open', (_request, response) => {
  response.json([...transports.keys()]);
});

app.post('/stateless', async (request, response) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  response.on('close', () => transport.close());
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
});

const handle = toNodeHandler(createMcpHandler(() => server));
app.all('/handler', (request, response) => handle(request, response, request.body));

app.listen(Number(process.argv[3]), '127.0.0.1');
