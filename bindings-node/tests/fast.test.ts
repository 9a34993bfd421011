// `oxmcp/fast`: servers written as for npm's fastmcp, asked by the official client.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import {
  type CallToolResult,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  PingRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { ConfigurationError } from 'oxmcp';
import {
  audioContent,
  FastMCP,
  type FastMCPSession,
  getAuthSession,
  imageContent,
  jsonSchemaAdapter,
  requireAll,
  requireAny,
  requireAuth,
  requireRole,
  requireScopes,
  type ServerOptions,
  ServerState,
  type Tool,
  UserError,
} from 'oxmcp/fast';
import { z } from 'zod';
import { z as z3 } from 'zod3';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const png = Buffer.from(PNG, 'base64');

const cleanups: (() => Promise<unknown>)[] = [];
// A cancelled call keeps no process alive, and so no test that waits for the cancellation.
const alive = setInterval(() => {}, 60_000);
after(async () => {
  clearInterval(alive);
  for (const clean of cleanups) await clean();
});

/** A server and a client that is connected to it. */
async function connected(options: Partial<ServerOptions> = {}): Promise<{ server: FastMCP; client: Client }> {
  const server = new FastMCP({ name: 'test', version: '1.0.0', ...options });
  const client = new Client({ name: 'client', version: '9.9.9' });
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await server.connect(serverSide);
  await client.connect(clientSide);
  cleanups.push(() => client.close());
  cleanups.push(() => server.stop());
  return { server, client };
}

/** Calls the one tool of a server. */
async function result(
  tool: Partial<Tool> & Pick<Tool, 'execute'>,
  args: object = {},
): Promise<CallToolResult> {
  const { server, client } = await connected();
  server.addTool({ name: 'tool', ...tool });
  return (await client.callTool({ name: 'tool', arguments: { ...args } })) as CallToolResult;
}

const text = (said: string): object => ({ content: [{ type: 'text', text: said }] });

test('a server says who it is, and what it is for', async () => {
  const { client } = await connected({
    title: 'Test',
    instructions: 'Be nice.',
    websiteUrl: 'https://example.com',
  });
  assert.equal(client.getInstructions(), 'Be nice.');
  const { name, title, version, websiteUrl } = client.getServerVersion() ?? {};
  assert.deepEqual([name, title, version, websiteUrl], ['test', 'Test', '1.0.0', 'https://example.com']);
});

test('a tool gets its arguments as the schema makes them, from every kind of schema', async () => {
  const { server, client } = await connected();
  server.addTool({
    name: 'zod4',
    description: 'adds',
    parameters: z.object({ a: z.number(), b: z.number().default(2) }),
    annotations: { readOnlyHint: true },
    _meta: { 'example.com/k': 1 },
    execute: async ({ a, b }) => `${a + b}`,
  });
  server.addTool({
    name: 'zod3',
    parameters: z3.object({ s: z3.string() }),
    execute: async ({ s }) => s.toUpperCase(),
  });
  server.addTool({
    name: 'json',
    parameters: jsonSchemaAdapter({
      type: 'object',
      properties: { n: { type: 'integer' } },
      required: ['n'],
    }),
    execute: async (args) => JSON.stringify(args),
  });
  server.addTool({ name: 'none', execute: (args) => JSON.stringify(args) });
  const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
  assert.deepEqual((await call('zod4', { a: 1 })).content, [{ type: 'text', text: '3' }]);
  assert.deepEqual((await call('zod3', { s: 'x' })).content, [{ type: 'text', text: 'X' }]);
  assert.deepEqual((await call('json', { n: 1 })).content, [{ type: 'text', text: '{"n":1}' }]);
  assert.deepEqual((await call('none', {})).content, [{ type: 'text', text: '{}' }]);
  assert.equal((await call('json', { n: 'x' })).isError, true);
  const listed = (await client.listTools()).tools.find(({ name }) => name === 'zod4');
  assert.equal(listed?.description, 'adds');
  assert.equal(listed?.annotations?.readOnlyHint, true);
  assert.deepEqual(listed?._meta, { 'example.com/k': 1 });
});

