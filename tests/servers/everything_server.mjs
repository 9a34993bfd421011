// The server with one of everything (everything.mjs), by itself.
//
// Usage: node everything_server.mjs --stdio | --port N

import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { server } from './everything.mjs';

const [transport, port] = process.argv.slice(2);
if (transport === '--stdio') {
  await server.connect(new StdioServerTransport());
} else if (transport === '--port') {
  await server.listen({ host: '127.0.0.1', port: Number(port) });
} else {
  console.error('Usage: node everything_server.mjs --stdio | --port N');
  process.exit(2);
}
