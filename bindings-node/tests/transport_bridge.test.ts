import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transport } from 'oxmcp';
import { talkingServer } from './support/http.js';

/** A transport of somebody's own: keeps what it is given to send. */
class OwnTransport {
  onmessage?: (message: unknown) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly sent: { id?: unknown; error?: { code: number } }[] = [];
  closed = false;
  private readonly waiting: (() => void)[] = [];

  async start(): Promise<void> {}

  async send(message: object): Promise<void> {
    // Later messages are quicker: whoever does not wait for one before the next mixes them up.
    for (let turn = 10 - this.sent.length; turn > 0; turn -= 1) await undefined;
    this.sent.push(message);
    this.waiting.shift()?.();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.onclose?.();
  }

  /** Resolves when `count` more messages were sent. */
  async sends(count: number): Promise<void> {
    for (let each = 0; each < count; each += 1) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }
}

const HANDSHAKE = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
};

test('messages go out in the order they were said, however slow the transport is', async (t) => {
  const transport = new OwnTransport();
  await talkingServer(t).connect(transport);
  const answer = transport.sends(1);
  transport.onmessage?.(HANDSHAKE);
  await answer;
  const rest = transport.sends(4);
  transport.onmessage?.({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'steps', _meta: { progressToken: 7 } },
  });
  await rest;
  const said = transport.sent.slice(1).map((each) => {
    const { params, id } = each as { params?: { progress?: number }; id?: unknown };
    return params?.progress ?? `answer ${id}`;
  });
  assert.deepEqual(said, [1, 2, 3, 'answer 1']);
});

for (const [what, frame, code] of [
  ['a message that is null', null, -32600],
  ['a message whose params are a number', { jsonrpc: '2.0', id: 5, method: 'ping', params: 7 }, -32600],
  ['a message of another version of JSON-RPC', { jsonrpc: '1.0', id: 5, method: 'ping' }, -32600],
  ['a request whose id is null', { jsonrpc: '2.0', id: null, method: 'ping' }, -32600],
] as const) {
  test(`${what} is answered with an error, not dropped`, async (t) => {
    const transport = new OwnTransport();
    await talkingServer(t).connect(transport);
    const answer = transport.sends(1);
    transport.onmessage?.(frame);
    await answer;
    assert.equal(transport.sent[0]?.error?.code, code);
  });
}

test('what cannot be sent is told to onerror, and the connection lives on', async (t) => {
  const transport = new OwnTransport();
  const errors: Error[] = [];
  transport.onerror = (error) => errors.push(error);
  await talkingServer(t).connect(transport);
  const loop: Record<string, unknown> = { jsonrpc: '2.0', id: 1, method: 'ping' };
  loop.params = loop;
  transport.onmessage?.(loop);
  assert.equal(errors.length, 1);
  const answer = transport.sends(1);
  transport.onmessage?.({ jsonrpc: '2.0', id: 2, method: 'ping' });
  await answer;
  assert.equal(transport.sent[0]?.id, 2);
});

test('callbacks that were there before are called as well', async (t) => {
  const transport = new OwnTransport();
  const heard: string[] = [];
  transport.onmessage = () => heard.push('message');
  transport.onclose = () => heard.push('close');
  const server = talkingServer(t);
  await server.connect(transport);
  const answer = transport.sends(1);
  transport.onmessage?.({ jsonrpc: '2.0', id: 2, method: 'ping' });
  await answer;
  await server.close();
  assert.deepEqual(heard, ['message', 'close']);
  assert.equal(transport.closed, true);
});

test('a transport that does not start leaves nothing connected', async (t) => {
  const transport = new OwnTransport();
  transport.start = () => Promise.reject(new Error('no cable'));
  const server = talkingServer(t);
  await assert.rejects(server.connect(transport), /no cable/);
  assert.equal(server.isConnected(), false);
});

test('what is no transport is refused by a sentence', async (t) => {
  await assert.rejects(talkingServer(t).connect({} as Transport), /lacks one of the methods/);
  await assert.rejects(talkingServer(t).connect('stdio' as never), /connect takes a transport/);
});