test('a tool returns a string, nothing, a block, content or structured content', async () => {
  const image = { type: 'image', data: PNG, mimeType: 'image/png' } as const;
  assert.deepEqual(await result({ execute: async () => 'hi' }), text('hi'));
  assert.deepEqual(await result({ execute: async () => undefined }), { content: [] });
  assert.deepEqual(await result({ execute: () => image }), { content: [image] });
  assert.deepEqual(await result({ execute: () => ({ content: [image, { type: 'text', text: 'x' }] }) }), {
    content: [image, { type: 'text', text: 'x' }],
  });
  const both = await result({ execute: async () => ({ content: [], structuredContent: { a: 1 } }) });
  assert.deepEqual(both.structuredContent, { a: 1 });
});

test('what an output schema describes is returned as it is', async () => {
  const { server, client } = await connected();
  server.addTool({
    name: 'weather',
    parameters: z.object({ city: z.string() }),
    outputSchema: z.object({ city: z.string(), degrees: z.number() }),
    execute: async ({ city }) => ({ city, degrees: 20 }),
  });
  await client.listTools();
  const { structuredContent, content } = await client.callTool({
    name: 'weather',
    arguments: { city: 'Rome' },
  });
  assert.deepEqual(structuredContent, { city: 'Rome', degrees: 20 });
  assert.deepEqual(content, [{ type: 'text', text: '{"city":"Rome","degrees":20}' }]);
});

test('an error reaches the caller as a result, a UserError with what it carries', async () => {
  const plain = await result({
    execute: async () => {
      throw new Error('no luck');
    },
  });
  assert.deepEqual(plain, { ...text('no luck'), isError: true });
  const carrying = await result({
    execute: async () => {
      throw new UserError('not you', { code: 7 });
    },
  });
  assert.equal(carrying.isError, true);
  assert.deepEqual(carrying.content, [{ type: 'text', text: 'not you' }]);
  assert.deepEqual(carrying.structuredContent, { code: 7 });
});

test('a tool that takes too long is given up, and told so', async () => {
  let reason: unknown;
  const late = await result({
    timeoutMs: 1,
    execute: (_args, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
          resolve('too late');
        });
      }),
  });
  assert.equal(late.isError, true);
  assert.match((late.content[0] as { text: string }).text, /Tool 'tool' timed out after 1 ms/);
  assert.ok(reason instanceof UserError);
  assert.deepEqual(await result({ timeoutMs: 60_000, execute: async () => 'in time' }), text('in time'));
});

test('the context logs, reports progress and says who asks', async () => {
  const { server, client } = await connected();
  const logged: unknown[] = [];
  const progress: unknown[] = [];
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    logged.push([params.level, params.data]);
  });
  server.addTool({
    name: 'talk',
    execute: async (_args, { log, reportProgress, client: asker, requestId, sessionId, session, signal }) => {
      log.debug('a');
      log.info('b', { c: [1, null] });
      log.warn('d');
      log.error('e');
      await reportProgress({ progress: 1, total: 2, message: 'half' });
      return JSON.stringify([asker.version?.version, typeof requestId, sessionId, session, signal.aborted]);
    },
  });
  await client.setLoggingLevel('debug');
  const answer = await client.callTool({ name: 'talk' }, undefined, {
    onprogress: (one) => progress.push(one),
  });
  assert.deepEqual(answer.content, [{ type: 'text', text: '["9.9.9","string",null,null,false]' }]);
  assert.deepEqual(logged, [
    ['debug', { message: 'a' }],
    ['info', { message: 'b', context: { c: [1, null] } }],
    ['warning', { message: 'd' }],
    ['error', { message: 'e' }],
  ]);
  assert.deepEqual(progress, [{ progress: 1, total: 2, message: 'half' }]);
});

