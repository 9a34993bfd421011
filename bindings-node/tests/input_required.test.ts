// Handlers that return what they have to know first, and are called again with the answers: in every version of the protocol,
// asked by clients of others.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { createRequestStateCodec as theirCodec } from '@modelcontextprotocol/server';
import {
  acceptedContent,
  type Context,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
  McpServer,
  type McpServerOptions,
  Server,
  UrlElicitationRequiredError,
} from 'oxmcp';
import * as z from 'zod';

const INFO = { name: 'asks', version: '1.0.0' };
const ERAS = { 'with a session': 'legacy', 'without one': { pin: '2026-07-28' } } as const;

type Elicited = { message: string; mode?: string; url?: string };

/** A client that answers, in one of the eras, of a server over HTTP. */
async function answering(
  t: TestContext,
  server: McpServer | Server,
  mode: 'legacy' | { pin: string },
  elicit: (params: Elicited) => unknown = () => ({ action: 'accept', content: { name: 'Ada' } }),
): Promise<ModernClient> {
  const { url } = await server.listen({ port: 0 });
  t.after(() => server.close());
  const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
  const client = new ModernClient(
    { name: 'c', version: '1' },
    { capabilities, versionNegotiation: { mode } },
  );
  client.setRequestHandler('elicitation/create', ({ params }) => elicit(params as Elicited) as never);
  client.setRequestHandler('sampling/createMessage', () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'Hello' },
  }));
  client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///a' }] }));
  await client.connect(new ModernTransport(new URL(url)));
  t.after(() => client.close());
  return client;
}

const textOf = async (client: ModernClient, name = 'ask'): Promise<string> => {
  const { content } = await client.callTool({ name, arguments: {} });
  return (content as { text: string }[])[0]?.text ?? '';
};

const NAME = z.object({ name: z.string() });
const who = (message = 'Who?') => inputRequired.elicit({ message, requestedSchema: NAME });

