import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type McpServer, NotFoundError, ProtocolError, ToolError, UserError } from 'oxmcp';
import { z } from 'zod';
import { type Answer, call, emptyServer, refusal, textOf, withClient } from './support/connected.js';

/** What a tool that returns `value` answers. */
async function answerOf(value: unknown, config: object = {}): Promise<Answer> {
  const server = emptyServer();
  server.registerTool('tool', config, () => value as string);
  let answer: Answer | undefined;
  await withClient(server, async (client) => {
    answer = await call(client, 'tool');
  });
  assert(answer !== undefined);
  return answer;
}

/** What a tool that throws `value` answers, at once and by a promise. */
async function failuresOf(value: unknown): Promise<Answer[]> {
  const server = emptyServer();
  server.registerTool('now', {}, () => {
    throw value;
  });
  server.registerTool('later', {}, async () => {
    throw value;
  });
  const answers: Answer[] = [];
  await withClient(server, async (client) => {
    for (const name of ['now', 'later']) answers.push(await call(client, name));
  });
  return answers;
}

const text = (said: string) => [{ type: 'text', text: said }];

describe('what a tool returns', () => {
  test('a whole result is sent as it is', async () => {
    const whole = {
      content: [
        { type: 'text', text: 'a', annotations: { audience: ['user'] } },
        { type: 'image', data: 'aGk=', mimeType: 'image/png' },
        { type: 'resource', resource: { uri: 'a:b', text: 'x' } },
        { type: 'resource_link', uri: 'a:b', name: 'b' },
      ],
      structuredContent: { a: 1 },
      _meta: { 'example.com/a': 1 },
    };
    assert.deepEqual(await answerOf(whole), whole);
  });

  test('a failure of the author’s own is one', async () => {
    const failed = { content: text('no'), isError: true };
    assert.deepEqual(await answerOf(failed), failed);
    assert.deepEqual(await answerOf(failed, { outputSchema: { a: z.number() } }), failed);
  });

  test('text is a block of text, nothing is no block', async () => {
    assert.deepEqual(await answerOf('hi'), { content: text('hi') });
    assert.deepEqual(await answerOf(undefined), { content: [] });
    assert.deepEqual(await answerOf(null), { content: [] });
  });

  test('content without a result around it is content', async () => {
    assert.deepEqual(await answerOf({ type: 'text', text: 'a' }), { content: text('a') });
    assert.deepEqual(await answerOf([{ type: 'text', text: 'a' }, 'b']), {
      content: [...text('a'), ...text('b')],
    });
  });

  test('data are their JSON text, and an object is structured content, too (TOOL-9)', async () => {
    assert.deepEqual(await answerOf({ a: 1 }), { content: text('{"a":1}'), structuredContent: { a: 1 } });
    assert.deepEqual(await answerOf([1, 2]), { content: text('[1,2]') });
    assert.deepEqual(await answerOf(0), { content: text('0') });
    assert.deepEqual(await answerOf(false), { content: text('false') });
  });

  test('structured content without content is repeated as text (TOOL-9)', async () => {
    const answer = { content: text('{"a":1}'), structuredContent: { a: 1 } };
    assert.deepEqual(await answerOf({ structuredContent: { a: 1 } }), answer);
    assert.deepEqual(await answerOf({ content: [], structuredContent: { a: 1 } }), answer);
  });

  test('structured content that is no object reaches older versions in one, without a schema, too (DOWN-5)', async () => {
    const answer = await answerOf({ structuredContent: [1] });
    assert.deepEqual(answer, { content: text('[1]'), structuredContent: { result: [1] } });
  });

  test('members that the protocol does not know are sent', async () => {
    const said = { content: text('hi'), 'example.com/more': { a: [1] }, note: 'x' };
    assert.deepEqual(await answerOf(said), said);
    const failed = { content: [], isError: true, note: 'x' };
    assert.deepEqual(await answerOf(failed), failed);
  });

  test('is as deep as arguments may be', async () => {
    let deep: unknown = 'the end';
    for (let level = 0; level < 100; level += 1) deep = level % 2 === 0 ? [deep] : { deep };
    const server = emptyServer();
    server.registerTool('echo', { inputSchema: { value: z.any() } }, (args) => ({ structuredContent: args }));
    await withClient(server, async (client) => {
      assert.deepEqual((await call(client, 'echo', { value: deep })).structuredContent, { value: deep });
    });
  });

  test('what a generator gives is a list; what comes later, or is read once, has to be read before', async () => {
    function* blocks() {
      yield { type: 'text', text: 'a' };
      yield { type: 'text', text: 'b' };
    }
    assert.deepEqual(await answerOf(blocks()), { content: [...text('a'), ...text('b')] });
    assert.deepEqual(await answerOf(new Map([['a', 1]]).keys()), { content: text('["a"]') });
    for (const [value, words] of [
      [(async function* () {})(), 'result: what gives its values one after the other is not JSON'],
      [new Response('{}'), 'result: the Response is not JSON; await its json() or text() first'],
      [
        { structuredContent: { a: [Promise.resolve(1)] } },
        'structuredContent.a[0]: a promise is not JSON; await it first',
      ],
      [{ a: new Blob(['x']) }, 'result.a: the Blob is not JSON; await its arrayBuffer() first'],
    ] as const) {
      const answer = await answerOf(value);
      assert.equal(answer.isError, true);
      assert.ok(answer.content[0]?.text?.startsWith(words), answer.content[0]?.text);
    }
  });

  test('images, audio and blobs that are not base64 are failures that name their place', async () => {
    const image = (data: string) => ({ content: [{ type: 'image', data, mimeType: 'image/png' }] });
    for (const [value, words] of [
      [image('not base64!'), 'content[0].data: must be base64'],
      [
        image('data:image/png;base64,aGk='),
        'content[0].data: must be base64 alone, without the "data:…," before it',
      ],
      [
        { content: [{ type: 'resource', resource: { uri: 'a:b', blob: '<svg>' } }] },
        'content[0].resource.blob: must be base64',
      ],
    ] as const) {
      const answer = await answerOf(value);
      assert.deepEqual([answer.isError, answer.content[0]?.text], [true, words]);
    }
    assert.equal((await answerOf(image('aG\nk'))).isError, undefined);
  });

  test('what cannot be serialised is a failure that names its place', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const cases: [unknown, string][] = [
      [{ structuredContent: { a: [Symbol('s')] } }, 'structuredContent.a[0]: a symbol is not JSON'],
      [{ structuredContent: circular }, 'structuredContent.self: the value contains itself'],
      [{ structuredContent: { a: () => 1 } }, 'structuredContent.a: a function is not JSON'],
      [{ content: [], _meta: { a: Symbol('s') } }, '_meta.a: a symbol is not JSON'],
      [circular, 'result.self: the value contains itself'],
      [Symbol('s'), 'result: a symbol is not JSON'],
      [() => 1, 'result: a function is not JSON'],
    ];
    for (const [value, message] of cases) {
      assert.deepEqual(await answerOf(value), { content: text(message), isError: true });
    }
  });

  test('content that is none is a failure that names its place', async () => {
    const cases: [unknown, string][] = [
      [{ content: [{ type: 'text' }] }, 'content[0].text: must be a string'],
      [{ content: [...text('a'), { type: 'image', data: 'x' }] }, 'content[1].mimeType: must be a string'],
      [
        { content: [{ type: 'video' }] },
        'content[0].type: must be one of text, image, audio, resource_link, resource',
      ],
      [{ content: [1] }, 'content[0]: must be a content block, an object with a type'],
      [
        { content: [{ type: 'resource', resource: { uri: 'a:b' } }] },
        'content[0].resource: must have text or blob',
      ],
      [{ content: 'a', structuredContent: {} }, 'content: must be an array of content blocks'],
      [{ content: [], isError: 'yes' }, 'isError: must be true or false'],
      [{ content: [], _meta: [] }, '_meta: must be an object'],
    ];
    for (const [value, message] of cases) {
      assert.deepEqual(await answerOf(value), { content: text(message), isError: true }, message);
    }
  });
});

