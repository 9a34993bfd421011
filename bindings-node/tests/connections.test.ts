import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer, type McpServerOptions, Server } from 'oxmcp';
import { call, clientOf, emptyServer, refusal, textOf, withClient } from './support/connected.js';

describe('one server object', () => {
  test('serves any number of clients at once, each with its own answers', async () => {
    const server = emptyServer();
    server.registerTool('who', {}, async (ctx) => {
      await null;
      return ctx.clientInfo?.name ?? 'nobody';
    });
    const clients = await Promise.all(['a', 'b', 'c'].map((name) => clientOf(server, name)));
    const names = await Promise.all(clients.map((client) => textOf(client, 'who')));
    assert.deepEqual(names, ['a', 'b', 'c']);
    await clients[0]?.close();
    assert(server.isConnected());
    assert.equal(await textOf(clients[1] as Client, 'who'), 'b');
    await server.close();
  });

  test('serves anew after it was closed, however often', async () => {
    const server = emptyServer();
    for (let time = 0; time < 60; time += 1) {
      // What rang for the serving before must not take what is for this one.
      await withClient(server, async (client) => assert.deepEqual(await client.ping(), {}));
    }
  });

  test('serves HTTP and clients within the process at the same time', async () => {
    const server = emptyServer();
    server.registerTool('where', {}, (ctx) => (ctx.requestInfo === undefined ? 'memory' : 'http'));
    const listening = await server.listen();
    const client = new Client({ name: 'client', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(listening.url)));
    assert.equal(await textOf(client, 'where'), 'http');
    assert.equal(await textOf(await clientOf(server), 'where'), 'memory');
    const response = await server.fetch(
      new Request('http://localhost/mcp', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'initialize',
          params: {
            protocolVersion: '2025-11-25',
            capabilities: {},
            clientInfo: { name: 'c', version: '1' },
          },
        }),
      }),
    );
    assert.equal(response.status, 200);
    assert.match(await response.text(), /"name":"test"/);
    await client.close();
    await server.close();
    assert.equal(server.isConnected(), false);
    await listening.ended;
  });

  test('says when the last connection has ended, and may be connected again', async () => {
    const server = emptyServer();
    server.registerTool('tool', {}, () => 'here');
    let closed = 0;
    server.onclose = () => {
      closed += 1;
    };
    assert.equal(server.isConnected(), false);
    const [one, two] = [await clientOf(server), await clientOf(server)];
    assert(server.isConnected());
    await one.close();
    assert.equal(closed, 0);
    await two.close();
    assert.equal(closed, 1);
    assert.equal(server.isConnected(), false);
    assert.equal(server.server.transport, undefined);
    await clientOf(server);
    await server.close();
    assert.equal(closed, 2);
    await server.close();
    assert.equal(closed, 2);
    await clientOf(server);
    void server.close();
    const again = await clientOf(server);
    assert.equal(await textOf(again, 'tool'), 'here');
    await server.close();
  });

  test('does not take one transport twice, nor what is none', async () => {
    const server = emptyServer();
    const [, theirs] = InMemoryTransport.createLinkedPair();
    await server.connect(theirs);
    assert.equal(server.server.transport, theirs);
    await assert.rejects(server.connect(theirs), /connected to the server already/);
    for (const none of [{}, undefined, null, 'stdio']) {
      await assert.rejects(server.connect(none as never), /transport/);
    }
    const failing = {
      start: () => Promise.reject(new Error('no line')),
      send: async () => {},
      close: async () => {},
    };
    await assert.rejects(server.connect(failing), /no line/);
    assert.equal(server.server.transport, theirs);
    await server.close();
  });

  test('hears of what goes wrong on a transport', async () => {
    const server = emptyServer();
    const errors: Error[] = [];
    server.onerror = (error) => errors.push(error);
    const [, theirs] = InMemoryTransport.createLinkedPair();
    await server.connect(theirs);
    const error = new Error('noise on the line');
    theirs.onerror?.(error);
    assert.deepEqual(errors, [error]);
    await server.close();
  });

  test('listens at an address once', async () => {
    const server = emptyServer();
    const { host, port } = await server.listen();
    await assert.rejects(server.listen({ host, port }), { name: 'TransportError' });
    await server.close();
  });

  test('frees its address when it is closed', async () => {
    const server = emptyServer();
    const { host, port, url } = await server.listen();
    const client = new Client({ name: 'client', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    await server.close();
    const other = emptyServer();
    assert.equal((await other.listen({ host, port })).port, port);
    await client.close();
    await other.close();
  });

  test('answers alike wherever its I/O is driven', async () => {
    for (const io of ['auto', 'loop', 'thread'] as const) {
      const server = emptyServer({ io });
      server.registerTool('tool', {}, () => io);
      await withClient(server, async (client) => assert.equal(await textOf(client, 'tool'), io));
    }
  });
});

describe('options', () => {
  test('that have no subject here are refused by name', () => {
    for (const name of ['taskStore', 'jsonSchemaValidator', 'eventStore']) {
      assert.throws(
        () => new Server({ name: 'x', version: '1' }, { [name]: {} } as McpServerOptions),
        (error: Error) =>
          error.name === 'ConfigurationError' && error.message.includes(`the option ${name} is not`),
      );
    }
  });

  test('of registrations that have no subject here are refused by name, too', () => {
    const server = emptyServer();
    const refused: [object, RegExp][] = [
      [
        { execution: { taskSupport: 'always' } },
        /tool 'x': execution\.taskSupport must be 'forbidden', 'opt/,
      ],
      [{ execution: { taskSupport: 'optional', pollIntervalMs: 0 } }, /tool 'x': execution\.pollIntervalMs/],
    ];
    for (const [config, message] of refused) {
      assert.throws(
        () => server.registerTool('x', config, () => ''),
        (error: Error) => error.name === 'ConfigurationError' && message.test(error.message),
      );
    }
    server.registerTool('x', { execution: { taskSupport: 'forbidden' } }, () => '');
  });

  test('that cannot work are refused', () => {
    const cases: McpServerOptions[] = [
      { maxToolInputElements: 0 },
      { maxToolInputElements: Number.NaN },
      { listPageSize: 0 },
      { listPageSize: 1.5 },
      { io: 'nowhere' as never },
      { cacheHints: { 'tools/call': { ttlMs: 1 } } },
    ];
    for (const options of cases) {
      assert.throws(() => new McpServer({ name: 'x', version: '1' }, options), {
        name: 'ConfigurationError',
      });
    }
  });

  test('of other libraries that change nothing are taken', async () => {
    const server = emptyServer({
      enforceStrictCapabilities: true,
      debouncedNotificationMethods: ['notifications/tools/list_changed'],
      maxToolInputElements: Number.POSITIVE_INFINITY,
      jsonSchemaValidator: undefined,
    } as McpServerOptions);
    await withClient(server, async (client) => {
      assert.equal((await refusal(call(client, 'none'))).code, -32602);
    });
  });
});
