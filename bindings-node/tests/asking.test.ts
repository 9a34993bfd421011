// Handlers ask the people and the model at the client, and the official client answers.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import {
  CreateMessageRequestSchema,
  ElicitationCompleteNotificationSchema,
  ElicitRequestSchema,
  ElicitResultSchema,
  ListRootsRequestSchema,
  McpError as TheirError,
} from '@modelcontextprotocol/sdk/types.js';
import {
  CannotAskError,
  type Context,
  McpError,
  McpServer,
  MissingCapabilityError,
  NotYetError,
  QuestionError,
  SdkError,
  type Server,
  type Transport,
} from 'oxmcp';
import * as z from 'zod';
import { z as z3 } from 'zod3';
import { type Answer, call, news } from './support/connected.js';

/** What the client is asked: parameters of whichever question. */
interface Asked {
  message?: string;
  mode?: string;
  requestedSchema?: { properties: Record<string, unknown> };
  url?: string;
  elicitationId?: string;
  messages?: { content: unknown }[];
  maxTokens?: number;
  [name: string]: unknown;
}

type Answering = (params: Asked, signal: AbortSignal) => unknown;

/** How a client answers. What it has no answer for it does not declare. */
interface Answers {
  elicit?: Answering;
  sample?: Answering;
  roots?: Answering;
}

const ALL = { form: {}, url: {} };

/** A client that answers like that. */
async function answering(server: McpServer | Server, { elicit, sample, roots }: Answers): Promise<Client> {
  const capabilities = {
    ...(elicit && { elicitation: ALL }),
    ...(sample && { sampling: { tools: {} } }),
    ...(roots && { roots: { listChanged: true } }),
  };
  const client = new Client({ name: 'asked', version: '1.0.0' }, { capabilities });
  if (elicit) {
    client.setRequestHandler(
      ElicitRequestSchema,
      ({ params }, { signal }) => elicit(params, signal) as never,
    );
  }
  if (sample) {
    client.setRequestHandler(
      CreateMessageRequestSchema,
      ({ params }, { signal }) => sample(params as Asked, signal) as never,
    );
  }
  if (roots) {
    client.setRequestHandler(
      ListRootsRequestSchema,
      ({ params }, { signal }) => roots(params ?? {}, signal) as never,
    );
  }
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs as Transport);
  await client.connect(ours);
  return client;
}

/** What a tool says that runs `handler`, to a client that answers like that. */
async function told(
  answers: Answers,
  handler: (ctx: Context, server: McpServer) => unknown,
): Promise<Answer> {
  const server = new McpServer({ name: 'asks', version: '1.0.0' });
  server.registerTool('ask', {}, async (ctx) => ({
    structuredContent: { it: (await handler(ctx, server)) ?? null },
  }));
  const client = await answering(server, answers);
  try {
    return await call(client, 'ask');
  } finally {
    await client.close();
    await server.close();
  }
}

/** The value that the handler gave. */
async function given(
  answers: Answers,
  handler: (ctx: Context, server: McpServer) => unknown,
): Promise<unknown> {
  const answer = await told(answers, handler);
  assert.equal(answer.isError, undefined, JSON.stringify(answer));
  return (answer.structuredContent as { it: unknown }).it;
}

/** What a promise is rejected with. */
const failure = (question: Promise<unknown>): Promise<unknown> =>
  question.then(
    () => assert.fail('it was answered'),
    (reason: unknown) => reason,
  );

const accept = (content: object) => () => ({ action: 'accept', content });

// CAN-9
test('the time a client takes is not the tools', async () => {
  const server = new McpServer({ name: 'asks', version: '1.0.0' });
  server.registerTool(
    'ask',
    { timeoutMs: 100 },
    async (ctx) => (await ctx.elicit('Sure?', z.boolean())).action,
  );
  const other = new McpServer({ name: 'hangs', version: '1.0.0' });
  other.registerTool('hang', { timeoutMs: 100 }, () => new Promise<string>(() => {}));
  const hanging = await answering(other, {});
  const client = await answering(server, {
    elicit: async () => {
      // As long as either may take.
      assert.equal((await call(hanging, 'hang')).isError, true);
      return { action: 'accept', content: { value: true } };
    },
  });
  assert.equal((await call(client, 'ask')).content[0]?.text, 'accept');
  for (const each of [client, hanging, server, other]) await each.close();
});