for (const [era, mode] of Object.entries(ERAS)) {
  test(`clients ${era} answer everything that is asked at once, and over several rounds`, async (t) => {
    const server = new McpServer(INFO);
    const rounds: unknown[] = [];
    server.registerTool('ask', {}, ({ mcpReq: { inputResponses, requestState } }) => {
      rounds.push(requestState());
      const first = acceptedContent(inputResponses, 'who', NAME);
      if (first === undefined) {
        const greeting = inputRequired.createMessage({ messages: [], maxTokens: 5 });
        const roots = inputRequired.listRoots();
        return inputRequired({ inputRequests: { who: who(), greeting, roots }, requestState: 'one' });
      }
      const second = acceptedContent(inputResponses, 'again', NAME);
      if (second === undefined) {
        return inputRequired({ inputRequests: { again: who('Again?') }, requestState: 'two' });
      }
      const said = inputResponse(inputResponses, 'greeting');
      const roots = inputResponse(inputResponses, 'roots');
      assert.ok(said.kind === 'sampling' && roots.kind === 'roots');
      assert.equal(inputResponse(inputResponses, 'nothing').kind, 'missing');
      return `${(said.result.content as { text: string }).text} ${first.name} ${second.name} ${roots.roots[0]?.uri}`;
    });
    const client = await answering(t, server, mode);
    assert.equal(await textOf(client), 'Hello Ada Ada file:///a');
    assert.deepEqual(rounds, [undefined, 'one', 'two']);
  });

  test(`prompts, resources and handlers of whole methods ask clients ${era} in the same way`, async (t) => {
    const server = new McpServer(INFO);
    const ask = (say: (name: string) => never) => (ctx: Context) => {
      const given = acceptedContent(ctx.mcpReq.inputResponses, 'who', NAME);
      return given === undefined ? inputRequired({ inputRequests: { who: who() } }) : say(given.name);
    };
    server.registerPrompt(
      'greet',
      {},
      ask((name) => `Greet ${name}` as never),
    );
    const read = ask((name) => `It is ${name}` as never);
    server.registerResource('it', 'test://it', {}, (_uri, ctx) => read(ctx));
    const client = await answering(t, server, mode);
    const { messages } = await client.getPrompt({ name: 'greet' });
    assert.deepEqual(messages[0]?.content, { type: 'text', text: 'Greet Ada' });
    const { contents } = await client.readResource({ uri: 'test://it' });
    assert.equal((contents[0] as { text: string }).text, 'It is Ada');

    const low = new Server(INFO, { capabilities: { tools: {} } });
    const answer = ask((name) => ({ content: [{ type: 'text', text: name }] }) as never);
    low.setRequestHandler('tools/call', (_request, ctx) => answer(ctx) as never);
    assert.equal(await textOf(await answering(t, low, mode)), 'Ada');
  });

  test(`what a client ${era} declines is seen, and does not end the call`, async (t) => {
    const server = new McpServer(INFO);
    server.registerTool('ask', {}, ({ mcpReq: { inputResponses } }) => {
      const view = inputResponse(inputResponses, 'who');
      if (view.kind !== 'elicit') return inputRequired({ inputRequests: { who: who() } });
      return `${view.action} ${acceptedContent(inputResponses, 'who')}`;
    });
    const client = await answering(t, server, mode, () => ({ action: 'decline' }));
    assert.equal(await textOf(client), 'decline undefined');
  });

  test(`state is what the server's own check makes of it, for clients ${era}`, async (t) => {
    const codec = createRequestStateCodec<{ step: number }>({
      key: 'k'.repeat(32),
      bind: (ctx) => ctx.mcpReq.method,
    });
    let lets = true;
    const options: McpServerOptions = {
      requestState: {
        verify: (state, ctx) => {
          if (!lets) throw new Error('not today');
          return codec.verify(state, ctx);
        },
      },
    };
    const server = new McpServer(INFO, options);
    const errors: string[] = [];
    server.onerror = ({ message }) => errors.push(message);
    server.registerTool('ask', {}, async (ctx) => {
      const state = ctx.mcpReq.requestState<{ step: number }>();
      if (state !== undefined) return `step ${state.step}`;
      return inputRequired({
        inputRequests: { who: who() },
        requestState: await codec.mint({ step: 2 }, ctx),
      });
    });
    const client = await answering(t, server, mode);
    assert.equal(await textOf(client), 'step 2');
    lets = false;
    await assert.rejects(client.callTool({ name: 'ask', arguments: {} }), {
      code: -32602,
      message: /Invalid or expired requestState/,
    });
    assert.deepEqual(errors, ['requestState was refused: not today']);
  });

  test(`what is none is refused where a handler returned it, for clients ${era}`, async (t) => {
    const server = new McpServer(INFO);
    server.server.onerror = () => {};
    const wrong: [result: object, message: RegExp][] = [
      [{ resultType: 'input_required' }, /needs inputRequests or requestState/],
      [{ resultType: 'input_required', inputRequests: { a: 1 } }, /inputRequests\.a: must be an object/],
      [{ resultType: 'input_required', requestState: 1 }, /requestState: must be a string/],
    ];
    for (const [index, [result]] of wrong.entries())
      server.registerTool(`t${index}`, {}, () => result as never);
    const client = await answering(t, server, mode);
    const { error } = console;
    console.error = () => {};
    t.after(() => {
      console.error = error;
    });
    for (const [index, [, message]] of wrong.entries())
      assert.match(await textOf(client, `t${index}`), message);
  });
}

test('a page that has to be visited first is asked for where the version has no error for it', async (t) => {
  const server = new McpServer(INFO);
  let visited = 0;
  server.registerTool('ask', {}, () => {
    if (visited === 0) {
      const page = {
        mode: 'url' as const,
        message: 'Sign in',
        url: 'https://example.com',
        elicitationId: 'e',
      };
      throw new UrlElicitationRequiredError([page]);
    }
    return 'signed in';
  });
  const visit = ({ url }: Elicited) => {
    assert.equal(url, 'https://example.com');
    visited += 1;
    return { action: 'accept' };
  };
  const modern = await answering(t, server, ERAS['without one'], visit);
  assert.equal(await textOf(modern), 'signed in');
  visited = 0;
  const legacy = await answering(t, server, 'legacy', visit);
  await assert.rejects(legacy.callTool({ name: 'ask', arguments: {} }), { code: -32042 });
});

test('a server may leave clients with a session out', async (t) => {
  const server = new McpServer(INFO, { inputRequired: { legacyShim: false } });
  const { error } = console;
  console.error = () => {};
  t.after(() => {
    console.error = error;
  });
  server.registerTool('ask', {}, () => inputRequired({ inputRequests: { who: who() } }));
  assert.match(await textOf(await answering(t, server, 'legacy')), /asks no client of 2025-11-25 for input/);
});

