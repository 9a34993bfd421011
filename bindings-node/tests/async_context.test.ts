import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import { Hono } from 'hono';
import { contextStorage, getContext } from 'hono/context-storage';
import { completable, createMcpHandler, type McpServer, ResourceTemplate, type Transport } from 'oxmcp';
import { createMcpExpressApp } from 'oxmcp/express';
import { createMcpFastifyApp } from 'oxmcp/fastify';
import { InMemoryTransport } from 'oxmcp/inMemory.js';
import { toNodeHandler } from 'oxmcp/node';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { StreamableHTTPServerTransport } from 'oxmcp/server/streamableHttp.js';
import { WebStandardStreamableHTTPServerTransport } from 'oxmcp/server/webStandardStreamableHttp.js';
import { z } from 'zod';
import { clientOf, emptyServer, news } from './support/connected.js';
import { listening, post } from './support/http.js';

const user = new AsyncLocalStorage<string>();
const PEOPLE = ['alice', 'bob', 'carol'];

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A request that stands alone, as a POST. */
function request(
  method: string,
  params: Record<string, unknown>,
  more: Record<string, string> = {},
  url?: URL,
) {
  const name = params.name ?? params.uri;
  return post(
    { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: ENVELOPE } },
    {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
      ...more,
    },
    url,
  );
}

/** A server whose tool says who asks: before it waits, after it, and in a timer. Nobody is answered before all have asked. */
function server(t: TestContext, options?: ConstructorParameters<typeof McpServer>[1]): McpServer {
  const made = emptyServer(options);
  let waiting: (() => void)[] = [];
  const all = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length < PEOPLE.length) return;
      for (const go of waiting.reverse()) go();
      waiting = [];
    });
  made.registerTool('who', {}, async () => {
    const before = user.getStore();
    await all();
    const after = user.getStore();
    const later = await new Promise((resolve) => setTimeout(() => resolve(user.getStore())));
    return [before, after, later].join();
  });
  const hold = setInterval(() => {}, 2 ** 30);
  t.after(async () => {
    clearInterval(hold);
    await made.close();
  });
  return made;
}

const WHO = { name: 'who', arguments: {} };
const EACH = PEOPLE.map((name) => [name, name, name].join());

async function said(response: Response): Promise<unknown> {
  const { result, error } = (await response.json()) as {
    result?: { content: { text: string }[] };
    error?: { message: string };
  };
  return result?.content[0]?.text ?? error?.message;
}

type Fetch = (request: Request) => Promise<Response>;

/** Asks as everybody at once, each in their own context. */
function together(fetch: Fetch): Promise<unknown[]> {
  return Promise.all(
    PEOPLE.map((name) => user.run(name, async () => said(await fetch(request('tools/call', WHO))))),
  );
}

/** Asks an HTTP server as everybody at once; who asks is for its own middleware to find out. */
function over(url: URL): Promise<unknown[]> {
  return Promise.all(
    PEOPLE.map(async (name) => said(await fetch(request('tools/call', WHO, { 'x-user': name }, url)))),
  );
}

/** A message of one request alone. */
const MESSAGE = { jsonrpc: '2.0', method: 'tools/call', params: { ...WHO, _meta: ENVELOPE } };

/** What is said to a transport's `onmessage` in everybody's own context, answered by its `send`. */
function onTransport(transport: Transport): Promise<unknown[]> {
  const { onmessage } = transport as { onmessage?: (message: unknown) => void };
  const answers = new Map<unknown, (text: unknown) => void>();
  transport.send = async (message: { id?: unknown; result?: { content: { text: string }[] } }) => {
    answers.get(message.id)?.(message.result?.content[0]?.text);
  };
  return Promise.all(
    PEOPLE.map(
      (name) =>
        new Promise((resolve) => {
          answers.set(name, resolve);
          user.run(name, () => onmessage?.({ ...MESSAGE, id: name }));
        }),
    ),
  );
}