describe('what a tool with an output schema returns', () => {
  const outputSchema = { sum: z.number().default(4) };

  test('is sent as the schema parses it', async () => {
    const given = { content: text('x'), structuredContent: { unknown: 1 } };
    assert.deepEqual(await answerOf(given, { outputSchema }), {
      content: text('x'),
      structuredContent: { sum: 4 },
    });
  });

  test('may be the structured value itself', async () => {
    assert.deepEqual(await answerOf({ sum: 1 }, { outputSchema }), {
      content: text('{"sum":1}'),
      structuredContent: { sum: 1 },
    });
  });

  test('may come with content that says the same, or something else', async () => {
    const shape = { name: z.string(), tags: z.array(z.string()).optional() };
    const structuredContent = { name: '"Łódź"\n😀', tags: ['a', '\u2028'] };
    const same = text(JSON.stringify(structuredContent));
    const [only] = same;
    for (const content of [
      same,
      text('a summary'),
      [...same, ...same],
      [{ ...only, annotations: { priority: 1 } }],
      [{ ...only, _meta: { 'example.com/a': 1 } }],
      text(JSON.stringify(structuredContent, null, 2)),
    ]) {
      const answer = await answerOf({ content, structuredContent }, { outputSchema: shape });
      assert.deepEqual(answer, { content, structuredContent });
    }
    for (const given of [{ structuredContent }, { content: [], structuredContent }, structuredContent]) {
      const answer = await answerOf(given, { outputSchema: shape });
      assert.deepEqual(answer, { content: same, structuredContent });
    }
    const noted = { content: same, structuredContent, isError: false, _meta: { 'example.com/a': 1 } };
    const { isError, ...told } = noted;
    assert.deepEqual(await answerOf(noted, { outputSchema: shape }), told);
  });

  test('loses what the schema does not know, and says as text what it says', async () => {
    const structuredContent = { name: 'a', unknown: 1 };
    const content = text(JSON.stringify(structuredContent));
    assert.deepEqual(await answerOf({ content, structuredContent }, { outputSchema: { name: z.string() } }), {
      content,
      structuredContent: { name: 'a' },
    });
  });

  test('has no half of a character in it', async () => {
    const structuredContent = { name: 'a\ud800' };
    const content = text(JSON.stringify(structuredContent));
    assert.deepEqual(await answerOf({ content, structuredContent }, { outputSchema: { name: z.string() } }), {
      content,
      structuredContent: { name: 'a\ufffd' },
    });
  });

  test('is refused where it does not fit, whatever its content says', async () => {
    for (const structuredContent of [{ name: 1 }, {}, { name: new Map() }, [], { name: undefined }]) {
      const content = text(JSON.stringify(structuredContent));
      const answer = await answerOf({ content, structuredContent }, { outputSchema: { name: z.string() } });
      assert.equal(answer.isError, true);
      assert.match(answer.content[0]?.text ?? '', /does not fit its output schema|not conform/);
    }
  });

  test('is refused when it does not fit, with and without content', async () => {
    for (const content of [{ content: text('x') }, {}]) {
      const answer = await answerOf({ ...content, structuredContent: { sum: 'x' } }, { outputSchema });
      assert.equal(answer.isError, true);
      assert.match(answer.content[0]?.text ?? '', /the tool's result does not fit its output schema: .*sum/);
    }
  });

  test('is refused when there is none', async () => {
    for (const value of [{ content: text('x') }, undefined]) {
      const answer = await answerOf(value, { outputSchema });
      assert.equal(answer.isError, true);
      assert.match(answer.content[0]?.text ?? '', /returned no structured result/);
    }
  });

  test('may be 0, empty text, false or null', async () => {
    const falsy = z.union([z.number(), z.string(), z.boolean(), z.null()]);
    for (const value of [0, '', false, null]) {
      const answer = await answerOf({ structuredContent: value }, { outputSchema: falsy });
      assert.deepEqual(answer, {
        content: text(JSON.stringify(value)),
        structuredContent: { result: value },
      });
      assert.deepEqual(await answerOf(value, { outputSchema: falsy }), answer);
    }
  });

  test('may have an array for its root, which older versions get in an object (DOWN-4)', async () => {
    assert.deepEqual(await answerOf([1, 2], { outputSchema: z.array(z.number()) }), {
      content: text('[1,2]'),
      structuredContent: { result: [1, 2] },
    });
  });

  test('may be a union of objects, which older versions get as one of objects (DOWN-4)', async () => {
    const round = z.object({ kind: z.literal('round'), radius: z.number() });
    const square = z.object({ kind: z.literal('square'), side: z.number() });
    const value = { kind: 'square', side: 2 };
    for (const outputSchema of [
      z.discriminatedUnion('kind', [round, square]),
      z.union([round, z.union([square, z.object({ kind: z.literal('none') })])]),
      {
        oneOf: [{ $ref: '#/$defs/round' }, { $ref: '#/$defs/square' }],
        $defs: {
          round: { type: 'object', properties: { radius: { type: 'number' } }, required: ['radius'] },
          square: { type: 'object', properties: { side: { type: 'number' } }, required: ['side'] },
        },
      },
    ]) {
      const answer = await answerOf({ structuredContent: value }, { outputSchema });
      assert.deepEqual(answer.structuredContent, value);
      const server = emptyServer();
      server.registerTool('shape', { outputSchema }, () => ({ structuredContent: value }));
      await withClient(server, async (client) => {
        const told = (await client.listTools()).tools[0]?.outputSchema as Record<string, unknown>;
        assert.equal(told.type, 'object');
        assert.ok(Array.isArray(told.anyOf ?? told.oneOf));
        // The official client checks the result against it.
        assert.deepEqual((await client.callTool({ name: 'shape' })).structuredContent, value);
      });
    }
  });

  test('that is no union of objects alone is wrapped as before', async () => {
    const outputSchema = z.union([z.object({ a: z.number() }), z.null()]);
    const answer = await answerOf({ structuredContent: { a: 1 } }, { outputSchema });
    assert.deepEqual(answer.structuredContent, { result: { a: 1 } });
  });

  test('is parsed by schemas that take their time', async () => {
    const later = z.object({ a: z.string() }).transform(async ({ a }) => ({ a: `${a}!` }));
    const answer = await answerOf({ structuredContent: { a: 'x' } }, { outputSchema: later });
    assert.deepEqual(answer, {
      content: text('{"a":"x!"}'),
      structuredContent: answer.structuredContent,
    });
  });

  test('is checked against plain JSON Schema, too', async () => {
    const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] } as const;
    assert.deepEqual((await answerOf({ a: 1 }, { outputSchema: schema })).structuredContent, { a: 1 });
    assert.equal((await answerOf({ a: 'x' }, { outputSchema: schema })).isError, true);
  });
});

