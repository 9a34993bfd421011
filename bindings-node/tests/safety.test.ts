// What people are asked before it is done, and what models are told: the section `safety`, in both eras.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { ElicitRequestSchema, ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import {
  ConfigurationError,
  type McpServer,
  type McpServerOptions,
  type SafetyOptions,
  Server,
  ToolError,
  type Transport,
} from 'oxmcp';
import { z } from 'zod';
import { type Answer, conversation, emptyServer, modern } from './support/connected.js';

const folder = mkdtempSync(join(tmpdir(), 'oxmcp-safety-'));
after(() => rmSync(folder, { recursive: true }));

/** A server with something to protect, and what was done. */
function protectedServer(
  safety?: SafetyOptions,
  options: McpServerOptions = {},
): { server: McpServer; done: unknown[] } {
  const done: unknown[] = [];
  const server = emptyServer({ ...options, safety });
  server.registerTool(
    'delete',
    { inputSchema: { table: z.string(), id: z.number().default(0) }, annotations: { destructiveHint: true } },
    ({ table, id }) => {
      done.push([table, id]);
      return 'deleted';
    },
  );
  const does = (name: string) => () => {
    done.push(name);
    return 'done';
  };
  server.registerTool('always', { confirm: true }, does('always'));
  server.registerTool('never', { confirm: false, annotations: { destructiveHint: true } }, does('never'));
  server.registerTool('read', { annotations: { readOnlyHint: true } }, () => 'a\u200bb\u001b[31mc');
  server.registerTool('breaks', {}, () => {
    throw new TypeError('cannot reach db://canary');
  });
  server.registerTool('refuses', {}, () => {
    throw new ToolError('too many rows');
  });
  server.registerResource('doc', 'doc://a', {}, () => {
    throw new TypeError('cannot reach db://canary');
  });
  return { server, done };
}

/** How a person answers a question, which can be seen. */
type Person = (message: string) => unknown;
type Ask = (
  server: McpServer | Server,
  person: Person | undefined,
  name: string,
  args?: object,
  meta?: Record<string, unknown>,
) => Promise<Answer>;

/** A call in each era, of a client with a person before it, or without one. */
const ERAS: { legacy: Ask; modern: Ask } = {
  legacy: async (server, person, name, args = {}, meta = {}) => {
    const client = new Client(
      { name: 'c', version: '1' },
      { capabilities: person === undefined ? {} : { elicitation: { form: {} } } },
    );
    if (person !== undefined) {
      client.setRequestHandler(
        ElicitRequestSchema,
        async ({ params }) => (await person(params.message)) as never,
      );
    }
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await server.connect(theirs as Transport);
    await client.connect(ours);
    try {
      const params = { name, arguments: args, _meta: meta };
      return (await client.request({ method: 'tools/call', params }, ResultSchema)) as unknown as Answer;
    } finally {
      await client.close();
    }
  },
  modern: async (server, person, name, args = {}, more = {}) => {
    const meta = {
      ...(person !== undefined && {
        'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
      }),
      ...more,
    };
    const params = { name, arguments: args };
    const { ask, close } = await conversation(server);
    try {
      const first = await ask('tools/call', params, meta);
      if (first.resultType !== 'input_required' || person === undefined) return first as unknown as Answer;
      const { inputRequests, requestState } = first as {
        inputRequests: Record<string, { params: { message: string } }>;
        requestState: string;
      };
      const inputResponses: Record<string, unknown> = {};
      for (const [key, question] of Object.entries(inputRequests)) {
        inputResponses[key] = await person(question.params.message);
      }
      const again = { ...params, inputResponses, requestState };
      return (await ask('tools/call', again, meta)) as unknown as Answer;
    } finally {
      await close();
    }
  },
};

const YES = { action: 'accept', content: { confirm: true } };

