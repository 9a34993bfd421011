// A server that asks its client: the twin of asking_server.py.
//
// Usage: node asking_server.mjs --stdio | --port N
//
// STATE_SECONDS says how long a client may take to come back with an answer.

import { inputRequired, inputResponse, McpServer, ResourceTemplate } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { z } from 'zod';
import * as app from './asking_app.mjs';
import { register } from './asking_watched.mjs';

const { STATE_SECONDS } = process.env;
const server = new McpServer(
  { name: 'asking', version: '1.0.0' },
  STATE_SECONDS ? { requestState: { ttlSeconds: Number(STATE_SECONDS) } } : {},
);

/** What a table is booked by. */
const Booking = z.object({
  name: z.string().describe('Who comes'),
  guests: z.int().min(1).max(12).default(2),
  seat: z.enum(['inside', 'outside']).default('inside'),
  dishes: z.array(z.enum(['soup', 'salad', 'cake'])).default([]),
});

const tool = (name, description, inputSchema, handler) =>
  server.registerTool(name, inputSchema ? { description, inputSchema } : { description }, handler);

tool('book', 'Ask for a form to be filled in.', undefined, async (ctx) => {
  const { action, data } = await ctx.elicit('Who comes?', Booking);
  if (action !== 'accept') return action;
  return `${data.name}, ${data.guests}, ${data.seat.toUpperCase()}, ${data.dishes.join('+')}`;
});

tool('choose', 'Ask for one choice that has titles.', undefined, async (ctx) => {
  const choices = [
    { const: 's', title: 'Small' },
    { const: 'l', title: 'Large' },
  ];
  const { action, data } = await ctx.elicit('Which?', choices);
  return `${action} ${data}`;
});

tool('sign_in', 'Ask for a page to be opened.', undefined, async (ctx) => {
  const options = { elicitationId: 'visit-1' };
  return (await ctx.elicitUrl('Sign in', 'https://example.com/sign-in', options)).action;
});

tool('write', "Ask the client's model.", { topic: z.string() }, async ({ topic }, ctx) => {
  const options = { systemPrompt: 'Briefly', maxTokens: 100 };
  return `It wrote: ${(await ctx.sample(`Write about ${topic}`, options)).text}`;
});

tool(
  'write_low',
  "Ask the client's model, as the official packages do.",
  { topic: z.string() },
  async ({ topic }, ctx) => {
    const messages = [{ role: 'user', content: { type: 'text', text: `Write about ${topic}` } }];
    const { role, model, content } = await ctx.mcpReq.requestSampling({ messages, maxTokens: 100 });
    return `${role} ${model}: ${content.text}`;
  },
);

tool(
  'write_with_tools',
  "Ask the client's model, which may look things up.",
  { topic: z.string() },
  async ({ topic }, ctx) => {
    const messages = [{ role: 'user', content: { type: 'text', text: `Write about ${topic}` } }];
    const tools = [{ name: 'look_up', inputSchema: { type: 'object' } }];
    const { content } = await ctx.mcpReq.requestSampling({ messages, maxTokens: 100, tools });
    return [content].flat()[0].text;
  },
);

tool('folders', 'Ask for the roots.', undefined, async (ctx) =>
  (await ctx.listRoots()).map(({ uri }) => uri).join(' '),
);

tool('at_once', 'Ask three things at once.', undefined, async (ctx) => {
  const [name, sure, roots] = await Promise.all([
    ctx.elicit('Name?', z.string()),
    ctx.elicit('Sure?', z.boolean()),
    ctx.listRoots(),
  ]);
  return `${name.data} ${sure.data ? 'True' : 'False'} ${roots.length}`;
});

tool('rounds', 'Ask one thing after another.', { count: z.int() }, async ({ count }, ctx) => {
  const found = [];
  for (let number = 0; number < count; number += 1) {
    found.push((await ctx.elicit(`Number ${number}?`, z.int())).data);
  }
  return `[${found.join(', ')}]`;
});

const NAME = {
  message: 'Name?',
  requestedSchema: { type: 'object', properties: { value: { type: 'string' } }, required: ['value'] },
};

tool('plainly', 'Ask with the parameters of the protocol.', undefined, async (ctx) => {
  const { content } = await ctx.mcpReq.elicitInput(NAME);
  return content.value;
});

tool('resolved', 'Return the question, and be called again with the answer.', undefined, (ctx) => {
  const { content } = inputResponse(ctx.mcpReq.inputResponses, 'name');
  if (content !== undefined) return `Hello, ${content.value}`;
  return inputRequired({ inputRequests: { name: inputRequired.elicit(NAME) } });
});

server.registerPrompt('greeting', { description: 'Ask from a prompt.' }, async (ctx) => {
  const { data } = await ctx.elicit('Name?', z.string());
  return `Greet ${data}`;
});

server.registerResource(
  'note',
  new ResourceTemplate('note://{id}', { list: undefined }),
  { description: 'Ask from a resource.' },
  async (uri, { id }, ctx) => {
    const { data } = await ctx.elicit('Name?', z.string());
    return { contents: [{ uri: uri.href, text: `${id}: ${data}` }] };
  },
);

app.register(server);
register(server);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());

const [transport, port] = process.argv.slice(2);
if (transport === '--stdio') {
  await server.connect(new StdioServerTransport());
} else if (transport === '--port') {
  const serverCard = { name: 'org.example/asking', description: 'Asks its client.' };
  await server.listen({ host: '127.0.0.1', port: Number(port), sse: true, eventStore: true, serverCard });
} else {
  console.error('Usage: node asking_server.mjs --stdio | --port N');
  process.exit(2);
}