describe('a form', () => {
  test('is filled in by whatever the schema is written with, and read by it', async () => {
    const schemas: [schema: object, content: object, data: unknown][] = [
      [z.object({ name: z.string(), age: z.int().default(7) }), { name: 'Ada' }, { name: 'Ada', age: 7 }],
      [
        z3.object({ name: z3.string(), age: z3.number().default(7) }),
        { name: 'Ada' },
        { name: 'Ada', age: 7 },
      ],
      [{ name: z.string().trim() }, { name: ' Ada ' }, { name: 'Ada' }],
      [
        { type: 'object', properties: { n: { type: 'integer', default: 3 }, b: { type: 'boolean' } } },
        { b: true },
        { n: 3, b: true },
      ],
      [z.boolean(), { value: true }, true],
      [{ type: 'number', maximum: 3 }, { value: 2.5 }, 2.5],
      [['red', 'green'], { value: 'green' }, 'green'],
      [[{ const: 'r', title: 'Red' }, 'g'], { value: 'r' }, 'r'],
      [[['red', 'green']], { value: ['red'] }, ['red']],
    ];
    for (const [schema, content, data] of schemas) {
      const answer = await given({ elicit: accept(content) }, (ctx) => ctx.elicit('m', schema));
      assert.deepEqual(answer, { action: 'accept', data, content });
    }
  });

  test('is asked for with its message and its fields alone', async () => {
    let asked: Asked = {};
    const elicit = (params: Asked) => {
      asked = params;
      return { action: 'decline' };
    };
    await given({ elicit }, (ctx) => ctx.elicit('Which?', [[{ const: 'r', title: 'Red' }]]));
    assert.deepEqual(asked, {
      mode: 'form',
      message: 'Which?',
      requestedSchema: {
        type: 'object',
        properties: { value: { type: 'array', items: { anyOf: [{ const: 'r', title: 'Red' }] } } },
        required: ['value'],
      },
    });
  });

  test('without fields asks for consent', async () => {
    assert.deepEqual(await given({ elicit: accept({}) }, (ctx) => ctx.elicit('Sure?')), {
      action: 'accept',
      data: {},
      content: {},
    });
  });

  test('may be declined or cancelled, which is no failure', async () => {
    for (const action of ['decline', 'cancel']) {
      assert.deepEqual(await given({ elicit: () => ({ action }) }, (ctx) => ctx.elicit('m', z.string())), {
        action,
      });
      const form = { message: 'm', requestedSchema: { type: 'object' as const, properties: {} } };
      assert.deepEqual(await given({ elicit: () => ({ action }) }, (ctx) => ctx.mcpReq.elicitInput(form)), {
        action,
      });
    }
  });

  test('that was filled in wrongly fails, and says where', async () => {
    const wrong = accept({ age: -1 });
    const requestedSchema = {
      type: 'object' as const,
      properties: { age: { type: 'integer' as const, minimum: 0 } },
    };
    for (const ask of [
      (ctx: Context) => ctx.elicit('m', z.object({ age: z.int().min(0) })),
      (ctx: Context) => ctx.mcpReq.elicitInput({ message: 'm', requestedSchema }),
      (_ctx: Context, server: McpServer) => server.server.elicitInput({ message: 'm', requestedSchema }),
    ]) {
      const answer = await told({ elicit: wrong }, ask);
      assert.equal(answer.isError, true);
      assert.match(
        answer.content[0]?.text ?? '',
        /^Elicitation response content does not match requested schema: .*age/,
      );
    }
  });

  test('that cannot be asked for is refused by the name of its field, before anything is sent', async () => {
    let asked = 0;
    const elicit = () => {
      asked += 1;
      return { action: 'cancel' };
    };
    const nested = { type: 'object', properties: { at: { type: 'object' } } };
    for (const ask of [
      (ctx: Context) => ctx.elicit('m', z.object({ at: z.object({}) })),
      (ctx: Context) => ctx.mcpReq.elicitInput({ message: 'm', requestedSchema: nested as never }),
    ]) {
      const answer = await told({ elicit }, ask);
      assert.match(answer.content[0]?.text ?? '', /, at at: an object cannot be a field/);
    }
    assert.equal(asked, 0);
  });

  test('is typed by its schema', async () => {
    await given({ elicit: accept({ name: 'Ada' }) }, async (ctx) => {
      const answer = await ctx.elicit('Who?', z.object({ name: z.string() }));
      if (answer.action === 'accept') {
        const name: string = answer.data.name;
        assert.equal(name, 'Ada');
      }
      return null;
    });
    await given({ elicit: accept({ value: 'a' }) }, async (ctx) => {
      const answer = await ctx.elicit('Which?', ['a', 'b']);
      const chosen: 'a' | 'b' | undefined = answer.data;
      return chosen;
    });
  });
});