/** Every way in which a request is handed over, with what everybody hears who asks through it. */
const WAYS: [name: string, ask: (t: TestContext, io: 'loop' | 'thread') => Promise<unknown[]>][] = [
  ['fetch', (t, io) => together(server(t, { io }).fetch)],
  ['createMcpHandler with a server', (t, io) => together(createMcpHandler(server(t, { io })).fetch)],
  [
    'createMcpHandler with a factory that is called once',
    (t, io) => {
      const made = server(t, { io });
      return together(createMcpHandler(() => made).fetch);
    },
  ],
  [
    'toNodeHandler',
    async (t, io) => {
      const handle = toNodeHandler(server(t, { io }));
      return over(
        await listening(t, (req, res) => user.run(String(req.headers['x-user']), handle, req, res)),
      );
    },
  ],
  [
    'express, after a middleware that says who asks',
    async (t, io) => {
      const app = createMcpExpressApp();
      const handle = toNodeHandler(createMcpHandler(server(t, { io })));
      app.use((req, _res, next) => user.run(String(req.headers['x-user']), next));
      app.all('/mcp', (req, res) => void handle(req, res, req.body));
      return over(await listening(t, app));
    },
  ],
  [
    'fastify, after a hook that says who asks',
    async (t, io) => {
      const app = createMcpFastifyApp();
      const handle = toNodeHandler(createMcpHandler(server(t, { io })));
      app.addHook('onRequest', (req, _reply, done) => user.run(String(req.headers['x-user']), done));
      app.all('/mcp', async (req, reply) => {
        reply.hijack();
        await handle(req.raw, reply.raw, req.body);
      });
      t.after(() => app.close());
      return over(new URL('/mcp', await app.listen({ port: 0, host: '127.0.0.1' })));
    },
  ],
  [
    'StreamableHTTPServerTransport',
    async (t, io) => {
      const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
      await server(t, { io }).connect(transport);
      return over(
        await listening(t, (req, res) => {
          user.run(String(req.headers['x-user']), () => transport.handleRequest(req, res));
        }),
      );
    },
  ],
  [
    'WebStandardStreamableHTTPServerTransport',
    async (t, io) => {
      const transport = new WebStandardStreamableHTTPServerTransport();
      await server(t, { io }).connect(transport);
      return together((asked) => transport.handleRequest(asked));
    },
  ],
  [
    "a transport of somebody's own",
    async (t, io) => {
      const transport: Transport = { start: async () => {}, send: async () => {}, close: async () => {} };
      await server(t, { io }).connect(transport);
      return onTransport(transport);
    },
  ],
  [
    'InMemoryTransport',
    async (t, io) => {
      const [ours, theirs] = InMemoryTransport.createLinkedPair();
      await server(t, { io }).connect(theirs);
      const answers = new Map<unknown, (text: unknown) => void>();
      await ours.start();
      ours.onmessage = ({ id, result }) => answers.get(id)?.(result.content[0].text);
      return Promise.all(
        PEOPLE.map(
          (name) =>
            new Promise((resolve) => {
              answers.set(name, resolve);
              user.run(name, () => ours.send({ ...MESSAGE, id: name }));
            }),
        ),
      );
    },
  ],
];

for (const io of ['thread', 'loop'] as const) {
  describe(`a handler runs in the context its request was handed over in, with io '${io}'`, () => {
    for (const [name, ask] of WAYS) {
      test(`by ${name}`, async (t) => assert.deepEqual(await ask(t, io), EACH));
    }

    test('and what listens runs in the context it was started in, whoever came before', async (t) => {
      const made = emptyServer({ io });
      t.after(() => made.close());
      made.registerTool('who', {}, async () => {
        await null;
        return String(user.getStore());
      });
      const asked = (fetch: Fetch, url?: URL) => async (name: string) =>
        user.run(name, async () => said(await fetch(request('tools/call', WHO, {}, url))));
      assert.equal(await asked(made.fetch)('alice'), 'alice');
      const { url } = await user.run('owner', () => made.listen());
      assert.equal(await asked(fetch, new URL(url))('bob'), 'owner');
      assert.equal(await asked(made.fetch)('carol'), 'carol');
    });

    test('and what a handler enters stays with its call', async (t) => {
      const made = emptyServer({ io });
      t.after(() => made.close());
      made.registerTool('enter', { inputSchema: { name: z.string() } }, ({ name }) => {
        const before = user.getStore();
        user.enterWith(name);
        return String(before);
      });
      const { url } = await made.listen();
      const enter = async (name: string) =>
        said(await fetch(request('tools/call', { name: 'enter', arguments: { name } }, {}, new URL(url))));
      // At once, and so in one batch, and one after the other.
      assert.deepEqual(await Promise.all(PEOPLE.map(enter)), ['undefined', 'undefined', 'undefined']);
      assert.equal(await enter('dave'), 'undefined');
    });
  });
}