for (const [era, ask] of Object.entries(ERAS)) {
  describe(era, () => {
    test('a person is asked before something is destroyed', async () => {
      // T18 of the threats: for these arguments, once.
      const { server, done } = protectedServer({});
      const asked: string[] = [];
      const answers: unknown[] = [
        YES,
        { action: 'accept', content: { confirm: false } },
        { action: 'decline' },
        { action: 'cancel' },
        YES,
      ];
      const person: Person = (message) => {
        asked.push(message);
        return answers.shift();
      };
      const row = { table: 'logs', id: 7 };
      assert.equal((await ask(server, person, 'delete', row)).content[0]?.text, 'deleted');
      assert.deepEqual(done, [['logs', 7]]);
      assert.match(asked[0] ?? '', /delete.*"id":7/s);
      for (let time = 0; time < 3; time++) {
        const refused = await ask(server, person, 'delete', row);
        assert.ok(refused.isError);
        assert.match(refused.content[0]?.text ?? '', /it was not done/);
      }
      assert.deepEqual([done.length, asked.length], [1, 4], 'what was said once counts once');
      await ask(server, person, 'always');
      await ask(server, person, 'never');
      assert.deepEqual([asked.length, ...done.slice(1)], [5, 'always', 'never']);
      await server.close();
    });

    test('where nobody can be asked it is not done', async () => {
      const ways: [SafetyOptions | undefined, boolean][] = [
        [{}, false],
        [{ cannotAsk: 'allow' }, true],
        [undefined, true],
      ];
      for (const [safety, isDone] of ways) {
        const { server, done } = protectedServer(safety);
        await ask(server, undefined, 'delete', { table: 'logs' }).catch(({ message }: Error) =>
          assert.match(message, /confirmed|elicitation/),
        );
        assert.equal(done.length > 0, isDone);
        await server.close();
      }
    });

    test('a client that stays silent is refused in time', async () => {
      const { server, done } = protectedServer({ confirmSeconds: 0.2 });
      const late = () => new Promise((resolve) => setTimeout(resolve, 1000, YES));
      const refused = await ask(server, late, 'delete', { table: 'logs' });
      assert.ok(refused.isError);
      assert.match(refused.content[0]?.text ?? '', /in time/);
      assert.deepEqual(done, []);
      await server.close();
    });

    test('what functions throw is for the log alone', async () => {
      // T15 of the threats: one sentence and one id, the same in the answer, the log and the record.
      const path = join(folder, `${era}.jsonl`);
      const { server } = protectedServer({ maskErrors: true }, { audit: { path } });
      const lines: string[] = [];
      const { error } = console;
      console.error = (line: string) => lines.push(line);
      try {
        const { content } = await ask(server, undefined, 'breaks');
        const text = content[0]?.text ?? '';
        assert.match(text, /^The server could not complete this call\. Its log tells more under call /);
        const id = text.split(' ').at(-1)?.replace(/\.$/, '') ?? '';
        assert.ok(
          lines.some((line) => line.includes(id) && line.includes('canary')),
          lines.join('\n'),
        );
        assert.ok(readFileSync(path, 'utf8').includes(id));
        await assert.rejects(modern(server, 'resources/read', { uri: 'doc://a' }), ({ message }: Error) =>
          /could not complete/.test(message),
        );
      } finally {
        console.error = error;
      }
      assert.equal((await ask(server, undefined, 'refuses')).content[0]?.text, 'too many rows');
      assert.ok(!readFileSync(path, 'utf8').includes('canary'));
      await server.close();
    });

    test('a key is done once', async () => {
      const { server, done } = protectedServer({ confirm: 'off', idempotency: { ttlSeconds: 60 } });
      const keyed = { 'oxmcp/idempotencyKey': 'k1' };
      if (era === 'modern') {
        for (let time = 0; time < 3; time++) await ask(server, undefined, 'delete', { table: 'logs' }, keyed);
        const { isError, content } = await ask(server, undefined, 'delete', { table: 'other' }, keyed);
        assert.ok(isError);
        assert.match(content[0]?.text ?? '', /other arguments/);
      } else {
        // Without principals, sessions are who is who; each call has one of its own here.
        await ask(server, undefined, 'delete', { table: 'logs' }, keyed);
      }
      assert.deepEqual(done, [['logs', 0]]);
      await server.close();
    });
  });
}

test('one argument changed after consent is another question, and a word that was given is worth nothing twice', async () => {
  const { server, done } = protectedServer({});
  const meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
  const { ask, close } = await conversation(server);
  const asks = (args: object, more: object = {}) =>
    ask('tools/call', { name: 'delete', arguments: args, ...more }, meta);
  const { requestState } = (await asks({ table: 'logs', id: 7 })) as { requestState: string };
  const consent = { inputResponses: { q0: YES }, requestState };
  await assert.rejects(
    asks({ table: 'logs', id: 8 }, consent),
    ({ code }: { code?: number }) => code === -32602,
  );
  assert.equal((await asks({ table: 'logs', id: 8 })).resultType, 'input_required');
  assert.deepEqual(done, []);
  await asks({ table: 'logs', id: 7 }, consent);
  assert.deepEqual(done, [['logs', 7]]);
  await assert.rejects(
    asks({ table: 'logs', id: 7 }, consent),
    ({ code }: { code?: number }) => code === -32602,
  );
  assert.equal(done.length, 1);
  await close();
  await server.close();
});

