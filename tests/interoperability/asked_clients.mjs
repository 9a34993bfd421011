// The official TypeScript clients, asked by a server of ours; prints what they saw as JSON. The twin of asked_client_1x.py.
//
// Usage: node asked_clients.mjs (v1 | v2) (legacy | auto) PLAN (URL | COMMAND ARGUMENT...)

const [which, mode, plan, where, ...args] = process.argv.slice(2);
const { calls, answers, roots } = JSON.parse(plan);

const elicited = ({ params: { mode: kind = 'form', message } }) =>
  kind === 'url' ? { action: 'accept' } : { action: 'accept', content: answers[message] ?? { value: 7 } };
const sampled = ({ params: { messages } }) => ({
  role: 'assistant',
  content: messages[0].content,
  model: 'test',
  stopReason: 'endTurn',
});
const rooted = () => ({ roots: roots.map((uri) => ({ uri })) });

const NAMED = { name: 'asked', version: '1.0.0' };
const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };

/** The client of `@modelcontextprotocol/sdk`. */
async function v1() {
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
  const { SSEClientTransport } = await import('@modelcontextprotocol/sdk/client/sse.js');
  const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
  const { StreamableHTTPClientTransport } = await import(
    '@modelcontextprotocol/sdk/client/streamableHttp.js'
  );
  const types = await import('@modelcontextprotocol/sdk/types.js');
  const client = new Client(NAMED, { capabilities });
  client.setRequestHandler(types.ElicitRequestSchema, elicited);
  client.setRequestHandler(types.CreateMessageRequestSchema, sampled);
  client.setRequestHandler(types.ListRootsRequestSchema, rooted);
  return { client, SSEClientTransport, StdioClientTransport, StreamableHTTPClientTransport };
}

/** The client of `@modelcontextprotocol/client`. */
async function v2() {
  const { Client, SSEClientTransport, StreamableHTTPClientTransport } = await import(
    '@modelcontextprotocol/client'
  );
  const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio');
  const client = new Client(NAMED, { capabilities, versionNegotiation: { mode } });
  client.setRequestHandler('elicitation/create', elicited);
  client.setRequestHandler('sampling/createMessage', sampled);
  client.setRequestHandler('roots/list', rooted);
  return { client, SSEClientTransport, StdioClientTransport, StreamableHTTPClientTransport };
}

const { client, ...transports } = await (which === 'v1' ? v1 : v2)();
const Transport = where.endsWith('/sse')
  ? transports.SSEClientTransport
  : transports.StreamableHTTPClientTransport;
const transport = where.startsWith('http')
  ? new Transport(new URL(where))
  : new transports.StdioClientTransport({ command: where, args, env: process.env });
let version;
const remember = transport.setProtocolVersion?.bind(transport);
transport.setProtocolVersion = (negotiated) => {
  version = negotiated;
  remember?.(negotiated);
};
await client.connect(transport);

const seen = { calls: [] };
for (const [name, given] of calls) {
  const { content } = await client.callTool({ name, arguments: given });
  seen.calls.push(content.map(({ text }) => text).join(''));
}
seen.prompt = (await client.getPrompt({ name: 'greeting' })).messages[0].content.text;
seen.resource = (await client.readResource({ uri: 'note://7' })).contents[0].text;
seen.version = client.getNegotiatedProtocolVersion?.() ?? version;
await client.close();
process.stdout.write(JSON.stringify(seen));
