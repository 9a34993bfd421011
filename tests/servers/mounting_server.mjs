// A server that offers what others offer: the twin of mounting_server.py.
//
// Usage: node mounting_server.mjs --stdio | --port N

import { McpServer } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { z } from 'zod';
import { server as everything } from './everything.mjs';

const middle = new McpServer({ name: 'middle', version: '1.0.0' });
const server = new McpServer(
  { name: 'mounting', version: '1.0.0' },
  { capabilities: { logging: {}, tools: {}, resources: {}, prompts: {} } },
);

/** What the inner servers heard: who follows a resource, and what passes their middleware. */
let seen = [];

everything.server.onsubscribed = (uri) => seen.push(`followed ${uri}`);
everything.server.onunsubscribed = (uri) => seen.push(`unfollowed ${uri}`);

/** Middleware that notes which tools are called. */
const noting = (whose) => ({
  onCallTool({ params }, next) {
    seen.push(`${whose} ${params.name}`);
    return next();
  },
});

everything.use(noting('everything'));
middle.use(noting('middle'));
middle.mount(everything, { namespace: 'all' });
server.mount(middle, { namespace: 'mid' });

const passing = new McpServer({ name: 'passing', version: '1.0.0' });
passing.registerTool('late', { description: 'A tool of a server that comes later.' }, () => 'late');

server.registerTool('mount', { description: 'Mount another server.' }, () => {
  server.mount(passing, { namespace: 'extra' });
  return 'mounted';
});

server.registerTool(
  'unmount',
  { description: 'Unmount it again.' },
  () => `unmounted ${server.unmount(passing)}`,
);

server.registerTool(
  'seen',
  {
    description: 'What the inner servers heard since this was asked last.',
    outputSchema: { result: z.array(z.string()) },
  },
  () => {
    const all = seen;
    seen = [];
    return { content: [], structuredContent: { result: all } };
  },
);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());

const [transport, port] = process.argv.slice(2);
if (transport === '--stdio') {
  await server.connect(new StdioServerTransport());
} else if (transport === '--port') {
  await server.listen({ host: '127.0.0.1', port: Number(port), sse: true, eventStore: true });
} else {
  console.error('Usage: node mounting_server.mjs --stdio | --port N');
  process.exit(2);
}