describe('a page', () => {
  test('is to be visited, under a name by which its end is told', async () => {
    const server = new McpServer({ name: 'asks', version: '1.0.0' });
    let asked: Asked = {};
    const completed: string[] = [];
    server.registerTool('ask', {}, async (ctx) => {
      const { action, elicitationId } = await ctx.elicitUrl('Pay', new URL('https://example.com/pay'));
      await server.server.createElicitationCompletionNotifier(elicitationId)();
      return action;
    });
    const client = await answering(server, {
      elicit: (params) => {
        asked = params;
        return { action: 'accept' };
      },
    });
    client.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) => {
      completed.push(params.elicitationId);
    });
    assert.equal((await call(client, 'ask')).content[0]?.text, 'accept');
    assert.deepEqual(
      [asked.mode, asked.message, asked.url, completed],
      ['url', 'Pay', 'https://example.com/pay', [asked.elicitationId]],
    );
    await client.close();
    await server.close();
  });

  test('that is none is refused', async () => {
    const answer = await told({ elicit: () => ({ action: 'accept' }) }, (ctx) => ctx.elicitUrl('m', '/pay'));
    assert.match(answer.content[0]?.text ?? '', /\/pay is no absolute URL/);
  });
});

describe("the client's model", () => {
  const model = 'm1';
  const say = (content: unknown) => ({ role: 'assistant', model, content });

  test('is asked with text, with messages, and with everything the protocol has for it', async () => {
    let asked: Asked = {};
    const sample = (params: Asked) => {
      asked = params;
      return say({ type: 'text', text: 'Hello!' });
    };
    const answer = await given({ sample }, (ctx) => ctx.sample('Say hello.'));
    assert.deepEqual(answer, { ...say({ type: 'text', text: 'Hello!' }), text: 'Hello!' });
    assert.deepEqual(asked, {
      messages: [{ role: 'user', content: { type: 'text', text: 'Say hello.' } }],
      maxTokens: 512,
    });
    const said = { role: 'assistant' as const, content: { type: 'text' as const, text: 'Yes?' } };
    await given({ sample }, (ctx) =>
      ctx.sample(['Hello', said, 'Who?'], {
        maxTokens: 5,
        systemPrompt: 's',
        temperature: 0.5,
        stopSequences: ['x'],
        metadata: { a: 1 },
        modelPreferences: ['sonnet', 'haiku'],
      }),
    );
    const user = (text: string) => ({ role: 'user', content: { type: 'text', text } });
    assert.deepEqual(asked, {
      messages: [user('Hello'), said, user('Who?')],
      maxTokens: 5,
      systemPrompt: 's',
      temperature: 0.5,
      stopSequences: ['x'],
      metadata: { a: 1 },
      modelPreferences: { hints: [{ name: 'sonnet' }, { name: 'haiku' }] },
    });
  });

  test('uses tools that the server calls for it, by the names of the official packages', async () => {
    const use = { type: 'tool_use', id: 'u', name: 'add', input: { a: 1 } };
    const sample = ({ messages = [], tools }: Asked) =>
      messages.length === 1
        ? { ...say([use]), stopReason: 'toolUse', _meta: { tools: (tools as unknown[]).length } }
        : say({ type: 'text', text: `${messages.length} messages` });
    const answer = await given({ sample }, async (_ctx, server) => {
      const tools = [{ name: 'add', inputSchema: { type: 'object' as const } }];
      const question = { role: 'user' as const, content: { type: 'text' as const, text: '1 + 1?' } };
      const first = await server.server.createMessage({ messages: [question], maxTokens: 9, tools });
      const result = {
        type: 'tool_result' as const,
        toolUseId: 'u',
        content: [{ type: 'text' as const, text: '2' }],
      };
      const second = await server.server.createMessage({
        messages: [
          question,
          { role: 'assistant', content: first.content },
          { role: 'user', content: [result] },
        ],
        maxTokens: 9,
        tools,
      });
      return [first.stopReason, second.content];
    });
    assert.deepEqual(answer, ['toolUse', { type: 'text', text: '3 messages' }]);
  });

  test('is not asked with uses of tools that are not answered at once, by results alone', async () => {
    const use = { type: 'tool_use' as const, id: 'u', name: 'add', input: {} };
    const result = { type: 'tool_result' as const, toolUseId: 'u', content: [] };
    const other = { ...result, toolUseId: 'v' };
    const text = { type: 'text' as const, text: 't' };
    const user = (...content: object[]) => ({ role: 'user' as const, content: content as [] });
    const assistant = { role: 'assistant' as const, content: [use] };
    const wrong: [messages: object[], message: RegExp][] = [
      [[assistant, user(text)], /^messages\[1\]: its tool results must answer exactly/],
      [[assistant, user(other)], /^messages\[1\]: its tool results must answer exactly/],
      [[user(result)], /^messages\[0\]: its tool results must answer exactly/],
      [[assistant, user(result, text)], /^messages\[1\]: a message with tool results contains nothing else/],
    ];
    await given({ sample: () => say(text) }, async (ctx) => {
      for (const [messages, message] of wrong) {
        await assert.rejects(ctx.sample(messages as []), { code: -32602, message });
      }
    });
  });
});