/** A raw call of the newest version; what came back. */
async function raw(url: string, params: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'ask',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'ask',
        ...params,
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
        },
      },
    }),
  });
  return (await response.json()) as Record<string, unknown>;
}

test('a call goes on in another process that has the same keys, where it may run again, and nowhere else', async (t) => {
  const served = async (options: McpServerOptions, replayable: boolean): Promise<string> => {
    const server = new McpServer(INFO, options);
    server.registerTool(
      'ask',
      { replayable },
      async (ctx) => `${(await ctx.elicit('Who?', NAME)).data?.name}`,
    );
    t.after(() => server.close());
    return (await server.listen({ port: 0 })).url;
  };
  const keys = { requestStateKeys: 'k'.repeat(32) };
  const others = { requestStateKeys: [new Uint8Array(32).fill(1)] };
  const begin = async (url: string) => {
    const { result } = (await raw(url, { arguments: {} })) as { result: Record<string, unknown> };
    const inputRequests = result.inputRequests as object;
    const inputResponses = Object.fromEntries(
      Object.keys(inputRequests).map((key) => [key, { action: 'accept', content: { name: 'Ada' } }]),
    );
    return { requestState: result.requestState, inputResponses };
  };
  const first = await served(keys, true);
  const begun = await begin(first);
  const refusal = async (url: string, params: object) =>
    ((await raw(url, params)) as { error?: { code: number; message: string } }).error;
  assert.match(
    (await refusal(await served(others, true), begun))?.message ?? '',
    /requestState is not valid/,
  );
  assert.match((await refusal(await served(keys, false), begun))?.message ?? '', /cannot go on here/);
  const elsewhere = (await raw(await served(keys, true), begun)) as { result: { content: unknown } };
  assert.deepEqual(elsewhere.result.content, [{ type: 'text', text: 'Ada' }]);
  const here = (await raw(first, begun)) as { result: { content: unknown } };
  assert.deepEqual(here.result.content, [{ type: 'text', text: 'Ada' }]);
  assert.equal((await refusal(first, begun))?.code, -32602);
});

test('options of state that cannot work are refused', () => {
  const wrong: McpServerOptions[] = [
    { requestStateKeys: 'short' },
    { requestStateKeys: [] },
    { requestState: { ttlSeconds: 0 } },
    { inputRequired: { roundTimeoutMs: 0 } },
  ];
  for (const options of wrong) {
    assert.throws(
      () => new McpServer(INFO, options),
      { name: 'ConfigurationError' },
      JSON.stringify(options),
    );
  }
});

test('signed state is read by the official package and the other way round, and by nobody else', async () => {
  const key = 'k'.repeat(32);
  const ctx = { mcpReq: { method: 'tools/call' } } as never;
  const bind = (of: { mcpReq: { method: string } }) => of.mcpReq.method;
  const [ours, theirs] = [createRequestStateCodec({ key, bind }), theirCodec({ key, bind: bind as never })];
  const payload = { a: ['ü', 1, null] };
  assert.deepEqual(await theirs.verify(await ours.mint(payload, ctx), ctx), payload);
  const state = await theirs.mint(payload, ctx);
  assert.deepEqual(await ours.verify(state, ctx), payload);
  const plain = createRequestStateCodec({ key });
  const old = await createRequestStateCodec({ key, ttlSeconds: -5 }).mint(1);
  const refused: [
    codec: { verify(state: string, ctx: never): Promise<unknown> },
    state: string,
    why: string,
  ][] = [
    [ours, 'nonsense', 'malformed'],
    [ours, `${state}x`, 'mac'],
    [createRequestStateCodec({ key: 'o'.repeat(32), bind }), state, 'mac'],
    [plain, old, 'expired'],
    [plain, state, 'bind'],
    [ours, await plain.mint(1), 'bind'],
  ];
  for (const [codec, given, why] of refused) await assert.rejects(codec.verify(given, ctx), new Error(why));
  await assert.rejects(ours.mint(payload), TypeError);
  assert.throws(() => createRequestStateCodec({ key: 'short' }), RangeError);
  assert.throws(() => createRequestStateCodec({ key, ttlSeconds: Number.NaN }), RangeError);
  assert.throws(() => inputRequired({}), TypeError);
});
