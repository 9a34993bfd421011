import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { McpServer } from 'oxmcp';
import { InMemoryTransport } from 'oxmcp/inMemory.js';
import { WebStandardStreamableHTTPServerTransport } from 'oxmcp/server/webStandardStreamableHttp.js';
import { answered, initialize, modernCall } from './support/http.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Whether the object goes, once nobody refers to it. */
async function isCollected(ref: WeakRef<object>): Promise<boolean> {
  for (let turn = 0; turn < 50 && ref.deref() !== undefined; turn += 1) {
    await new Promise(setImmediate);
    collect();
  }
  return ref.deref() === undefined;
}

function greeter(): McpServer {
  const server = new McpServer({ name: 'dropped', version: '1' });
  server.registerTool('hello', {}, () => ({ content: [{ type: 'text', text: '"hello"' }] }));
  return server;
}

test('a server made for one request and never closed goes when the request is over', async () => {
  const refs: WeakRef<object>[] = [];
  for (let each = 0; each < 3; each += 1) {
    const server = greeter();
    const transport = new WebStandardStreamableHTTPServerTransport({});
    await server.connect(transport);
    assert.equal(await answered(await transport.handleRequest(modernCall('hello'))), 'hello');
    refs.push(new WeakRef(server));
  }
  for (const ref of refs.slice(0, 2)) assert.equal(await isCollected(ref), true);
});

test('what is removed or replaced before a server is served goes, with all that its functions refer to', async () => {
  const server = greeter();
  const refs = [];
  for (let each = 0; each < 1000; each += 1) {
    const [data, newer] = [{ each }, { each }];
    const tool = server.registerTool(`tool-${each}`, {}, () => String(data.each));
    const resource = server.registerResource('r', `test://${each}`, {}, () => String(newer.each));
    const prompt = server.registerPrompt(`prompt-${each}`, {}, () => String(data.each));
    tool.update({ callback: () => String(newer.each) });
    if (each % 100 === 0) refs.push(new WeakRef(data), new WeakRef(newer));
    for (const handle of [tool, resource, prompt]) handle.remove();
  }
  for (const ref of refs) assert.equal(await isCollected(ref), true);
  assert.equal(await answered(await server.fetch(modernCall('hello'))), 'hello');
});

test('a server made for one session goes with its transport', async () => {
  const open = async () => {
    const server = greeter();
    const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => 'one' });
    await server.connect(transport);
    await (await transport.handleRequest(initialize())).text();
    return { ref: new WeakRef(server), transport };
  };
  const kept = await open();
  const dropped = (await open()).ref;
  assert.equal(await isCollected(dropped), true);
  assert.equal(await answered(await kept.transport.handleRequest(modernCall('hello'))), 'hello');
});

test('a server that is in the middle of a call stays, whoever dropped it', async () => {
  let finish: () => void = () => {};
  const begin = async () => {
    const server = greeter();
    const began = new Promise<void>((resolve) => {
      server.registerTool('slow', {}, () => {
        resolve();
        return new Promise((done) => {
          finish = () => done({ content: [{ type: 'text', text: '"done"' }] });
        });
      });
    });
    const answer = server.fetch(modernCall('slow')).then(answered);
    await began;
    return answer.then((text) => ({ text }));
  };
  const answer = begin();
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise(setImmediate);
    collect();
  }
  finish();
  assert.deepEqual(await answer, { text: 'done' });
});

test('a server at the other end of a connection stays as long as the connection', async () => {
  const connect = async () => {
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await greeter().connect(theirs);
    await ours.start();
    return ours;
  };
  const ours = await connect();
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise(setImmediate);
    collect();
  }
  const answer = new Promise<{ id: number }>((resolve) => {
    ours.onmessage = resolve;
  });
  await ours.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
  assert.equal((await answer).id, 1);
  await ours.close();
});