test('streams run in the context in which they were connected, whoever writes to them', async (t) => {
  const made = emptyServer();
  t.after(() => made.close());
  made.registerTool('who', {}, () => String(user.getStore()));
  const [input, output] = [new PassThrough(), new PassThrough()];
  await user.run('owner', () => made.connect(new StdioServerTransport(input, output)));
  user.run('alice', () => input.write(`${JSON.stringify({ ...MESSAGE, id: 1 })}\n`));
  const [line] = await once(output, 'data');
  assert.equal(JSON.parse(String(line)).result.content[0].text, 'owner');
});

test("Hono's contextStorage is that of the request", async (t) => {
  type Env = { Variables: { name: string } };
  const made = emptyServer();
  t.after(() => made.close());
  made.registerTool('who', {}, async () => {
    await null;
    return getContext<Env>().var.name;
  });
  const app = new Hono<Env>();
  app.use(contextStorage());
  app.use(async (c, next) => {
    c.set('name', c.req.header('x-user') ?? '');
    await next();
  });
  app.all('/mcp', (c) => made.fetch(c.req.raw));
  const seen = PEOPLE.map(async (name) =>
    said(await app.request(request('tools/call', WHO, { 'x-user': name }))),
  );
  assert.deepEqual(await Promise.all(seen), PEOPLE);
});

/** Whatever else of an author's runs for a request: what is registered, what is asked, and what is seen. */
const FUNCTIONS: [
  name: string,
  register: (server: McpServer, see: () => void) => void,
  method: string,
  params: Record<string, unknown>,
][] = [
  [
    'a transform inside an input schema',
    (made, see) => {
      const seeing = z.string().transform(async (text) => {
        await null;
        see();
        return text;
      });
      made.registerTool('t', { inputSchema: { text: seeing } }, () => '');
    },
    'tools/call',
    { name: 't', arguments: { text: 'x' } },
  ],
  [
    'a default inside an input schema',
    (made, see) => {
      const seeing = z.string().default(() => {
        see();
        return 'x';
      });
      made.registerTool('t', { inputSchema: { text: seeing } }, () => '');
    },
    'tools/call',
    { name: 't', arguments: {} },
  ],
  [
    'a resource',
    (made, see) => {
      made.registerResource('r', 'a:b', {}, () => {
        see();
        return '';
      });
    },
    'resources/read',
    { uri: 'a:b' },
  ],
  [
    'a resource template',
    (made, see) => {
      made.registerResource('r', new ResourceTemplate('a://{id}', { list: undefined }), {}, async () => {
        await null;
        see();
        return '';
      });
    },
    'resources/read',
    { uri: 'a://b' },
  ],
  [
    'the list of a resource template',
    (made, see) => {
      const list = async () => {
        await null;
        see();
        return { resources: [] };
      };
      made.registerResource('r', new ResourceTemplate('a://{id}', { list }), {}, () => '');
    },
    'resources/list',
    {},
  ],
  [
    'a prompt',
    (made, see) => {
      made.registerPrompt('p', {}, () => {
        see();
        return '';
      });
    },
    'prompts/get',
    { name: 'p' },
  ],
  [
    'a completion',
    (made, see) => {
      const city = completable(z.string(), async () => {
        await null;
        see();
        return [];
      });
      made.registerPrompt('p', { argsSchema: { city } }, () => '');
    },
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'city', value: '' } },
  ],
  [
    'the handler of a whole method',
    (made, see) => {
      made.server.setRequestHandler('acme/do', { params: z.looseObject({}) }, async () => {
        await null;
        see();
        return {};
      });
    },
    'acme/do',
    {},
  ],
];