describe('what a tool throws', () => {
  test('is a failure with its message, whatever it is', async () => {
    const cases: [unknown, string][] = [
      [new Error('boom'), 'boom'],
      [new TypeError(''), 'TypeError'],
      [new ToolError('on purpose'), 'on purpose'],
      ['a text', 'a text'],
      [{ message: 'like an error' }, 'like an error'],
      [{ status: 404 }, '{"status":404}'],
      [undefined, 'The call failed without saying why.'],
      [null, 'The call failed without saying why.'],
      [42, '42'],
      [Symbol('s'), 'Symbol(s)'],
      [1n, '1'],
      ['', 'The call failed.'],
      [new AggregateError([new Error('a'), new Error('b')], 'both'), 'both: a; b'],
    ];
    for (const [thrown, message] of cases) {
      for (const answer of await failuresOf(thrown)) {
        assert.deepEqual(answer, { content: text(message), isError: true });
      }
    }
  });

  test('is answered even when it cannot be read', async () => {
    const hostile = Object.defineProperty({}, 'message', {
      get() {
        throw new Error('no');
      },
    });
    for (const answer of await failuresOf(hostile)) {
      assert.deepEqual(answer, { content: text('The call failed.'), isError: true });
    }
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const answer of await failuresOf(circular)) assert.equal(answer.isError, true);
  });

  test('is told in words when a schema refused something', async () => {
    const failure = z.object({ a: z.array(z.string()) }).safeParse({ a: [1] }).error;
    for (const answer of await failuresOf(failure)) {
      assert.match(answer.content[0]?.text ?? '', /^a\[0\]: [^{]*$/);
    }
  });

  test('may bring data along', async () => {
    for (const answer of await failuresOf(new UserError('no', { field: 'a' }))) {
      assert.deepEqual(answer, { content: text('no'), structuredContent: { field: 'a' }, isError: true });
    }
  });

  test('keeps code and data when it is a protocol error, ours or a peer’s', async () => {
    const official = await import('@modelcontextprotocol/sdk/types.js');
    const second = await import('@modelcontextprotocol/server');
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const cases: [unknown, object][] = [
      [new ProtocolError(-32050, 'no', { a: 1 }), { code: -32050, message: 'no', data: { a: 1 } }],
      [new official.McpError(-32050, 'no', { a: 1 }), { code: -32050, message: 'no', data: { a: 1 } }],
      [new second.ProtocolError(-32050, 'no'), { code: -32050, message: 'no' }],
      [new ProtocolError(-32050, 'no', circular), { code: -32050, message: 'no' }],
    ];
    for (const [thrown, error] of cases) {
      const server = emptyServer();
      server.registerTool('tool', {}, async () => {
        throw thrown;
      });
      await withClient(server, async (client) => {
        assert.deepEqual(await refusal(call(client, 'tool')), error);
      });
    }
  });

  test('is -32602 when what was asked for is not there', async () => {
    const server = emptyServer();
    server.registerTool('tool', {}, () => {
      throw new NotFoundError('no such row');
    });
    await withClient(server, async (client) => {
      assert.equal((await refusal(call(client, 'tool'))).code, -32602);
    });
  });
});