test('a cancelled call aborts the signal of its tool, with and without a time limit', async () => {
  const { server, client } = await connected();
  for (const timeoutMs of [undefined, 60_000]) {
    const aborting = new AbortController();
    const aborted = new Promise<void>((resolve) => {
      server.addTool({
        name: 'wait',
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        execute: (_args, { signal }) =>
          new Promise((done) => {
            signal.addEventListener('abort', () => {
              resolve();
              done('over');
            });
            aborting.abort();
          }),
      });
    });
    await assert.rejects(client.callTool({ name: 'wait' }, undefined, { signal: aborting.signal }));
    await aborted;
  }
});

test('onToolCall hears of a call before the tool runs, and can refuse it', async () => {
  const heard: unknown[] = [];
  const { server, client } = await connected({
    onToolCall: async (call) => {
      heard.push(call);
      if (call.toolName === 'no') throw new UserError('not this one');
    },
  });
  const parameters = z.object({ a: z.number() });
  server.addTools([
    { name: 'yes', parameters, execute: async ({ a }) => `${heard.length}${a}` },
    { name: 'no', execute: async () => 'ran' },
  ]);
  assert.deepEqual(await client.callTool({ name: 'yes', arguments: { a: 1 } }), text('11'));
  assert.deepEqual(heard, [{ toolName: 'yes', arguments: { a: 1 } }]);
  assert.deepEqual(await client.callTool({ name: 'no' }), { ...text('not this one'), isError: true });
});

test('a tool of the same name takes the place of the first, and one that is removed is gone', async () => {
  const { server, client } = await connected();
  const changed = new Promise<void>((resolve) => {
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
  });
  server.addTool({ name: 't', execute: async () => 'first' });
  server.addTool({ name: 't', execute: async () => 'second' });
  await changed;
  assert.deepEqual(await client.callTool({ name: 't' }), text('second'));
  server.removeTool('t');
  server.removeTools(['t', 'never']);
  assert.deepEqual((await client.listTools()).tools, []);
});

test('a tool that cannot be registered says why, and leaves the one of its name in place', async () => {
  const { server, client } = await connected();
  server.addTool({ name: 't', execute: async () => 'first' });
  assert.throws(
    () => server.addTool({ name: 't', parameters: { type: 'strin' }, execute: async () => 'x' }),
    /'t'/,
  );
  assert.throws(
    () => server.addTool({ name: 't', timeoutMs: 0, execute: async () => 'x' }),
    /positive number/,
  );
  assert.throws(
    () => server.addTool({ name: 't' } as Tool),
    /^TypeError: tool 't': execute must be a function$/,
  );
  assert.throws(() => server.addPrompt({ name: 'p' } as never), /prompt 'p': load must be a function/);
  assert.deepEqual(await client.callTool({ name: 't' }), text('first'));
});

test('what cannot be logged is an error of the tool, not of the process', async () => {
  const answer = await result({
    execute: async (_args, { log }) => {
      const circular: Record<string, unknown> = {};
      circular.self = circular;
      log.error('see', circular as never);
      return 'logged';
    },
  });
  assert.equal(answer.isError, true);
});

test('a server with a client that stays is stopped all the same', async () => {
  const server = new FastMCP({ name: 'n', version: '1.0.0', logger: { ...console, info: () => {} } });
  await server.start({ transportType: 'httpStream', httpStream: { port: 0, host: '127.0.0.1' } });
  const client = new Client({ name: 'c', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url ?? '')));
  await server.stop();
  assert.equal(server.serverState, ServerState.Stopped);
  await client.close();
});

