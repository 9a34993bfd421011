// A server whose calls wait for somebody from outside, for tests of how it ends. It has no handler of its own for any signal.
//
// Usage: node patient_server.mjs --stdio | --port N, with RELEASE=a path: the calls end when there is a file.

import { existsSync } from 'node:fs';
import { McpServer } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';

const released = new Promise((resolve) => {
  const look = () => existsSync(process.env.RELEASE ?? '') && resolve(undefined);
  // Does not keep the process alive: how it ends is what is tested.
  setInterval(look, 10).unref();
});
let started = 0;

const server = new McpServer({ name: 'patient', version: '1.0.0' });
for (const name of ['wait', 'wait_in_a_thread']) {
  server.registerTool(name, {}, async (ctx) => {
    started += 1;
    ctx.signal.addEventListener('abort', () => console.error(`aborted: ${ctx.signal.reason.message}`));
    await released;
    return 'released';
  });
}
server.registerTool('count', {}, () => String(started));

const [transport, port] = process.argv.slice(2);
if (transport === '--stdio') await server.connect(new StdioServerTransport());
else await server.listen({ port: Number(port) });