describe('the arguments of a tool', () => {
  function echoing(config: object): McpServer {
    const server = emptyServer();
    server.registerTool('echo', config as { inputSchema: { [name: string]: z.ZodType } }, (args) => ({
      content: [{ type: 'text', text: JSON.stringify(args) }],
    }));
    return server;
  }

  test('are what the schema makes of them', async () => {
    const inputSchema = {
      n: z.coerce.number(),
      when: z.string().transform((value) => value.toUpperCase()),
      given: z.string().default('x'),
    };
    await withClient(echoing({ inputSchema }), async (client) => {
      const said = await textOf(client, 'echo', { n: '3', when: 'now', unknown: 1 });
      assert.deepEqual(JSON.parse(said ?? ''), { n: 3, when: 'NOW', given: 'x' });
    });
  });

  test('that are unknown are left out', async () => {
    await withClient(echoing({ inputSchema: { a: z.string() } }), async (client) => {
      assert.equal(await textOf(client, 'echo', { a: 'x', b: 1 }), '{"a":"x"}');
    });
  });

  test('that do not fit are refused in words, before the function runs', async () => {
    const inputSchema = {
      a: z.string(),
      even: z.number().refine((value) => value % 2 === 0, 'must be even'),
    };
    await withClient(echoing({ inputSchema }), async (client) => {
      const wrong = await call(client, 'echo', { a: 1, even: 2 });
      assert.equal(wrong.isError, true);
      assert.match(wrong.content[0]?.text ?? '', /^a: .*string/);
      const odd = await call(client, 'echo', { a: 'x', even: 3 });
      assert.deepEqual(odd, { content: text('even: must be even'), isError: true });
    });
  });

  test('are refined by functions that take their time', async () => {
    const inputSchema = z.object({ a: z.string().refine(async (value) => value !== 'x', 'must not be x') });
    await withClient(echoing({ inputSchema }), async (client) => {
      assert.equal(await textOf(client, 'echo', { a: 'y' }), '{"a":"y"}');
      assert.deepEqual(await call(client, 'echo', { a: 'x' }), {
        content: text('a: must not be x'),
        isError: true,
      });
    });
  });

  test('are not given to a function without an input schema', async () => {
    const server = emptyServer();
    server.registerTool('tool', {}, (ctx, ...rest: unknown[]) => `${typeof ctx.signal} ${rest.length}`);
    await withClient(server, async (client) => {
      assert.equal(await textOf(client, 'tool', { a: 1 }), 'object 0');
    });
  });

  test('are refused when they have more elements than the server takes', async () => {
    const server = emptyServer({ maxToolInputElements: 3 });
    server.registerTool('count', { inputSchema: { a: z.array(z.number()) } }, ({ a }) => String(a.length));
    await withClient(server, async (client) => {
      assert.equal(await textOf(client, 'count', { a: [1, 2] }), '2');
      assert.deepEqual(await call(client, 'count', { a: [1, 2, 3] }), {
        content: text('the arguments have more than 3 elements'),
        isError: true,
      });
    });
  });
});

