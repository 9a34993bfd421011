import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { type McpServer, type ResourceMetadata, ResourceNotFoundError, ResourceTemplate } from 'oxmcp';
import { emptyServer, refusal, withClient } from './support/connected.js';

/** What reading a resource that returns `value` answers. */
async function readingOf(value: unknown, metadata: ResourceMetadata = {}): Promise<unknown> {
  const server = emptyServer();
  server.registerResource('one', 'a:b', metadata, () => value as string);
  let answer: unknown;
  await withClient(server, async (client) => {
    answer = await client.request({ method: 'resources/read', params: { uri: 'a:b' } }, ResultSchema);
  });
  return answer;
}

async function refusalOf(value: unknown): Promise<{ code: number; message: string }> {
  return refusal(readingOf(value));
}

describe('what reading a resource returns', () => {
  test('may be a whole result, contents, text or bytes', async () => {
    const contents = [
      { uri: 'a:b', text: 'x', mimeType: 'text/html', _meta: { a: 1 } },
      { uri: 'a:c', blob: 'aGk=' },
    ];
    assert.deepEqual(await readingOf({ contents, _meta: { b: 2 } }), { contents, _meta: { b: 2 } });
    assert.deepEqual(await readingOf(contents), { contents });
    assert.deepEqual(await readingOf({ contents: [] }), { contents: [] });
    assert.deepEqual(await readingOf('x'), { contents: [{ uri: 'a:b', mimeType: 'text/plain', text: 'x' }] });
    assert.deepEqual(await readingOf('x', { mimeType: 'text/markdown' }), {
      contents: [{ uri: 'a:b', mimeType: 'text/markdown', text: 'x' }],
    });
    assert.deepEqual(await readingOf(Buffer.from('hi')), {
      contents: [{ uri: 'a:b', mimeType: 'application/octet-stream', blob: 'aGk=' }],
    });
    assert.deepEqual(await readingOf({ text: 'x' }), { contents: [{ uri: 'a:b', text: 'x' }] });
    assert.deepEqual(await readingOf({ a: 1 }), {
      contents: [{ uri: 'a:b', mimeType: 'application/json', text: '{"a":1}' }],
    });
  });

  test('has the _meta of the resource where it has none of its own', async () => {
    const _meta = { ui: { csp: {} } };
    assert.deepEqual(await readingOf('x', { _meta }), {
      contents: [{ uri: 'a:b', mimeType: 'text/plain', text: 'x', _meta }],
    });
    const contents = [
      { uri: 'a:b', text: 'x', _meta: { own: 1 } },
      { uri: 'a:c', text: 'y' },
    ];
    assert.deepEqual(await readingOf({ contents }, { _meta }), {
      contents: [contents[0], { ...contents[1], _meta }],
    });
  });

  test('is refused by its place when it cannot be sent', async () => {
    const cases: [unknown, string][] = [
      [{ contents: 'x' }, 'contents: must be an array'],
      [{ contents: ['x'] }, 'contents[0]: must be an object with uri and text or blob'],
      [{ contents: [{ uri: 'a:b' }] }, 'contents[0]: must have text or blob'],
      [{ contents: [{ uri: 'a:b', text: 1 }] }, 'contents[0].text: must be a string'],
      [
        { contents: [{ uri: 'a:b', text: 'x', blob: 'eA==' }] },
        'contents[0]: must have text or blob, not both',
      ],
      [
        { contents: [{ uri: 'a:b', text: 'x', _meta: { a: 1n } }] },
        'contents[0]._meta.a: a BigInt is not JSON',
      ],
    ];
    for (const [value, message] of cases) {
      const { code, message: said } = await refusalOf(value);
      assert.equal(code, -32603);
      assert(said.startsWith(message), said);
    }
  });
});