describe('the same context', () => {
  for (const [name, register, method, params] of FUNCTIONS) {
    test(`is that of ${name}`, async (t) => {
      const made = emptyServer();
      t.after(() => made.close());
      const seen: unknown[] = [];
      register(made, () => seen.push(user.getStore()));
      // A schema's functions run when it is read, too.
      seen.length = 0;
      for (const name of PEOPLE) {
        const answer = await user.run(name, () => made.fetch(request(method, params)));
        const text = await answer.text();
        assert.equal(answer.status, 200, text);
      }
      assert.deepEqual([...new Set(seen)], PEOPLE);
    });
  }

  test('is that of who hears a notification, and of what it throws', async (t) => {
    const made = emptyServer();
    t.after(() => made.close());
    const seen: unknown[] = [];
    const heard = new Promise<void>((resolve) => {
      made.onerror = () => {
        seen.push(`onerror ${user.getStore()}`);
        if (seen.length === 4) resolve();
      };
    });
    made.server.setNotificationHandler('acme/happened', { params: z.looseObject({}) }, async () => {
      await null;
      seen.push(user.getStore());
      throw new Error('heard enough');
    });
    const client = await clientOf(made);
    for (const name of ['alice', 'bob']) {
      await user.run(name, () => client.notification({ method: 'acme/happened', params: {} }));
    }
    await news(heard);
    assert.deepEqual(seen.sort(), ['alice', 'bob', 'onerror alice', 'onerror bob']);
  });

  test('is that of who hears that a call was cancelled', async (t) => {
    const made = emptyServer();
    t.after(() => made.close());
    const seen: unknown[] = [];
    const cancelled = new Promise<void>((resolve) => {
      made.registerTool('slow', {}, (ctx) => {
        ctx.signal.addEventListener('abort', () => {
          seen.push(user.getStore());
          if (seen.length === 2) resolve();
        });
        ctx.progress(1);
        return new Promise(() => {});
      });
    });
    const hold = setInterval(() => {}, 2 ** 30);
    for (const name of ['alice', 'bob']) {
      const meta = { ...ENVELOPE, progressToken: 1 };
      const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'slow', _meta: meta } };
      const headers = {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'slow',
      };
      const { body } = await user.run(name, () => made.fetch(post(call, headers)));
      await body?.cancel();
    }
    await cancelled;
    clearInterval(hold);
    assert.deepEqual(seen, ['alice', 'bob']);
  });

  test('is that of what is called when a session begins', async (t) => {
    const made = emptyServer();
    t.after(() => made.close());
    const seen: unknown[] = [];
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: () => {
        seen.push(user.getStore());
      },
    });
    await made.connect(transport);
    for (const name of PEOPLE) {
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name, version: '1' } };
      const opening = post({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
      await user.run(name, () => transport.handleRequest(opening));
    }
    assert.deepEqual(seen, PEOPLE);
  });
});

describe('what a handler says to its server', () => {
  /** What each of three clients hears whose calls run at once and log after they waited. */
  async function heardBy(made: McpServer): Promise<unknown[]> {
    const clients = await Promise.all(PEOPLE.map((name) => clientOf(made, name)));
    const heard: unknown[][] = PEOPLE.map(() => []);
    for (const [index, client] of clients.entries()) {
      client.fallbackNotificationHandler = async ({ params }) => {
        heard[index]?.push(params?.data);
      };
    }
    await Promise.all(
      clients.map((client, index) => client.callTool({ name: 'log', arguments: { name: PEOPLE[index] } })),
    );
    await Promise.all(clients.map((client) => client.close()));
    return heard;
  }

  for (const io of ['thread', 'loop'] as const) {
    test(`after it waited finds its own caller, with io '${io}'`, async (t) => {
      const made = emptyServer({ io, capabilities: { logging: {} } });
      t.after(() => made.close());
      const gates: (() => void)[] = [];
      made.registerTool('log', { inputSchema: { name: z.string() } }, async ({ name }) => {
        await new Promise<void>((resolve) => {
          gates.push(resolve);
          if (gates.length === PEOPLE.length) for (const open of gates.reverse()) open();
        });
        await made.sendLoggingMessage({ level: 'error', data: name });
        return '';
      });
      const heard = await heardBy(made);
      assert.deepEqual(heard, [['alice'], ['bob'], ['carol']]);
    });
  }
});
