import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResourceUpdatedNotificationSchema, ResultSchema } from '@modelcontextprotocol/sdk/types.js';
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
        { contents: [{ uri: 'a:b', text: 'x', _meta: { a: Symbol('x') } }] },
        'contents[0]._meta.a: a symbol is not JSON',
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
      ['file:///a b.txt', 'file:///a%20b.txt', ['FILE:///a%20b.txt', 'file:///a b.txt']],
      ['file:///ä.txt', 'file:///%C3%A4.txt', ['file:///%c3%a4.txt', 'file:///ä.txt']],
      ['docs://Guide', 'docs://Guide', ['docs://guide/']],
      ['docs://日本語', 'docs://%E6%97%A5%E6%9C%AC%E8%AA%9E', ['docs://日本語']],
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

  test('are one in all equivalent spellings', async () => {
    const server = emptyServer();
    const one = server.registerResource('one', 'http://EXAMPLE.com', {}, () => 'one');
    assert.throws(() => server.registerResource('again', 'http://example.com/', {}, () => ''), {
      name: 'AlreadyRegisteredError',
      message: 'Resource http://example.com/ is already registered',
    });
    one.update({ uri: 'http://example.com:80' });
    await withClient(server, async (client) => {
      const { resources } = await client.listResources();
      assert.deepEqual(
        resources.map(({ uri }) => uri),
        ['http://example.com:80'],
      );
      one.remove();
      assert.deepEqual((await client.listResources()).resources, []);
    });
  });

  test('are told of under the spelling they are listed under, whichever was subscribed to', async () => {
    const server = emptyServer({ capabilities: { resources: { subscribe: true } } });
    server.registerResource('one', 'docs://ü/a b', {}, () => 'one');
    await withClient(server, async (client) => {
      const told: string[] = [];
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
        told.push(params.uri);
      });
      await client.subscribeResource({ uri: 'DOCS://%c3%bc/a%20b' });
      await server.server.sendResourceUpdated({ uri: 'docs://ü/a b' });
      // Requests keep the process alive meanwhile.
      for (let round = 0; told.length === 0 && round < 1_000; round += 1) await client.ping();
      assert.deepEqual(told, ['docs://%C3%BC/a%20b']);
    });
  });

  test('complete the variables of a template under every spelling of it', async () => {
    const server = emptyServer();
    const complete = { name: () => ['x'] };
    server.registerResource(
      'one',
      new ResourceTemplate('docs://ü/{name}', { list: undefined, complete }),
      {},
      () => 'one',
    );
    await withClient(server, async (client) => {
      for (const uri of ['docs://ü/{name}', 'docs://%C3%BC/{name}', 'DOCS://%c3%bc/x']) {
        const { completion } = await client.complete({
          ref: { type: 'ref/resource', uri },
          argument: { name: 'name', value: '' },
        });
        assert.deepEqual(completion.values, ['x'], uri);
      }
    });
  });

  test('are refused when they can never be read', () => {
    const server = emptyServer();
    for (const uri of ['guide', 'my_app://x', 'https://x:99999/']) {
      assert.throws(() => server.registerResource(uri, uri, {}, () => ''), { name: 'TypeError' }, uri);
    }
    for (const uri of ['{id}', 'my_app://{id}']) {
      const template = new ResourceTemplate(uri, { list: undefined });
      assert.throws(() => server.registerResource(uri, template, {}, () => ''), /scheme/, uri);
    }
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

  test('take values that are no paths out of their place', async () => {
    for (const [template, uri, value] of [
      ['sheet://b1/{v}', 'sheet://b1/A:C', 'A:C'],
      ['item://{v}', 'item://b:1', 'b:1'],
      ['log://{+v}', 'log:///var/log/x', '/var/log/x'],
      ['x://y{?v}', 'x://y?v=/a/../b', '/a/../b'],
    ] as const) {
      assert.deepEqual(await variablesOf(template, uri), { v: value }, uri);
    }
  });

  test('refuse other values by the rule, which the template or the server can switch off', async () => {
    for (const [uri, rule, security] of [
      ['file:///a/../b', 'path: must not have ".."', { rejectPathTraversal: false }],
      ['file:////etc', 'path: must not be an absolute path', { rejectAbsolutePaths: false }],
      ['file:///a%00', 'path: must not have a NUL', { rejectNullBytes: false }],
      ['file:///../b', 'path: must not have ".."', { exemptParams: ['path'] }],
    ] as const) {
      const own = {
        ...security,
        exemptParams: [...('exemptParams' in security ? security.exemptParams : [])],
      };
      for (const [ofServer, ofTemplate, taken] of [
        [undefined, undefined, false],
        [own, undefined, true],
        [undefined, own, true],
        [own, {}, false],
      ] as const) {
        const server = emptyServer({ resourceSecurity: ofServer });
        const options = ofTemplate === undefined ? {} : { security: ofTemplate };
        const template = new ResourceTemplate('file:///{+path}', { list: undefined, ...options });
        server.registerResource('family', template, {}, () => 'read');
        await withClient(server, async (client) => {
          if (taken) assert.equal((await client.readResource({ uri })).contents.length, 1, uri);
          else assert.ok((await refusal(client.readResource({ uri }))).message.includes(rule), uri);
        });
      }
    }
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