describe('resources', () => {
  test('are listed with all that is told of them', async () => {
    const server = emptyServer();
    const told = {
      title: 'Title',
      description: 'What it holds',
      mimeType: 'text/plain',
      size: 3,
      annotations: { priority: 1 },
      icons: [{ src: 'https://example.com/i.png' }],
      _meta: { 'example.com/a': 1 },
    };
    server.registerResource('one', 'a:b', told, () => 'abc');
    await withClient(server, async (client) => {
      assert.deepEqual((await client.listResources()).resources, [{ uri: 'a:b', name: 'one', ...told }]);
    });
  });

  test('are found by the spelling they are registered and listed under, and by a URL parser’s', async () => {
    const cases: [registered: string, listed: string, others: string[]][] = [
      ['http://Example.com', 'http://Example.com', ['http://example.com/']],
      ['file:///a b.txt', 'file:///a%20b.txt', []],
      ['file:///ä.txt', 'file:///%C3%A4.txt', []],
      ['docs://Guide', 'docs://Guide', []],
      ['HTTP://EXAMPLE.com:80/a/../b', 'HTTP://EXAMPLE.com:80/a/../b', ['http://example.com/b']],
    ];
    const server = emptyServer();
    for (const [registered] of cases) server.registerResource(registered, registered, {}, () => registered);
    await withClient(server, async (client) => {
      const { resources } = await client.listResources();
      assert.deepEqual(
        resources.map(({ uri }) => uri),
        cases.map(([, listed]) => listed),
      );
      for (const [registered, listed, others] of cases) {
        for (const uri of [listed, ...others]) {
          const [contents] = (await client.readResource({ uri })).contents;
          assert.deepEqual(contents, { uri, mimeType: 'text/plain', text: registered });
        }
      }
    });
  });

  test('are found under the URI they were registered with before any other’s further spelling', async () => {
    const server = emptyServer();
    server.registerResource('upper', 'http://EXAMPLE.com', {}, () => 'upper');
    const lower = server.registerResource('lower', 'http://example.com/', {}, () => 'lower');
    assert.throws(() => server.registerResource('again', 'http://example.com/', {}, () => ''), {
      name: 'AlreadyRegisteredError',
      message: 'Resource http://example.com/ is already registered',
    });
    await withClient(server, async (client) => {
      const read = async (uri: string) =>
        (await client.readResource({ uri })).contents[0] as { text?: string };
      assert.equal((await read('http://example.com/')).text, 'lower');
      assert.equal((await read('http://EXAMPLE.com')).text, 'upper');
      assert.equal((await client.listResources()).resources.length, 2);
      lower.remove();
      assert.equal((await read('http://EXAMPLE.com')).text, 'upper');
    });
  });

  test('that are unknown are refused with their URI (RSRC-3)', async () => {
    await withClient(emptyServer(), async (client) => {
      const { data } = await refusal(client.readResource({ uri: 'a:none' }));
      assert.deepEqual(data, { uri: 'a:none' });
    });
  });

  test('get the URI that was asked for', async () => {
    const server = emptyServer();
    server.registerResource('one', 'docs://Guide/a', {}, (uri) => `${uri instanceof URL} ${uri.pathname}`);
    await withClient(server, async (client) => {
      const [contents] = (await client.readResource({ uri: 'docs://Guide/a' })).contents;
      assert.deepEqual(contents, { uri: 'docs://Guide/a', mimeType: 'text/plain', text: 'true /a' });
    });
  });
});

