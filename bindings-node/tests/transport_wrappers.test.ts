import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { type TestContext, test } from 'node:test';
import { StreamableHTTPServerTransport } from 'oxmcp/server/streamableHttp.js';
import { WebStandardStreamableHTTPServerTransport } from 'oxmcp/server/webStandardStreamableHttp.js';
import {
  answered,
  initialize,
  legacyClient,
  listening,
  modernCall,
  said,
  talkingServer,
} from './support/http.js';

// biome-ignore lint/suspicious/noExplicitAny: what others put their functions around has no type
type Any = any;

/** Puts functions around those of a transport, as tracing does; returns what they see. */
function watch(transport: Any): string[] {
  const seen: string[] = [];
  const { onmessage, send } = transport;
  transport.onmessage = function (...parts: Any[]) {
    seen.push(`> ${parts[0].method}`);
    return onmessage.apply(this, parts);
  };
  transport.send = function (...parts: Any[]) {
    const [message, options] = parts;
    seen.push(`< ${message.method ?? Object.keys(message).at(-1)} of ${options.relatedRequestId}`);
    return send.apply(this, parts);
  };
  return seen;
}

async function webTransport(t: TestContext): Promise<WebStandardStreamableHTTPServerTransport> {
  const transport = new WebStandardStreamableHTTPServerTransport();
  await talkingServer(t).connect(transport);
  return transport;
}

test('functions around those of a transport see every message, in and out', async (t) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => crypto.randomUUID() });
  await talkingServer(t).connect(transport);
  const seen = watch(transport);
  const { client } = await legacyClient(
    t,
    await listening(t, (req, res) => void transport.handleRequest(req, res)),
  );
  await client.callTool({ name: 'steps' }, undefined, { onprogress: () => {} });
  assert.equal(await said(client, 'session'), transport.sessionId);
  const progress = '< notifications/progress of 1';
  assert.deepEqual(seen, [
    '> initialize',
    '< result of 0',
    '> notifications/initialized',
    '> tools/call',
    progress,
    progress,
    progress,
    '< result of 1',
    '> tools/call',
    '< result of 2',
  ]);
});

test('they may change messages, and what they leave alone stays as it came', async (t) => {
  const transport: Any = await webTransport(t);
  const { onmessage, send } = transport;
  transport.onmessage = (message: Any, extra: Any) =>
    onmessage({ ...message, params: { ...message.params, name: 'auth' } }, { ...extra });
  transport.send = async (message: Any, options: Any) => {
    await null;
    await send.call(transport, { ...message, result: { ...message.result, changed: true } }, options);
  };
  const headers = { 'mcp-name': 'auth' };
  const answer = await transport.handleRequest(modernCall('other', {}, {}, headers));
  const { result } = (await answer.json()) as Any;
  assert.equal(result.content[0].text, '[null,null]');
  assert.equal(result.changed, true);
});

test('numbers of many digits pass them unchanged', async (t) => {
  const transport = await webTransport(t);
  const seen = watch(transport);
  const request = new Request(modernCall('auth'), {
    body: (await modernCall('auth').text()).replace('"id":1', '"id":12345678901234567890'),
  });
  assert.match(await (await transport.handleRequest(request)).text(), /"id":12345678901234567890/);
  assert.deepEqual(seen.length, 2);
});

test('a handler runs in the context they open', async (t) => {
  const span = new AsyncLocalStorage<string>();
  const server = talkingServer(t);
  server.registerTool('span', {}, async () => {
    await null;
    return JSON.stringify(span.getStore() ?? null);
  });
  const transport: Any = new WebStandardStreamableHTTPServerTransport();
  await server.connect(transport);
  const { onmessage } = transport;
  transport.onmessage = (message: Any, extra: Any) =>
    span.run(`span of ${message.params.name}`, () => onmessage(message, extra));
  assert.equal(await answered(await transport.handleRequest(modernCall('span'))), 'span of span');
});

test('they are told who was authenticated, and with which headers', async (t) => {
  const transport: Any = await webTransport(t);
  const { onmessage } = transport;
  let told: Any;
  transport.onmessage = (message: Any, extra: Any) => {
    told = extra;
    return onmessage(message, extra);
  };
  const authInfo = { token: 't', clientId: 'c', scopes: [] };
  await transport.handleRequest(modernCall('auth', {}, {}, { 'x-mine': '1' }), { authInfo });
  assert.equal(told.authInfo, authInfo);
  assert.equal(told.requestInfo.headers['x-mine'], '1');
});

test('who listened before the transport was connected goes on hearing', async (t) => {
  const transport: Any = new WebStandardStreamableHTTPServerTransport();
  const heard: string[] = [];
  transport.onmessage = (message: Any) => heard.push(message.method);
  await talkingServer(t).connect(transport);
  assert.equal((await transport.handleRequest(modernCall('auth'))).status, 200);
  assert.deepEqual(heard, ['tools/call']);
});

test('a transport of a class of their own may send in its own way', async (t) => {
  const sent: Any[] = [];
  class Loud extends WebStandardStreamableHTTPServerTransport {
    override async send(message: object): Promise<void> {
      sent.push(message);
      await super.send(message);
    }
  }
  const transport = new Loud();
  await talkingServer(t).connect(transport);
  assert.equal((await transport.handleRequest(modernCall('auth'))).status, 200);
  assert.deepEqual(
    sent.map(({ id }) => id),
    [1],
  );
});

test('what fails in them keeps no answer from its reader, and is reported', async (t) => {
  const transport: Any = await webTransport(t);
  const failures: string[] = [];
  transport.onerror = (error: Error) => failures.push(error.message);
  transport.send = async () => {
    throw new Error('no span');
  };
  assert.deepEqual(await answered(await transport.handleRequest(modernCall('auth'))), [null, null]);
  assert.deepEqual(failures, ['no span']);
});

test('a message that belongs to no request is refused, and says why', async (t) => {
  const transport = await webTransport(t);
  await assert.rejects(
    transport.send({ jsonrpc: '2.0', method: 'notifications/x' }),
    /methods of the server/,
  );
});

test('what is no message at all is answered as without them', async (t) => {
  const transport = await webTransport(t);
  const seen = watch(transport);
  const broken = new Request(initialize(), { body: '[1, {' });
  assert.equal((await transport.handleRequest(broken)).status, 400);
  assert.deepEqual(seen, []);
});
