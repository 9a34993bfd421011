// A hono app that mounts the server with one of everything.
//
// Usage: node hono_app.mjs --port N

import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { WebStandardStreamableHTTPServerTransport } from 'oxmcp/server/webStandardStreamableHttp.js';
import { server } from './everything.mjs';

const app = new Hono();

app.get('/', (context) => context.text('an app of its own'));

app.all('/mcp', (context) => server.fetch(context.req.raw));

app.all('/stateless', async (context) => {
  const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await server.connect(transport);
  return transport.handleRequest(context.req.raw);
});

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.argv[3]) });
