// A server that says things nobody asked for: the twin of talkative_server.py.
//
// Usage: node talkative_server.mjs --stdio | --port N

import { McpServer } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';

const server = new McpServer(
  { name: 'talkative', version: '1.0.0' },
  { capabilities: { logging: {}, extensions: { 'example.com/alarms': { levels: 3 } }, resources: {} } },
);
const waiting = [];
let wake = () => {};

/** Says something that no request has to do with. */
async function say(what) {
  if (what === 'an alarm') {
    const params = { floor: 2, _meta: { 'example.com/by': 'smoke' } };
    await server.server.notification({ method: 'notifications/alarms/raised', params });
  } else if (what === 'a log message') {
    await server.sendLoggingMessage({ level: 'debug', data: 'too low' });
    await server.sendLoggingMessage({ level: 'warning', logger: 'kettle', data: { text: 'hot' } });
  } else if (what === 'an update') {
    await server.server.sendResourceUpdated({ uri: 'alarms://kettle' });
  }
}

server.registerTool('later', { inputSchema: { type: 'object' } }, async ({ what }) => {
  waiting.push(what);
  wake();
  return 'soon';
});

const followed = [];
server.server.onsubscribed = (uri) => followed.push(`+ ${uri}`);
server.server.onunsubscribed = (uri) => followed.push(`- ${uri}`);
server.registerTool('who_follows', {}, () => followed.join(' '));

server.registerTool('afterwards', {}, async (ctx) => {
  // Asked for while the call runs: whose session it is.
  void ctx.sessionId;
  setTimeout(() => server.sendLoggingMessage({ level: 'warning', logger: 'late', data: 'mine alone' }), 20);
  return 'answered';
});

server.registerResource('kettle', 'alarms://kettle', {}, () => 'hot');

/** Started outside of any call, so that what it says has to do with none. */
async function talk() {
  while (true) {
    // Not before the call that asked is over: a log message while one is in hand is taken for that one's.
    await new Promise((resolve) => setTimeout(resolve, 20));
    while (waiting.length > 0) await say(waiting.shift());
    await new Promise((resolve) => {
      wake = resolve;
    });
  }
}
void talk();

const [transport, port] = process.argv.slice(2);
if (transport === '--stdio') await server.connect(new StdioServerTransport());
else {
  // Read by Python itself.
  const { OXMCP_SESSION_IDLE_SECONDS: idle } = process.env;
  await server.listen({ port: Number(port), sse: true, ...(idle && { sessionIdleSeconds: Number(idle) }) });
}
