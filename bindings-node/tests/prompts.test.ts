import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { completable } from 'oxmcp';
import { z } from 'zod';
import { emptyServer, refusal, withClient } from './support/connected.js';

const user = (said: string) => ({ role: 'user', content: { type: 'text', text: said } });

/** What a prompt that returns `value` answers. */
async function promptOf(value: unknown, description?: string): Promise<unknown> {
  const server = emptyServer();
  server.registerPrompt('one', { description }, () => value as string);
  let answer: unknown;
  await withClient(server, async (client) => {
    answer = await client.request({ method: 'prompts/get', params: { name: 'one' } }, ResultSchema);
  });
  return answer;
}

describe('what a prompt returns', () => {
  test('may be a whole result, messages, content or text', async () => {
    const messages = [
      user('a'),
      { role: 'assistant', content: { type: 'image', data: 'x', mimeType: 'image/png' } },
    ];
    const whole = { messages, description: 'Mine', _meta: { a: 1 } };
    assert.deepEqual(await promptOf(whole, 'Registered'), whole);
    assert.deepEqual(await promptOf(messages, 'Registered'), { messages, description: 'Registered' });
    assert.deepEqual(await promptOf('a'), { messages: [user('a')] });
    assert.deepEqual(await promptOf(['a', { type: 'text', text: 'b' }]), {
      messages: [user('a'), user('b')],
    });
    assert.deepEqual(await promptOf({ messages: [{ role: 'user', content: 'a' }] }), {
      messages: [user('a')],
    });
  });

  test('is refused by its place when it cannot be sent', async () => {
    const cases: [unknown, string][] = [
      [{ messages: 'x' }, 'messages: must be an array'],
      [
        { messages: [{ role: 'system', content: { type: 'text', text: '' } }] },
        'messages[0].role: must be user or',
      ],
      [{ messages: [{ role: 'user' }] }, 'messages[0].content: must be a content block'],
      [
        { messages: [{ role: 'user', content: { type: 'text' } }] },
        'messages[0].content.text: must be a string',
      ],
      [{ messages: [], description: 1 }, 'description: must be a string'],
      [{ messages: [], _meta: { a: Symbol('x') } }, '_meta.a: a symbol is not JSON'],
      [7, 'messages[0]: must be an object with role and content'],
    ];
    for (const [value, message] of cases) {
      const { code, message: said } = await refusal(promptOf(value));
      assert.equal(code, -32603);
      assert(said.startsWith(message), said);
    }
  });
});

