// A server of ours and the official client, connected within the process.

import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer, type McpServerOptions, type Server, type Transport } from 'oxmcp';

/** A server without anything registered. */
export function emptyServer(options?: McpServerOptions): McpServer {
  return new McpServer({ name: 'test', version: '1.0.0' }, options);
}

/** A client of `server`, after the handshake. Closed by the caller, or with the process. */
export async function clientOf(server: McpServer | Server, name = 'client'): Promise<Client> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs as Transport);
  const client = new Client({ name, version: '1.0.0' });
  await client.connect(ours);
  return client;
}

/** Runs `test` with a client of `server`, and closes both. */
export async function withClient(
  server: McpServer | Server,
  test: (client: Client) => Promise<void>,
): Promise<void> {
  const client = await clientOf(server);
  try {
    await test(client);
  } finally {
    await client.close();
    await server.close();
  }
}

/** The part of a tool's result that tests look at. */
export interface Answer {
  content: { type: string; text?: string; [member: string]: unknown }[];
  structuredContent?: unknown;
  isError?: boolean;
  _meta?: Record<string, unknown>;
}

/** Calls a tool by a raw request: what the official client would refuse by itself is seen, too. */
export async function call(client: Client, name: string, args: object = {}): Promise<Answer> {
  const { ResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
  const result = await client.request(
    { method: 'tools/call', params: { name, arguments: args } },
    ResultSchema,
  );
  return result as unknown as Answer;
}

/** The text of a tool's only block. */
export async function textOf(client: Client, name: string, args: object = {}): Promise<string | undefined> {
  const { content } = await call(client, name, args);
  assert.equal(content.length, 1);
  return content[0]?.text;
}

/** The error that a request is refused with. */
export async function refusal(
  request: Promise<unknown>,
): Promise<{ code: number; message: string; data?: unknown }> {
  try {
    await request;
  } catch (error) {
    const { code, message, data } = error as { code: number; message: string; data?: unknown };
    return { code, message: message.replace(`MCP error ${code}: `, ''), ...(data !== undefined && { data }) };
  }
  throw new assert.AssertionError({ message: 'the request was answered' });
}

/** Waits for news that hold no process: what a client that is gone is not told, but a handler is. */
export async function news<T>(awaited: Promise<T>): Promise<T> {
  const hold = setInterval(() => {}, 2 ** 30);
  try {
    return await awaited;
  } finally {
    clearInterval(hold);
  }
}

/** One connection on which is asked in the newest version of the protocol. */
export interface Conversation {
  /** Returns the result, or throws the error as it came. */
  ask(method: string, params?: object, meta?: object): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Begins to ask in the newest version of the protocol, which has no session. */
export async function conversation(server: McpServer | Server): Promise<Conversation> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs as Transport);
  const waiting = new Map<unknown, (answer: { result?: Record<string, unknown>; error?: object }) => void>();
  ours.onmessage = (message) => {
    if ('result' in message || 'error' in message) waiting.get(message.id)?.(message);
  };
  await ours.start();
  let id = 0;
  return {
    async ask(method, params = {}, meta = {}) {
      const _meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'modern', version: '1.0.0' },
        'io.modelcontextprotocol/clientCapabilities': {},
        ...meta,
      };
      const own = id++;
      const { result, error } = await new Promise<{ result?: Record<string, unknown>; error?: object }>(
        (resolve, reject) => {
          waiting.set(own, resolve);
          ours.send({ jsonrpc: '2.0', id: own, method, params: { ...params, _meta } }).catch(reject);
        },
      );
      if (error !== undefined) throw error;
      return result ?? {};
    },
    close: () => ours.close(),
  };
}

/** Asks once in the newest version of the protocol; returns the result, or throws the error as it came. */
export async function modern(
  server: McpServer | Server,
  method: string,
  params: object = {},
  meta: object = {},
): Promise<Record<string, unknown>> {
  const { ask, close } = await conversation(server);
  const answer = ask(method, params, meta);
  await answer.catch(() => {});
  await close();
  return answer;
}

/** Asks in the newest version of the protocol; returns the first message that comes back, whatever it is. */
export async function firstMessage(
  server: McpServer | Server,
  method: string,
  params: object,
): Promise<{ method?: string; params?: unknown }> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs as Transport);
  const first = new Promise<{ method?: string; params?: unknown }>((resolve) => {
    ours.onmessage = (message) => resolve(message as { method?: string; params?: unknown });
  });
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  await ours.start();
  await ours.send({ jsonrpc: '2.0', id: 0, method, params: { ...params, _meta } });
  return first.finally(() => ours.close());
}