test('a resource is read with its own URI and kind, unless what it loads says otherwise', async () => {
  const { server, client } = await connected();
  server.addResources([
    { uri: 'file:///log', name: 'log', mimeType: 'text/plain', load: async () => ({ text: 'line' }) },
    {
      uri: 'dir:///all',
      name: 'all',
      load: async () => [
        { text: 'a', uri: 'dir:///a' },
        { blob: 'aGk=', mimeType: 'image/png' },
      ],
    },
  ]);
  assert.deepEqual((await client.readResource({ uri: 'file:///log' })).contents, [
    { uri: 'file:///log', mimeType: 'text/plain', text: 'line' },
  ]);
  assert.deepEqual((await client.readResource({ uri: 'dir:///all' })).contents, [
    { uri: 'dir:///a', text: 'a' },
    { uri: 'dir:///all', mimeType: 'image/png', blob: 'aGk=' },
  ]);
  server.removeResources(['file:///log', 'dir:///all']);
  assert.deepEqual((await client.listResources()).resources, []);
});

test('a template gets its variables, completes them, and can be taken away', async () => {
  const { server, client } = await connected();
  server.addResourceTemplate({
    uriTemplate: 'logs:///{name}/{day}',
    name: 'logs',
    mimeType: 'text/plain',
    arguments: [
      { name: 'name', required: true, complete: async (value) => ({ values: [`${value}!`] }) },
      { name: 'day' },
    ],
    complete: (name, value) => ({ values: [name, value] }),
    load: async ({ name, day }) => ({ text: `${name} on ${day}` }),
  });
  assert.deepEqual((await client.readResource({ uri: 'logs:///a%20b/monday' })).contents, [
    { uri: 'logs:///a%20b/monday', mimeType: 'text/plain', text: 'a b on monday' },
  ]);
  const complete = async (name: string): Promise<string[]> => {
    const ref = { type: 'ref/resource', uri: 'logs:///{name}/{day}' } as const;
    return (await client.complete({ ref, argument: { name, value: 'x' } })).completion.values;
  };
  assert.deepEqual(await complete('name'), ['x!']);
  assert.deepEqual(await complete('day'), ['day', 'x']);
  server.removeResourceTemplate('logs:///{name}/{day}');
  assert.deepEqual((await client.listResourceTemplates()).resourceTemplates, []);
});

test('a prompt gets its arguments, says which it needs, and completes them', async () => {
  const { server, client } = await connected();
  server.addPrompt({
    name: 'poem',
    description: 'Writes one',
    arguments: [
      { name: 'country', description: 'Where', required: true, enum: ['Germany', 'Niger', 'Italy'] },
      { name: 'mood', complete: async () => ({ values: ['happy'], total: 1, hasMore: false }) },
    ],
    load: async ({ country, mood }) => `A ${mood ?? 'plain'} poem about ${country}`,
  });
  server.addPrompt({
    name: 'dialogue',
    load: async () => ({ messages: [{ role: 'assistant', content: { type: 'text', text: 'Yes?' } }] }),
  });
  const { prompts } = await client.listPrompts();
  assert.deepEqual(prompts[0]?.arguments, [
    { name: 'country', description: 'Where', required: true },
    { name: 'mood', required: false },
  ]);
  assert.deepEqual((await client.getPrompt({ name: 'poem', arguments: { country: 'Peru' } })).messages, [
    { role: 'user', content: { type: 'text', text: 'A plain poem about Peru' } },
  ]);
  assert.equal((await client.getPrompt({ name: 'dialogue' })).messages[0]?.role, 'assistant');
  await assert.rejects(client.getPrompt({ name: 'poem', arguments: {} }));
  const complete = async (name: string, value: string): Promise<string[]> => {
    const ref = { type: 'ref/prompt', name: 'poem' } as const;
    return (await client.complete({ ref, argument: { name, value } })).completion.values;
  };
  assert.deepEqual(await complete('country', 'GER'), ['Germany', 'Niger']);
  assert.deepEqual(await complete('mood', ''), ['happy']);
  server.removePrompts(['poem', 'dialogue']);
  assert.deepEqual((await client.listPrompts()).prompts, []);
});

