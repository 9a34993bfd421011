// A server of what other servers trip over: schemas, names, URIs and results of unusual but sensible shapes.
//
// Usage: node peculiar_server.mjs --stdio

import { McpServer, ResourceTemplate } from 'oxmcp';
import { completable } from 'oxmcp/server/completable.js';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { z } from 'zod';
import { z as z3 } from 'zod3';

const server = new McpServer({ name: 'peculiar', version: '1.0.0' });
const said = (value) => ({ content: [{ type: 'text', text: JSON.stringify(value) }] });
const saying = (args) => said(args);

// Schemas whose root is no plain object.

const circle = z.object({ kind: z.literal('circle'), radius: z.number() });
const square = z.object({ kind: z.literal('square'), side: z.number() });
server.registerTool('union', { inputSchema: z.union([circle, square]) }, saying);
server.registerTool('choice', { inputSchema: z.discriminatedUnion('kind', [circle, square]) }, saying);
server.registerTool(
  'intersection',
  { inputSchema: z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })) },
  saying,
);
server.registerTool(
  'refined',
  {
    inputSchema: z
      .object({ low: z.number(), high: z.number() })
      .refine((range) => range.low <= range.high, 'upside down'),
  },
  saying,
);
server.registerTool(
  'transformed',
  { inputSchema: z.object({ words: z.string() }).transform(({ words }) => words.split(' ')) },
  saying,
);
server.registerTool(
  'zod3',
  { inputSchema: z3.object({ when: z3.date().optional(), n: z3.number().default(5) }) },
  saying,
);
server.registerTool(
  'coerced',
  { inputSchema: { n: z.coerce.number(), when: z.coerce.date(), flag: z.stringbool().optional() } },
  saying,
);
server.registerTool(
  'exotic',
  {
    inputSchema: { when: z.date().optional(), big: z.bigint().optional(), set: z.set(z.string()).optional() },
  },
  ({ when, big, set }) => said([when instanceof Date, typeof big, set instanceof Set]),
);
server.registerTool('record', { inputSchema: { scores: z.record(z.string(), z.number()) } }, saying);
server.registerTool('strict', { inputSchema: z.strictObject({ a: z.string() }) }, saying);
server.registerTool('loose', { inputSchema: z.looseObject({ a: z.string() }) }, saying);
server.registerTool('stripped', { inputSchema: { a: z.string() } }, saying);

const recursive = z.object({
  name: z.string(),
  get children() {
    return z.array(recursive).optional();
  },
});
server.registerTool('recursive', { inputSchema: recursive }, saying);

// Output schemas that change what is sent.

const counted = z.object({ count: z.number(), unit: z.string().default('piece') });
server.registerTool('parsed', { outputSchema: counted }, () => ({
  structuredContent: { count: 1, extra: 'dropped' },
}));
server.registerTool('listed', { outputSchema: z.array(z.number()) }, () => ({ structuredContent: [1, 2] }));
server.registerTool('zero', { outputSchema: z.number() }, () => ({ structuredContent: 0 }));
server.registerTool('empty', { outputSchema: z.string() }, () => ({ structuredContent: '' }));
server.registerTool('no', { outputSchema: z.boolean() }, () => ({ structuredContent: false }));

// Names.

for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', '10', '9', '1']) {
  server.registerTool(name, { description: `The tool ${name}.` }, () => ({
    content: [{ type: 'text', text: name }],
  }));
  server.registerPrompt(name, { description: `The prompt ${name}.` }, () => ({
    messages: [{ role: 'user', content: { type: 'text', text: name } }],
  }));
}
const renamed = server.registerTool('first_name', { description: 'Renamed twice.' }, () => said('renamed'));
renamed.update({ name: 'second_name' });
renamed.update({ name: 'third_name' });
const disabled = server.registerTool('disabled', {}, () => said('never'));
disabled.disable();

// URIs.

const uris = [
  'http://Example.com',
  'file:///a b.txt',
  'custom:thing',
  'test://ümlaut/é',
  'test://a?x=1&y=2#z',
];
for (const uri of uris) {
  server.registerResource(`at ${uri}`, uri, {}, () => ({ contents: [{ uri, text: `I am ${uri}` }] }));
}
const templates = [
  'decoded://{name}',
  'query://search{?a,b}',
  'prefix://{name:3}',
  'parameters://x{;p}',
  'pair://{a,b}',
  'path://files{/parts*}',
  'rest://{+path}',
];
for (const template of templates) {
  server.registerResource(
    `of ${template}`,
    new ResourceTemplate(template, { list: undefined }),
    {},
    (uri, variables) => ({
      contents: [{ uri: uri.href, text: JSON.stringify(variables) }],
    }),
  );
}

// Results that are none.

const badResults = {
  text: () => 'hi',
  number: () => 7,
  'no contents': () => ({ contents: 'hi' }),
  'contents without text': () => ({ contents: [{ uri: 'x' }] }),
  'bigint inside': () => ({ contents: [{ uri: 'x', text: 12n }] }),
  nothing: () => undefined,
};
for (const [name, result] of Object.entries(badResults)) {
  server.registerResource(name, `bad://${encodeURIComponent(name)}`, {}, result);
}
const badPrompts = {
  number: () => 7,
  'no messages': () => ({ messages: 'hi' }),
  'a message without a role': () => ({ messages: [{ content: { type: 'text', text: 'x' } }] }),
  'a message without content': () => ({ messages: [{ role: 'user' }] }),
  'bigint inside': () => ({ messages: [{ role: 'user', content: { type: 'text', text: 12n } }] }),
  nothing: () => undefined,
};
for (const [name, result] of Object.entries(badPrompts)) server.registerPrompt(`bad ${name}`, {}, result);

// Completions, however they are wrapped.

const complete = (typed) => ['one', 'only', 'two'].filter((value) => value.startsWith(typed));
server.registerPrompt(
  'completed',
  {
    argsSchema: {
      outside: completable(z.string().optional(), complete),
      inside: completable(z.string(), complete).optional(),
      defaulted: completable(z.string(), complete).default('one'),
    },
  },
  (args) => ({ messages: [{ role: 'user', content: { type: 'text', text: JSON.stringify(args) } }] }),
);

// Tools that come while the server runs.

server.registerTool('grow', {}, () => {
  server.registerTool('grown', {}, () => said('grown'));
  return said('growing');
});

await server.connect(new StdioServerTransport());