test('the roots are listed, by all names, and with whichever schema', async () => {
  const roots = [{ uri: 'file:///work', name: 'work' }];
  const answers = await given({ roots: () => ({ roots }) }, async (ctx, server) =>
    Promise.all([
      ctx.listRoots(),
      server.server.listRoots(),
      ctx.sendRequest({ method: 'roots/list' }),
      ctx.mcpReq.send({ method: 'roots/list' }),
      server.server.request(
        { method: 'roots/list' },
        z.object({ roots: z.array(z.object({ uri: z.string() })) }),
      ),
      ctx.sendRequest({ method: 'roots/list' }, z3.object({ roots: z3.array(z3.unknown()) }), {
        timeout: 5000,
      }),
    ]),
  );
  const whole = { roots };
  assert.deepEqual(answers, [roots, whole, whole, whole, { roots: [{ uri: 'file:///work' }] }, whole]);
});

test('a result that does not fit the schema it was asked with fails', async () => {
  const elicit = accept({});
  await given({ elicit }, async (ctx) => {
    const params = { message: 'm', requestedSchema: { type: 'object', properties: {} } };
    const request = { method: 'elicitation/create', params };
    assert.equal((await ctx.sendRequest(request, ElicitResultSchema)).action, 'accept');
    await assert.rejects(ctx.sendRequest(request, z.object({ more: z.string() })), {
      code: 'INVALID_RESULT',
    });
  });
});

test('nobody is promised news of how far an answer is', async () => {
  await given({ roots: () => ({ roots: [] }) }, async (ctx, server) => {
    const options = { onprogress: () => {} };
    for (const asking of [
      ctx.sendRequest({ method: 'roots/list' }, options),
      server.server.listRoots(undefined, options),
    ]) {
      await assert.rejects(
        asking,
        (error) => error instanceof NotYetError && /onprogress/.test(error.message),
      );
    }
  });
});

test('whether the client is there is asked by a ping', async () => {
  assert.deepEqual(await given({}, (_ctx, server) => server.server.ping()), {});
});

test('questions asked in one turn are asked together, also behind promises that are settled', async () => {
  let open = 0;
  let most = 0;
  const together = async () => {
    open += 1;
    most = Math.max(most, open);
    // The client hears of all of them before it answers the first.
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    return { action: 'accept', content: { value: 'x' } };
  };
  const answers = await given({ elicit: together }, (ctx) =>
    Promise.all(
      [1, 2, 3].map(async (number) => {
        for (let turn = 0; turn < number; turn += 1) await null;
        return (await ctx.elicit(`m${number}`, z.string())).data;
      }),
    ),
  );
  assert.deepEqual([answers, most], [['x', 'x', 'x'], 3]);
});