test('a tool embeds a resource of its server, templates included', async () => {
  const { server, client } = await connected();
  server.addResource({
    uri: 'a:status',
    name: 's',
    mimeType: 'text/plain',
    load: async () => ({ text: 'up' }),
  });
  server.addResourceTemplate({
    uriTemplate: 'user:{id}',
    name: 'u',
    arguments: [{ name: 'id' }],
    load: async ({ id }) => ({ text: `user ${id}` }),
  });
  server.addTool({
    name: 'embed',
    parameters: z.object({ uri: z.string() }),
    execute: async ({ uri }) => ({ content: [{ type: 'resource', resource: await server.embedded(uri) }] }),
  });
  const embed = async (uri: string): Promise<unknown> =>
    ((await client.callTool({ name: 'embed', arguments: { uri } })) as CallToolResult).content[0];
  assert.deepEqual(await embed('a:status'), {
    type: 'resource',
    resource: { uri: 'a:status', mimeType: 'text/plain', text: 'up' },
  });
  assert.deepEqual(await embed('user:7'), { type: 'resource', resource: { uri: 'user:7', text: 'user 7' } });
  await assert.rejects(server.embedded('no:such'), /no:such/);
});

test('an image or a recording becomes a block, from a buffer, a file or the network', async () => {
  const block = { type: 'image', data: PNG, mimeType: 'image/png' };
  assert.deepEqual(await imageContent({ buffer: png }), block);
  const path = join(tmpdir(), `oxmcp-${process.pid}.png`);
  await writeFile(path, png);
  assert.deepEqual(await imageContent({ path }), block);
  const web = createServer((request, response) => {
    if (request.url === '/i') response.end(png);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  assert.deepEqual(await imageContent({ url: `${base}/i` }), block);
  await assert.rejects(imageContent({ url: `${base}/none` }), /answered 404/);
  web.close();
  const wav = Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1');
  assert.equal((await audioContent({ buffer: wav })).mimeType, 'audio/wav');
  assert.equal((await imageContent({ buffer: Buffer.from('<svg xmlns="x"/>') })).mimeType, 'image/svg+xml');
  await assert.rejects(imageContent({ buffer: wav }), /the buffer is audio\/wav, not an image/);
  await assert.rejects(audioContent({ buffer: Buffer.from('?') }), /of no known kind, not audio/);
});

test('a server is started on HTTP, stopped, and started again', async () => {
  const said: unknown[] = [];
  const say = (...words: unknown[]): void => void said.push(...words);
  const logger = { debug: say, error: say, info: say, log: say, warn: say };
  const server = new FastMCP({ name: 'web', version: '1.0.0', logger, streamKeepalive: { enabled: true } });
  server.addTool({ name: 'hi', execute: async (_args, { sessionId }) => typeof sessionId });
  for (const stateless of [false, true]) {
    assert.equal(server.serverState, ServerState.Stopped);
    const httpStream = {
      port: 0,
      host: '127.0.0.1',
      endpoint: '/here',
      basePath: '/api',
      stateless,
    } as const;
    await server.start({ transportType: 'httpStream', httpStream });
    assert.equal(server.serverState, ServerState.Running);
    await assert.rejects(server.start({ transportType: 'httpStream', httpStream }), /started already/);
    assert.match(server.url ?? '', /^http:\/\/127\.0\.0\.1:\d+\/api\/here$/);
    const client = new Client({ name: 'c', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url ?? '')));
    assert.deepEqual(await client.callTool({ name: 'hi' }), text(stateless ? 'undefined' : 'string'));
    await client.close();
    await server.stop();
  }
  assert.match(String(said[0]), /^web is served at http/);
});

test('a server is started on stdio, whatever its tools print, and ends with its client', async () => {
  const program = fileURLToPath(new URL('support/fast_stdio.mjs', import.meta.url));
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program],
    stderr: 'ignore',
  });
  const client = new Client({ name: 'c', version: '1' });
  await client.connect(transport);
  assert.deepEqual(await client.callTool({ name: 'shout', arguments: { text: 'hi' } }), text('HI'));
  await client.close();
});

