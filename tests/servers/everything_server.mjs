// The server with one of everything (everything.mjs), by itself.
//
// Usage: node everything_server.mjs --stdio | --port N
//
// OXMCP_STATELESS_HTTP and OXMCP_JSON_RESPONSE say how to listen, and OXMCP_LIST_PAGE_SIZE how long a page is, as they do in
// Python; there the package reads them, here it is this server that does.

import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { server } from './everything.mjs';

// A graceful end: listeners get their closing result.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());

const [transport, port] = process.argv.slice(2);
if (transport === '--stdio') {
  await server.connect(new StdioServerTransport());
} else if (transport === '--port') {
  await server.listen({
    host: '127.0.0.1',
    port: Number(port),
    sse: true,
    eventStore: true,
    stateless: process.env.OXMCP_STATELESS_HTTP === '1',
    jsonResponse: process.env.OXMCP_JSON_RESPONSE === '1',
  });
} else {
  console.error('Usage: node everything_server.mjs --stdio | --port N');
  process.exit(2);
}