test('prompts, resources and templates ask as tools do', async () => {
  const server = new McpServer({ name: 'asks', version: '1.0.0' });
  const name = async (ctx: Context) =>
    (await ctx.elicit('Who?', { name: z.string() })).data?.name ?? 'nobody';
  server.registerPrompt('greet', {}, async (ctx) => `Greet ${await name(ctx)}`);
  server.registerResource('it', 'test://it', {}, async (_uri, ctx) => `It is ${await name(ctx)}`);
  const client = await answering(server, { elicit: accept({ name: 'Ada' }) });
  const { messages } = await client.getPrompt({ name: 'greet' });
  assert.deepEqual(messages[0]?.content, { type: 'text', text: 'Greet Ada' });
  const { contents } = await client.readResource({ uri: 'test://it' });
  assert.equal((contents[0] as { text: string }).text, 'It is Ada');
  await client.close();
  await server.close();
});

test('several rounds follow one another, in the context of their call', async () => {
  const { AsyncLocalStorage } = await import('node:async_hooks');
  const storage = new AsyncLocalStorage<string>();
  const server = new McpServer({ name: 'asks', version: '1.0.0' });
  server.registerTool('ask', { inputSchema: { id: z.string() } }, ({ id }, ctx) =>
    storage.run(id, async () => {
      const seen: unknown[] = [];
      for (let round = 0; round < 3; round += 1) {
        const { data } = await ctx.elicit(`${id}${round}`, z.string());
        seen.push(data, storage.getStore(), server.server.getClientVersion()?.name);
      }
      return { structuredContent: { seen } };
    }),
  );
  const client = await answering(server, {
    elicit: ({ message }) => ({ action: 'accept', content: { value: message } }),
  });
  const check = async (id: string): Promise<void> => {
    const { structuredContent } = await call(client, 'ask', { id });
    assert.deepEqual(structuredContent, {
      seen: [0, 1, 2].flatMap((round) => [`${id}${round}`, id, 'asked']),
    });
  };
  await Promise.all(['a', 'b'].map(check));
  await client.close();
  await server.close();
});