test('what has no subject here is refused by name, where it is written', async () => {
  const who = { name: 'n', version: '1.0.0' };
  const refused = (options: object, message: RegExp): void =>
    assert.throws(() => new FastMCP({ ...who, ...options }), { name: 'ConfigurationError', message });
  refused(
    { authenticate: async () => ({}) },
    /authenticate is not supported: requests are not authenticated/,
  );
  refused({ oauth: { enabled: true } }, /oauth/);
  refused({ auth: {} }, /auth /);
  refused({ utils: { formatInvalidParamsErrorMessage: () => '' } }, /utils/);
  const server = new FastMCP({ ...who, ping: { enabled: false }, roots: { enabled: false } });
  for (const foreign of [{ sslKey: 'k' }, { sslCert: 'c' }]) {
    const httpStream = { port: 0, ...foreign };
    await assert.rejects(server.start({ transportType: 'httpStream', httpStream }), ConfigurationError);
  }
  await assert.rejects(server.start({ transportType: 'sse' as 'stdio' }), /no transport 'sse'/);
  await assert.rejects(
    server.start({ transportType: 'httpStream', httpStream: { port: 1.5 } }),
    /1.5 is no port/,
  );
  assert.throws(Reflect.get(server, 'getApp'), /FastMCP.getApp is not yet in oxmcp/);
});

test('the way a server is started may be said on the command line or in the environment', async () => {
  const server = new FastMCP({ name: 'n', version: '1.0.0', logger: { ...console, info: () => {} } });
  const before = process.argv;
  process.argv = [...before, '--transport', 'http-stream', '--port', '0', '--host', '127.0.0.1'];
  process.env.FASTMCP_ENDPOINT = '/said';
  try {
    await server.start();
    assert.match(server.url ?? '', /^http:\/\/127\.0\.0\.1:\d+\/said$/);
  } finally {
    process.argv = before;
    delete process.env.FASTMCP_ENDPOINT;
    await server.stop();
  }
});

test('types follow from schemas and from the names of arguments', () => {
  // Checked by the compiler.
  const server = new FastMCP({ name: 'n', version: '1.0.0' });
  server.addTool({
    name: 't',
    parameters: z.object({ a: z.number(), b: z.string().optional() }),
    outputSchema: z.object({ sum: z.number() }),
    execute: async (args) => {
      const a: number = args.a;
      const b: string | undefined = args.b;
      // @ts-expect-error there is no such argument
      args.c;
      return { sum: a + (b?.length ?? 0) };
    },
  });
  server.addTools([
    { name: 'x', parameters: z.object({ n: z.number() }), execute: async ({ n }) => n.toFixed() },
    { name: 'y', parameters: { s: z.string() }, execute: async ({ s }) => s.trim() },
  ]);
  server.addPrompt({
    name: 'p',
    arguments: [{ name: 'must', required: true }, { name: 'may' }],
    load: async (args) => {
      const must: string = args.must;
      const may: string | undefined = args.may;
      // @ts-expect-error there is no such argument
      args.other;
      return must + (may ?? '');
    },
  });
  assert.ok(server);
});

