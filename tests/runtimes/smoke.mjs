// A server in whatever runtime runs this: loaded both ways, asked over `fetch` and over its own listener. Prints what it found.
import { createRequire } from 'node:module';
import { McpServer } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';

const server = new McpServer({ name: 'smoke', version: '1.0.0' });
server.registerTool(
  'echo',
  { inputSchema: { type: 'object', properties: { text: { type: 'string' } } } },
  async ({ text }) => text,
);

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const ask = async (send, url, text = 'hello') => {
  const params = { name: 'echo', arguments: { text }, _meta: envelope };
  const request = new Request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
  return (await (await send(request)).json()).result.content[0].text;
};

/** Texts that cross in different ways: by kind of character, and by length. */
const TEXTS = [
  '',
  'é',
  '😀',
  'aé'.repeat(50),
  'x'.repeat(20_000),
  `${'x'.repeat(20_000)}\u2028é`,
  '"\n'.repeat(20_000),
];

if (process.argv[2] === '--stdio') {
  await server.connect(new StdioServerTransport());
} else {
  const required = createRequire(import.meta.url)('oxmcp');
  const { url, close } = await server.listen({ port: 0 });
  const found = {
    required: new required.McpServer({ name: 'r', version: '1' }) instanceof required.McpServer,
    fetched: await ask((request) => server.fetch(request), 'http://localhost/mcp'),
    listened: await ask(fetch, url),
    changed: [],
  };
  for (const text of TEXTS) {
    if ((await ask(fetch, url, text)) !== text) found.changed.push([text.length, text.slice(0, 9)]);
  }
  await close();
  await server.close();
  console.log(JSON.stringify(found));
  process.exit(0);
}