describe('resource templates', () => {
  function family(template: string): McpServer {
    const server = emptyServer();
    server.registerResource(
      'family',
      new ResourceTemplate(template, { list: undefined }),
      {},
      (_uri, variables) => JSON.stringify(variables),
    );
    return server;
  }

  async function variablesOf(template: string, uri: string): Promise<unknown> {
    let found: unknown;
    await withClient(family(template), async (client) => {
      const [contents] = (await client.readResource({ uri })).contents;
      found = JSON.parse((contents as { text: string }).text);
    });
    return found;
  }

  test('give decoded variables, in any order and as lists where they are lists', async () => {
    assert.deepEqual(await variablesOf('a://{b}', 'a://a%20b'), { b: 'a b' });
    assert.deepEqual(await variablesOf('a://x{?b,c}', 'a://x?c=2&b=1'), { b: '1', c: '2' });
    assert.deepEqual(await variablesOf('a://x{?b,c}', 'a://x?c=2'), { c: '2' });
    assert.deepEqual(await variablesOf('a://x{/b*}', 'a://x/1/2'), { b: ['1', '2'] });
  });

  test('list resources of their own, with what is told of the family', async () => {
    const server = emptyServer();
    server.registerResource('static', 'x:y', {}, () => '');
    const list = async () => ({
      resources: [
        { uri: 'a:1', name: 'first' },
        { uri: 'a:2', name: 'second', mimeType: 'text/html' },
      ],
    });
    const template = new ResourceTemplate('a:{b}', { list });
    server.registerResource('family', template, { mimeType: 'text/plain', title: 'Family' }, () => '');
    await withClient(server, async (client) => {
      assert.deepEqual((await client.listResources()).resources, [
        { uri: 'x:y', name: 'static' },
        { uri: 'a:1', name: 'first', mimeType: 'text/plain', title: 'Family' },
        { uri: 'a:2', name: 'second', mimeType: 'text/html', title: 'Family' },
      ]);
      assert.deepEqual((await client.listResourceTemplates()).resourceTemplates, [
        { uriTemplate: 'a:{b}', name: 'family', mimeType: 'text/plain', title: 'Family' },
      ]);
    });
  });

  test('whose list is none are named in the refusal', async () => {
    const server = emptyServer();
    const template = new ResourceTemplate('a:{b}', { list: () => [] as never });
    server.registerResource('family', template, {}, () => '');
    await withClient(server, async (client) => {
      const { message } = await refusal(client.listResources());
      assert.equal(
        message,
        "the list of resource template 'family': must be an object with an array of resources",
      );
    });
  });

  test('say that a resource of theirs does not exist', async () => {
    const server = emptyServer();
    server.registerResource('family', new ResourceTemplate('a:{b}', { list: undefined }), {}, (uri) => {
      throw new ResourceNotFoundError(uri.href);
    });
    await withClient(server, async (client) => {
      assert.deepEqual(await refusal(client.readResource({ uri: 'a:1' })), {
        code: -32602,
        message: 'Resource not found: a:1',
        data: { uri: 'a:1' },
      });
    });
  });

  test('of one name are registered once', () => {
    const server = family('a:{b}');
    assert.throws(
      () =>
        server.registerResource('family', new ResourceTemplate('c:{d}', { list: undefined }), {}, () => ''),
      { name: 'AlreadyRegisteredError', message: 'Resource template family is already registered' },
    );
  });

  test('tell their variables', () => {
    const template = new ResourceTemplate('a://{b}/{+c}{?d,e*}', { list: undefined });
    assert.deepEqual(template.uriTemplate.variableNames, ['b', 'c', 'd', 'e']);
    assert.equal(`${template.uriTemplate}`, 'a://{b}/{+c}{?d,e*}');
  });

  test('complete their variables', async () => {
    const server = emptyServer();
    const template = new ResourceTemplate('a:{b}/{c}', {
      list: undefined,
      complete: { c: async (value, context) => [`${value}${context?.arguments?.b}`] },
    });
    server.registerResource('family', template, {}, () => '');
    await withClient(server, async (client) => {
      const complete = (name: string) =>
        client.complete({
          ref: { type: 'ref/resource', uri: 'a:{b}/{c}' },
          argument: { name, value: 'x' },
          context: { arguments: { b: '1' } },
        });
      assert.deepEqual((await complete('c')).completion, { values: ['x1'], total: 1, hasMore: false });
      assert.deepEqual((await complete('b')).completion.values, []);
      assert.deepEqual((await complete('constructor')).completion.values, []);
    });
  });
});

test('the pages of a list have as many items as the server was told, however the list is made', async () => {
  for (const list of [undefined, () => ({ resources: [{ uri: 'b:1', name: 'b1' }] })]) {
    const server = emptyServer({ listPageSize: 2 });
    for (const name of ['1', '2', '3']) server.registerResource(name, `a:${name}`, {}, () => '');
    server.registerResource('family', new ResourceTemplate('b:{c}', { list }), {}, () => '');
    await withClient(server, async (client) => {
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.listResources({ cursor });
        assert(page.resources.length <= 2);
        names.push(...page.resources.map(({ name }) => name));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      assert.deepEqual(names, ['1', '2', '3', ...(list === undefined ? [] : ['b1'])]);
      assert.equal((await refusal(client.listResources({ cursor: 'none' }))).code, -32602);
    });
  }
});