test('canAccess decides for a client that came with an identity, now and for what is added later', async () => {
  interface Who extends Record<string, unknown> {
    role: string;
    scopes: string[];
  }
  const server = new FastMCP<Who>({ name: 'n', version: '1.0.0' });
  const said = (name: string, canAccess?: (auth: Who) => boolean): void =>
    server.addTool({ name, canAccess, execute: async (_args, { session }) => session?.role ?? 'nobody' });
  said('open');
  said('admin', requireRole('admin'));
  const meet = async (auth?: Who): Promise<Client> => {
    const client = new Client({ name: 'client', version: '1' });
    const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
    await server.connect(serverSide, auth);
    await client.connect(clientSide);
    cleanups.push(() => client.close());
    return client;
  };
  cleanups.push(() => server.stop());
  const [admin, reader, nobody] = [
    await meet({ role: 'admin', scopes: ['write'] }),
    await meet({ role: 'reader', scopes: [] }),
    await meet(),
  ];
  const names = async (client: Client): Promise<string[]> =>
    (await client.listTools()).tools.map(({ name }) => name);
  assert.deepEqual(await names(admin), ['open', 'admin']);
  assert.deepEqual(await names(reader), ['open']);
  assert.deepEqual(await names(nobody), ['open', 'admin'], 'without an identity there is nobody to keep out');
  assert.deepEqual(await admin.callTool({ name: 'admin' }), text('admin'));
  assert.deepEqual(await nobody.callTool({ name: 'open' }), text('nobody'));
  await assert.rejects(reader.callTool({ name: 'admin' }), /admin/);
  said('later', requireAll(requireAuth, requireScopes('write')));
  assert.deepEqual(await names(admin), ['open', 'admin', 'later']);
  assert.deepEqual(await names(reader), ['open']);
  server.removeTool('admin');
  assert.deepEqual(await names(admin), ['open', 'later']);
});

test('checks of who asks can be combined', () => {
  const auth = { role: 'editor', scopes: new Set(['read', 'write']) };
  assert.ok(requireAll(requireAuth, requireScopes('read'), true)(auth));
  assert.ok(requireAny(requireRole('admin'), requireScopes('read', 'write'))(auth));
  assert.ok(!requireAny(requireRole('admin'), requireScopes('delete'), false)(auth));
  assert.ok(!requireScopes()(undefined) && !requireRole('editor')(undefined) && !requireAuth(undefined));
  assert.equal(getAuthSession(auth), auth);
  assert.throws(() => getAuthSession(undefined), /not authenticated/);
});

test('a server tells who came and who went', async () => {
  const server = new FastMCP({ name: 'n', version: '1.0.0' });
  const told: [string, FastMCPSession][] = [];
  server.on('connect', ({ session }) => told.push(['connect', session]));
  server.on('disconnect', ({ session }) => told.push(['disconnect', session]));
  const client = new Client({ name: 'client', version: '1' }, { capabilities: { roots: {}, sampling: {} } });
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const session = await server.connect(serverSide);
  assert.deepEqual([told.length, session.isReady, session.clientCapabilities], [1, false, null]);
  await client.connect(clientSide);
  await session.waitForReady();
  assert.deepEqual([session.clientCapabilities, server.sessions], [{ roots: {}, sampling: {} }, [session]]);
  await client.close();
  assert.deepEqual(told, [
    ['connect', session],
    ['disconnect', session],
  ]);
  assert.deepEqual(server.sessions, []);
  await assert.rejects(session.requestSampling({ messages: [], maxTokens: 1 }), { name: 'CannotAskError' });
  await server.stop();
});

test('a server says over HTTP that it is there, in its own words, and lets pages read', async () => {
  const logger = { ...console, info: () => {} };
  for (const [health, path, status, said] of [
    [undefined, '/health', 200, '✓ Ok'],
    [{ path: '/up', message: 'yes', status: 203 }, '/up', 203, 'yes'],
    [{ enabled: false }, '/health', 404, undefined],
  ] as const) {
    const server = new FastMCP({ name: 'n', version: '1.0.0', logger, health });
    const httpStream = { port: 0, host: '127.0.0.1', cors: { origin: 'https://page.example' } };
    await server.start({ transportType: 'httpStream', httpStream });
    const answer = await fetch(new URL(path, server.url));
    assert.equal(answer.status, status);
    const body = await answer.text();
    if (said !== undefined) assert.equal(body, said);
    const headers = {
      Origin: 'https://page.example',
      'Access-Control-Request-Method': 'POST',
    };
    const preflight = await fetch(server.url ?? '', { method: 'OPTIONS', headers });
    assert.equal(preflight.headers.get('Access-Control-Allow-Origin'), 'https://page.example');
    await server.stop();
  }
});