test('a tool that wants a word gets it on a server that says nothing of safety', async () => {
  const { server, done } = protectedServer();
  const { legacy } = ERAS;
  const { isError, content } = (await legacy(server, undefined, 'always')) as Answer;
  assert.ok(isError);
  assert.match(content[0]?.text ?? '', /confirmed/);
  assert.deepEqual(done, []);
  await server.close();
});

test('names say which tools are confirmed', async () => {
  const { server, done } = protectedServer({ confirm: ['re*'] });
  const asked: string[] = [];
  const person: Person = (message) => {
    asked.push(message);
    return YES;
  };
  for (const [name, args] of [['read'], ['delete', { table: 'logs' }]] as [string, object?][]) {
    await ERAS.modern(server, person, name, args);
  }
  assert.deepEqual([asked.length, done], [1, [['logs', 0]]]);
  await server.close();
});

test('results say that they are not to be trusted, and what is hidden in them', async () => {
  const [whole, kinds] = ['a\u200bb\u001b[31mc', ['ansi', 'invisible']];
  const ways: [SafetyOptions | undefined, string, object][] = [
    [{}, whole, { 'oxmcp/untrusted': true, 'oxmcp/hiddenCharacters': kinds }],
    [{ hiddenCharacters: 'strip', markResults: false }, 'abc', { 'oxmcp/hiddenCharacters': kinds }],
    [{ hiddenCharacters: 'keep', markResults: false }, whole, {}],
    [undefined, whole, {}],
  ];
  for (const [safety, text, meta] of ways) {
    const { server } = protectedServer(safety);
    const result = (await modern(server, 'tools/call', { name: 'read', arguments: {} })) as unknown as Answer;
    assert.equal(result.content[0]?.text, text);
    const told = Object.entries(result._meta ?? {}).filter(([name]) => name.startsWith('oxmcp/'));
    assert.deepEqual(Object.fromEntries(told), meta);
    await server.close();
  }
});

test('results are held to a length', async () => {
  const server = emptyServer({ safety: { maxResultChars: 200 } });
  server.registerTool('long', {}, () => 'x'.repeat(10_000));
  const { content } = (await modern(server, 'tools/call', {
    name: 'long',
    arguments: {},
  })) as unknown as Answer;
  assert.ok((content[0]?.text ?? '').length < 400);
  await server.close();
});

for (const kind of ['plain', 'async']) {
  test(`a function makes another result, and where it fails nothing is said (${kind})`, async () => {
    const sanitize: SafetyOptions['sanitize'] = ({ content }, tool) => {
      if (tool === 'fails') throw new TypeError('canary');
      if (tool === 'whole') return undefined;
      const [{ text } = { text: '' }] = content as { text: string }[];
      return { content: [{ type: 'text', text: text.replace('secret', '***') }] };
    };
    const later: SafetyOptions['sanitize'] = async (result, tool) => sanitize(result, tool);
    const server = emptyServer({ safety: { sanitize: kind === 'plain' ? sanitize : later } });
    for (const name of ['says', 'fails', 'whole']) server.registerTool(name, {}, () => 'a secret');
    const said = async (name: string) =>
      ((await modern(server, 'tools/call', { name, arguments: {} })) as unknown as Answer).content[0]?.text;
    assert.equal(await said('says'), 'a ***');
    assert.equal(await said('whole'), 'a secret');
    await assert.rejects(said('fails'), ({ message }: Error) => message === 'internal error');
    await server.close();
  });
}

test('a low-level server asks about its tools by name', async () => {
  const server = new Server(
    { name: 'low', version: '1' },
    { safety: { confirm: ['drop*'] }, capabilities: { tools: {} } },
  );
  const done: string[] = [];
  server.setRequestHandler('tools/call', ({ params }) => {
    done.push(params.name);
    return { content: [{ type: 'text', text: 'dropped' }] };
  });
  const { isError } = (await ERAS.legacy(server, undefined, 'drop_all')) as Answer;
  assert.ok(isError);
  assert.deepEqual(done, []);
  await ERAS.modern(server, () => YES, 'drop_all');
  assert.deepEqual(done, ['drop_all']);
  await server.close();
});

test('what is wrong is said with its name', () => {
  const wrong: [object, RegExp][] = [
    [{ confirm: 'perhaps' }, /confirm/],
    [{ sanitise: 1 }, /sanitise/],
    [{ cannotAsk: 1 }, /safety\.cannotAsk/],
  ];
  for (const [safety, says] of wrong) {
    assert.throws(
      () => emptyServer({ safety: safety as SafetyOptions }),
      (error: Error) => error instanceof ConfigurationError && says.test(error.message),
    );
  }
});