describe('a question fails', () => {
  test('before it is sent, when the client did not declare what it needs', async () => {
    const missing: [answers: Answers, ask: (ctx: Context) => Promise<unknown>, required: object][] = [
      [{}, (ctx) => ctx.elicit('m'), { elicitation: { form: {} } }],
      [{}, (ctx) => ctx.sample('m'), { sampling: {} }],
      [{}, (ctx) => ctx.listRoots(), { roots: {} }],
      [{}, (ctx) => ctx.elicitUrl('m', 'https://example.com'), { elicitation: { url: {} } }],
    ];
    for (const [answers, ask, requiredCapabilities] of missing) {
      await given(answers, async (ctx) => {
        const error = await failure(ask(ctx));
        assert.ok(error instanceof MissingCapabilityError && error instanceof SdkError);
        assert.equal(error.code, 'CAPABILITY_NOT_SUPPORTED');
        assert.deepEqual(error.requiredCapabilities, requiredCapabilities);
      });
      // Let pass by its author, it is an error that a model can read.
      const answer = await told(answers, ask);
      assert.match(answer.content[0]?.text ?? '', /did not declare the capability/);
    }
  });

  test("with the client's error, which keeps its code, message and data", async () => {
    const sample = () => {
      throw new TheirError(-1, 'User rejected sampling request', { why: 'no' });
    };
    await given({ sample }, async (ctx) => {
      const error = await failure(ctx.sample('m'));
      assert.ok(error instanceof QuestionError && error instanceof McpError);
      assert.deepEqual([error.code, error.data], [-1, { why: 'no' }]);
      assert.match(error.plainMessage, /User rejected sampling request/);
    });
    const answer = await told({ sample }, (ctx) => ctx.sample('m'));
    assert.equal(answer.isError, true);
    assert.match(answer.content[0]?.text ?? '', /User rejected sampling request/);
  });

  test('when its time is over, or its signal aborts, and the client is told', async () => {
    const [asked, aborted]: [string[], string[]] = [[], []];
    let hears = (_message: string): void => {};
    const elicit = ({ message = '' }: Asked, signal: AbortSignal) =>
      new Promise((resolve) => {
        asked.push(message);
        hears(message);
        signal.addEventListener('abort', () => {
          aborted.push(message);
          resolve({ action: 'cancel' });
        });
      });
    await given({ elicit }, async (ctx) => {
      await assert.rejects(ctx.elicit('slow', z.string(), { timeout: 50 }), { code: -32001 });
      await assert.rejects(ctx.elicit('m', z.string(), { timeout: -1 }), RangeError);
      const controller = new AbortController();
      const question = ctx.elicit('stopped', z.string(), { signal: controller.signal });
      // What is taken back before it is sent, the client never hears of.
      hears = (message) => message === 'stopped' && controller.abort(new Error('enough'));
      await assert.rejects(question, /enough/);
      await assert.rejects(ctx.elicit('never', z.string(), { signal: controller.signal }), /enough/);
      while (aborted.length < asked.length) await new Promise((resolve) => setImmediate(resolve));
    });
    assert.deepEqual(aborted, asked);
    assert.equal(asked.at(-1), 'stopped');
  });

  test('when its call is over', async () => {
    const kept: Context[] = [];
    const left: Promise<unknown>[] = [];
    await given({ elicit: () => new Promise(() => {}) }, (ctx) => {
      kept.push(ctx);
      left.push(ctx.elicit('left behind'));
    });
    const [ctx, question] = [kept[0] as Context, left[0] as Promise<unknown>];
    await assert.rejects(question, { name: 'CannotAskError', message: /the call is answered/ });
    await assert.rejects(ctx.elicit('too late'), { name: 'CannotAskError', message: /the call is answered/ });
  });

  test('when the client cancels the call, or goes away', async () => {
    const server = new McpServer({ name: 'asks', version: '1.0.0' });
    const ends: unknown[] = [];
    let heard = (): void => {};
    server.registerTool('ask', {}, async (ctx) => {
      await ctx.elicit('m').catch((reason: Error) => ends.push(reason.name, ctx.signal.aborted));
      heard();
    });
    for (const leave of ['cancels', 'goes away']) {
      const controller = new AbortController();
      const over = new Promise<void>((resolve) => {
        heard = resolve;
      });
      const client = await answering(server, {
        elicit: () => {
          if (leave === 'cancels') controller.abort();
          else void client.close();
          return new Promise(() => {});
        },
      });
      const asking = client.callTool({ name: 'ask', arguments: {} }, undefined, {
        signal: controller.signal,
      });
      await assert.rejects(asking);
      await news(over);
      await client.close();
    }
    assert.deepEqual(ends, ['AbortError', true, 'AbortError', true]);
    await server.close();
  });

  test('where nobody is connected, or nobody can be meant', async () => {
    const server = new McpServer({ name: 'asks', version: '1.0.0' });
    await assert.rejects(server.server.listRoots(), {
      name: 'CannotAskError',
      message: /no client is connected/,
    });
    const roots = () => ({ roots: [] });
    const clients = [await answering(server, { roots }), await answering(server, { roots })];
    await assert.rejects(server.server.listRoots(), (error: unknown) => {
      assert.ok(error instanceof CannotAskError);
      assert.match(error.message, /no client here that could be asked/);
      return true;
    });
    for (const client of clients) await client.close();
    await server.close();
  });
});

test('the only client is asked outside of its calls, too, within a time and until that is taken back', async () => {
  const server = new McpServer({ name: 'asks', version: '1.0.0' });
  const client = await answering(server, {
    roots: () => ({ roots: [{ uri: 'file:///a' }] }),
    elicit: () => new Promise(() => {}),
  });
  assert.deepEqual(await server.server.listRoots(), { roots: [{ uri: 'file:///a' }] });
  await assert.rejects(server.server.createMessage({ messages: [], maxTokens: 1 }), MissingCapabilityError);
  const form = { message: 'm', requestedSchema: { type: 'object' as const, properties: {} } };
  await assert.rejects(server.server.elicitInput(form, { timeout: 5 }), { code: -32001 });
  const signal = AbortSignal.timeout(5);
  await assert.rejects(server.server.elicitInput(form, { signal }), { name: 'TimeoutError' });
  const left = server.server.elicitInput(form);
  await client.close();
  await assert.rejects(left, { name: 'CannotAskError' });
  await server.close();
});

test('handlers of notifications ask, too: for the roots, at the end of the handshake', async () => {
  const server = new McpServer({ name: 'asks', version: '1.0.0' });
  const listed = new Promise((resolve, reject) => {
    server.server.oninitialized = async () => {
      await server.server.listRoots().then(({ roots }) => resolve(roots), reject);
    };
  });
  const client = await answering(server, { roots: () => ({ roots: [{ uri: 'file:///a' }] }) });
  assert.deepEqual(await news(listed), [{ uri: 'file:///a' }]);
  await client.close();
  await server.close();
});
