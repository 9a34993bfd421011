import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport as OfficialTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { InMemoryTransport } from 'oxmcp/inMemory.js';
import { said, talkingServer } from './support/http.js';

test('both official clients call a tool over our in-memory pair', async (t) => {
  const server = talkingServer(t);
  for (const client of [
    new Client({ name: 'c', version: '1' }),
    new ModernClient(
      { name: 'c', version: '1' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    ) as unknown as Client,
  ]) {
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await server.connect(theirs);
    await client.connect(ours);
    assert.equal(await said(client, 'steps'), 'done');
    await client.close();
  }
});

test('the official in-memory transport serves as well', async (t) => {
  const server = talkingServer(t);
  const [ours, theirs] = OfficialTransport.createLinkedPair();
  await server.connect(theirs);
  const client = new Client({ name: 'c', version: '1' });
  await client.connect(ours);
  assert.equal(await said(client, 'steps'), 'done');
  await client.close();
});

test('messages sent before the other end starts are handed out when it does, in order', async () => {
  const [one, other] = InMemoryTransport.createLinkedPair();
  await one.send({ n: 1 });
  await one.send({ n: 2 });
  const received: object[] = [];
  other.onmessage = (message) => received.push(message);
  await other.start();
  await one.send({ n: 3 });
  assert.deepEqual(received, [{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test('messages may be as long as maxBodyBytes says, 64 MiB where it says nothing', async (t) => {
  const server = talkingServer(t);
  const connected = async (maxBodyBytes: number | undefined) => {
    const [ours, theirs] = InMemoryTransport.createLinkedPair({ maxBodyBytes });
    const client = new Client({ name: 'c', version: '1' });
    await Promise.all([server.connect(theirs), client.connect(ours)]);
    return client;
  };
  const long = { name: 'steps', arguments: { text: 'x'.repeat(5e6) } };
  const client = await connected(1e6);
  await assert.rejects(client.callTool(long), /more than the 1000000 allowed/);
  assert.equal(await said(client, 'steps'), 'done');
  await client.close();
  const other = await connected(undefined);
  assert.equal((await other.callTool(long)).isError ?? false, false);
  await other.close();
  const [, theirs] = InMemoryTransport.createLinkedPair({ maxBodyBytes: 0 });
  await assert.rejects(server.connect(theirs), /max_?[bB]ody_?[bB]ytes/);
});

test('either end closes both, once', async () => {
  const [one, other] = InMemoryTransport.createLinkedPair();
  let closed = 0;
  one.onclose = () => (closed += 1);
  other.onclose = () => (closed += 1);
  await other.close();
  await one.close();
  assert.equal(closed, 2);
  await assert.rejects(one.send({}), /closed/);
});

test('the end of the server closes the client', async (t) => {
  const server = talkingServer(t);
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  const client = new Client({ name: 'c', version: '1' });
  await client.connect(ours);
  const closed = new Promise<void>((resolve) => (client.onclose = resolve));
  await server.close();
  await closed;
});

test('the end of the client cancels its calls', async (t) => {
  const server = talkingServer(t);
  const events = new EventTarget();
  const began = once(events, 'began');
  const aborted = once(events, 'aborted');
  server.registerTool('slow', {}, async (ctx) => {
    ctx.signal.addEventListener('abort', () => events.dispatchEvent(new Event('aborted')));
    events.dispatchEvent(new Event('began'));
    return await new Promise(() => {});
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  const client = new Client({ name: 'c', version: '1' });
  await client.connect(ours);
  const call = assert.rejects(client.callTool({ name: 'slow' }), /closed/);
  await began;
  await client.close();
  await Promise.all([aborted, call]);
});

test('who was authenticated is told along with a message, and nobody sees how', async (t) => {
  const server = talkingServer(t);
  server.registerTool('meta', {}, (ctx) => ({
    content: [{ type: 'text', text: JSON.stringify(ctx._meta ?? {}) }],
  }));
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  theirs.sessionId = 'mine';
  await server.connect(theirs);
  const client = new Client({ name: 'c', version: '1' });
  await client.connect(ours);
  const authInfo = { token: 'secret', clientId: 'me', scopes: ['all'] };
  const send = ours.send.bind(ours);
  ours.send = (message) => send(message, { authInfo });
  assert.deepEqual(await said(client, 'auth'), [authInfo, null]);
  assert.equal(await said(client, 'session'), 'mine');
  assert.deepEqual(await said(client, 'meta'), {});
  await client.close();
});