test('a tool streams content, for clients that know how npm’s fastmcp does it', async () => {
  const { server, client } = await connected();
  server.addTool({
    name: 'stream',
    execute: async (_args, { streamContent }) => {
      await streamContent({ type: 'text', text: 'one' });
      await streamContent([{ type: 'text', text: 'two' }]);
      return 'all';
    },
  });
  const heard: unknown[] = [];
  client.fallbackNotificationHandler = async ({ method, params }) => {
    if (method === 'notifications/tool/streamContent') heard.push(params);
  };
  assert.deepEqual(await client.callTool({ name: 'stream' }), text('all'));
  assert.deepEqual(heard, [
    { toolName: 'stream', content: [{ type: 'text', text: 'one' }] },
    { toolName: 'stream', content: [{ type: 'text', text: 'two' }] },
  ]);
});

test('over HTTP the sessions come and go, too', async () => {
  const logger = { ...console, info: () => {} };
  const server = new FastMCP({ name: 'n', version: '1.0.0', logger });
  cleanups.push(() => server.stop());
  await server.start({ transportType: 'httpStream', httpStream: { port: 0, host: '127.0.0.1' } });
  const transport = new StreamableHTTPClientTransport(new URL(server.url ?? ''));
  const client = new Client({ name: 'client', version: '1' });
  const came = once(server, 'connect');
  await client.connect(transport);
  const [{ session }] = (await came) as [{ session: FastMCPSession }];
  assert.deepEqual([session.sessionId, session.isReady], [transport.sessionId, true]);
  assert.deepEqual(server.sessions, [session]);
  const went = once(server, 'disconnect');
  await transport.terminateSession();
  assert.deepEqual(await went, [{ session }]);
  assert.deepEqual(server.sessions, []);
  await client.close();
});

test('clients are asked in their calls, by their sessions, and outside of any call', async () => {
  const server = new FastMCP({ name: 'n', version: '1.0.0', ping: { enabled: true, intervalMs: 1 } });
  server.addTool({
    name: 'ask',
    execute: async (_args, { elicit }) => {
      const form = { type: 'object' as const, properties: { value: { type: 'string' as const } } };
      const plain = await elicit({ message: 'm', requestedSchema: form });
      const typed = await elicit('m', z.string());
      const { content } = await (server.sessions[0] as (typeof server.sessions)[0]).requestSampling({
        messages: [],
        maxTokens: 1,
      });
      return JSON.stringify([plain.content, typed.data, content]);
    },
  });
  const roots = [{ uri: 'file:///a' }];
  const capabilities = { elicitation: {}, sampling: {}, roots: { listChanged: true } };
  const client = new Client({ name: 'c', version: '1.0.0' }, { capabilities });
  const text = { type: 'text' as const, text: 't' };
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { value: 'v' } }));
  client.setRequestHandler(CreateMessageRequestSchema, () => ({ role: 'user', model: 'm', content: text }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots }));
  const pinged = new Promise<void>((resolve) => {
    client.setRequestHandler(PingRequestSchema, () => {
      resolve();
      return {};
    });
  });
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const session = await server.connect(serverSide);
  await client.connect(clientSide);
  await session.waitForReady();
  assert.deepEqual(session.roots, roots);
  const { content } = await client.callTool({ name: 'ask', arguments: {} });
  assert.deepEqual(JSON.parse((content as { text: string }[])[0]?.text ?? ''), [{ value: 'v' }, 'v', text]);
  const outside = await session.requestSampling({ messages: [], maxTokens: 1 });
  assert.deepEqual(outside.content, text);
  const form = { message: 'm', requestedSchema: { type: 'object' as const, properties: {} } };
  assert.equal((await session.requestElicitation(form)).action, 'accept');
  roots.push({ uri: 'file:///b' });
  const changed = new Promise((resolve) => session.once('rootsChanged', resolve));
  await client.sendRootsListChanged();
  assert.deepEqual(await changed, { roots });
  await pinged;
  await client.close();
  await server.stop();
});