describe('tools', () => {
  test('may be named like members of every object', async () => {
    const server = emptyServer();
    for (const name of ['constructor', '__proto__', 'toString', '2', '10']) {
      server.registerTool(name, {}, () => name);
    }
    await withClient(server, async (client) => {
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map((tool) => tool.name),
        ['constructor', '__proto__', 'toString', '2', '10'],
      );
      assert.equal(await textOf(client, '__proto__'), '__proto__');
      assert.equal((await refusal(call(client, 'hasOwnProperty'))).code, -32602);
    });
  });

  test('are listed with all that is told of them', async () => {
    const server = emptyServer();
    const told = {
      title: 'Title',
      description: 'What it does',
      annotations: { readOnlyHint: true },
      icons: [{ src: 'https://example.com/i.png' }],
      _meta: { 'example.com/a': 1 },
    };
    server.registerTool('tool', { ...told, inputSchema: { a: z.string() } }, () => '');
    await withClient(server, async (client) => {
      const [tool] = (await client.listTools()).tools;
      const { inputSchema, ...rest } = tool ?? {};
      assert.deepEqual(rest, { name: 'tool', ...told });
      assert.deepEqual(inputSchema, {
        type: 'object',
        properties: { a: { type: 'string' } },
        required: ['a'],
      });
    });
  });

  test('whose names some clients refuse are warned of on standard error', (context) => {
    const warn = context.mock.method(console, 'warn', () => {});
    const server = emptyServer();
    server.registerTool('usual.name-1', {}, () => '');
    assert.equal(warn.mock.callCount(), 0);
    server.registerTool('two words', {}, () => '');
    assert.match(String(warn.mock.calls[0]?.arguments[0]), /^Tool name "two words" is not 1 to 128 letters/);
  });

  test('of one name are registered once', () => {
    const server = emptyServer();
    server.registerTool('tool', {}, () => '');
    assert.throws(() => server.registerTool('tool', {}, () => ''), {
      name: 'AlreadyRegisteredError',
      message: 'Tool tool is already registered',
    });
  });

  test('whose schema cannot be used are refused by name and place', () => {
    const server = emptyServer();
    assert.throws(
      () => server.registerTool('tool', { inputSchema: 5 as unknown as object }, () => ''),
      (error: Error) => error.message.includes("tool 'tool', inputSchema"),
    );
    assert.throws(
      () => server.registerTool('tool', {}, undefined as never),
      /tool 'tool': the callback must be a function/,
    );
    server.registerTool('tool', {}, () => '');
  });

  test('may be added to a server that is connected', async () => {
    const server = emptyServer();
    await withClient(server, async (client) => {
      server.registerTool('late', {}, () => 'here');
      assert.equal(await textOf(client, 'late'), 'here');
    });
  });

  test('that take longer than their limit are given up', async () => {
    const server = emptyServer();
    let aborted: Promise<void> | undefined;
    server.registerTool('slow', { timeoutMs: 1 }, ({ signal }) => {
      aborted = new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve());
      });
      return new Promise(() => {});
    });
    await withClient(server, async (client) => {
      assert.equal((await call(client, 'slow')).isError, true);
      await aborted;
    });
    assert.throws(() => server.registerTool('none', { timeoutMs: 0 }, () => ''), {
      name: 'ConfigurationError',
    });
  });
});