describe('the arguments of a prompt', () => {
  const argsSchema = {
    topic: z.string().describe('What it is about'),
    tone: z.enum(['dry', 'warm']).optional(),
    count: z.coerce.number().default(3),
  };

  test('are listed with what is told of them; one with a default may be left out', async () => {
    const server = emptyServer();
    server.registerPrompt('one', { argsSchema }, () => '');
    await withClient(server, async (client) => {
      assert.deepEqual((await client.listPrompts()).prompts, [
        {
          name: 'one',
          arguments: [
            { name: 'topic', description: 'What it is about', required: true },
            { name: 'tone', required: false },
            { name: 'count', required: false },
          ],
        },
      ]);
    });
  });

  test('are what the schema makes of them', async () => {
    const server = emptyServer();
    server.registerPrompt('one', { argsSchema }, (args) => JSON.stringify(args));
    await withClient(server, async (client) => {
      const { messages } = await client.getPrompt({
        name: 'one',
        arguments: { topic: 'x', count: '5', other: 'y' },
      });
      assert.deepEqual(messages, [user('{"topic":"x","count":5}')]);
    });
  });

  test('that do not fit are refused with -32602 (PRM-6)', async () => {
    const server = emptyServer();
    server.registerPrompt('zod', { argsSchema }, () => '');
    const schema = { type: 'object', properties: { a: { enum: ['x'] } }, required: ['a'] } as const;
    server.registerPrompt('plain', { argsSchema: schema }, ({ a }) => a);
    const cases: [string, object, RegExp][] = [
      ['zod', { topic: 1 }, /topic: must be a string/],
      ['zod', {}, /topic/],
      ['zod', { topic: 'x', tone: 'cold' }, /tone/],
      ['zod', { topic: 'x', count: 'many' }, /count/],
      ['plain', { a: 'y' }, /a: must be/],
    ];
    await withClient(server, async (client) => {
      for (const [name, args, message] of cases) {
        const request = client.getPrompt({ name, arguments: args as Record<string, string> });
        const { code, message: said } = await refusal(request);
        assert.equal(code, -32602);
        assert.match(said, message);
      }
      const { messages } = await client.getPrompt({ name: 'plain', arguments: { a: 'x' } });
      assert.deepEqual(messages, [user('x')]);
    });
  });

  test('are completed, whichever way completable and optional are nested', async () => {
    const server = emptyServer();
    const names = (value: string) => ['anna', 'bert'].filter((name) => name.startsWith(value));
    server.registerPrompt(
      'one',
      {
        argsSchema: {
          inner: completable(z.string(), names).optional(),
          outer: completable(z.string().optional(), async (value) => names(value ?? '')),
          earlier: completable(z.string(), (_value, context) => [context?.arguments?.inner ?? 'none']),
          many: completable(z.string(), () => Array.from({ length: 150 }, String)),
          plain: z.string(),
        },
      },
      () => '',
    );
    await withClient(server, async (client) => {
      assert.deepEqual(client.getServerCapabilities()?.completions, {});
      const complete = async (name: string, value: string, context?: Record<string, string>) =>
        (
          await client.complete({
            ref: { type: 'ref/prompt', name: 'one' },
            argument: { name, value },
            ...(context && { context: { arguments: context } }),
          })
        ).completion;
      assert.deepEqual(await complete('inner', 'a'), { values: ['anna'], total: 1, hasMore: false });
      assert.deepEqual((await complete('outer', 'b')).values, ['bert']);
      assert.deepEqual((await complete('earlier', '', { inner: 'x' })).values, ['x']);
      assert.deepEqual((await complete('plain', '')).values, []);
      const many = await complete('many', '');
      assert.deepEqual([many.values.length, many.total, many.hasMore], [100, 150, true]);
    });
  });

  test('are completed when the prompt is registered after the client came', async () => {
    const server = emptyServer();
    await withClient(server, async (client) => {
      server.registerPrompt('late', { argsSchema: { a: completable(z.string(), () => ['x']) } }, () => '');
      const request = {
        method: 'completion/complete',
        params: { ref: { type: 'ref/prompt', name: 'late' }, argument: { name: 'a', value: '' } },
      };
      // By a raw request: the official client asks only what was announced to it.
      const { completion } = (await client.request(request as never, ResultSchema)) as {
        completion?: unknown;
      };
      assert.deepEqual(completion, { values: ['x'], total: 1, hasMore: false });
    });
  });
});

test('prompts of one name are registered once, and may be called constructor', async () => {
  const server = emptyServer();
  server.registerPrompt('constructor', {}, () => 'x');
  assert.throws(() => server.registerPrompt('constructor', {}, () => ''), {
    name: 'AlreadyRegisteredError',
    message: 'Prompt constructor is already registered',
  });
  await withClient(server, async (client) => {
    assert.deepEqual((await client.getPrompt({ name: 'constructor' })).messages, [user('x')]);
  });
});

test('what a prompt throws is refused with its message, whatever it is', async () => {
  for (const [thrown, message] of [
    [new Error('boom'), 'boom'],
    ['text', 'text'],
    [undefined, 'The call failed without saying why.'],
  ]) {
    const server = emptyServer();
    server.registerPrompt('one', { argsSchema: { a: z.string() } }, async () => {
      throw thrown;
    });
    await withClient(server, async (client) => {
      const failed = await refusal(client.getPrompt({ name: 'one', arguments: { a: 'x' } }));
      assert.deepEqual(failed, { code: -32603, message });
    });
  }
});
