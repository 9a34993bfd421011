import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { serveStdio } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { said, talkingServer } from './support/http.js';

const CARELESS = fileURLToPath(new URL('./servers/stdio_server.mjs', import.meta.url));
const ONE_CALL = fileURLToPath(new URL('./servers/serve_stdio.cjs', import.meta.url));

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
});

/** Starts a server; resolves what it wrote and how it ended. */
function start(...parts: string[]): {
  child: ChildProcess;
  ended: Promise<{ out: string; err: string; code: unknown }>;
} {
  const child = spawn(process.execPath, parts, { stdio: 'pipe' });
  const out = all(child.stdout as Readable);
  const err = all(child.stderr as Readable);
  const ended = once(child, 'exit').then(async ([code, signal]) => ({
    out: await out,
    err: await err,
    code: code ?? signal,
  }));
  return { child, ended };
}

async function all(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}

for (const script of [CARELESS, ONE_CALL]) {
  test(`both official clients talk to ${script.split('/').at(-1)}`, async () => {
    const parameters = { command: process.execPath, args: [script], stderr: 'ignore' as const };
    const legacy = new Client({ name: 'c', version: '1' });
    await legacy.connect(new StdioClientTransport(parameters));
    assert.equal(await said(legacy, 'hello'), 'hello');
    await legacy.close();
    const modern = new ModernClient(
      { name: 'c', version: '1' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    await modern.connect(new ModernTransport(parameters));
    assert.equal(await said(modern, 'hello'), 'hello');
    await modern.close();
  });
}

test('what a server prints goes to standard error, and the wire carries messages only (STDIO-2)', async () => {
  const { child, ended } = start(CARELESS);
  const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hello' } });
  child.stdin?.end(`${INITIALIZE}\n${call}\n`);
  const { out, err, code } = await ended;
  const ids = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).id);
  assert.deepEqual(ids, [0, 1]);
  for (const line of ['printed after connect', 'printed by a tool', 'written by a tool'])
    assert.ok(err.includes(line));
  assert.equal(code, 0);
});

test('code that watches standard input hears of its end when it ends, not before', async () => {
  const { child, ended } = start(CARELESS, 'resume');
  child.stdin?.write(`${INITIALIZE}\n`);
  const [answer] = await once(child.stdout as Readable, 'data');
  assert.match(String(answer), /"id":0/);
  child.stdin?.end();
  const { err, code } = await ended;
  assert.match(err, /stdin ended\nstdin closed/);
  assert.equal(code, 7);
});

test('a listener that was there before hears of the end as well', async () => {
  const { child, ended } = start(CARELESS, 'listener');
  child.stdin?.end();
  const { err, code } = await ended;
  assert.match(err, /an older listener heard of the end/);
  assert.equal(code, 0);
});

test('a process that something else holds ends after its client, and onclose is called before', async () => {
  const { child, ended } = start(CARELESS, 'orphan');
  child.stdin?.end();
  const { err, code } = await ended;
  assert.match(err, /transport closed/);
  assert.equal(code, 0);
});

test('exitOnEnd: false leaves the end to the program', async () => {
  const { child, ended } = start(CARELESS, 'keeper');
  child.stdin?.end();
  const { code } = await ended;
  assert.equal(code, 9);
});

test('a process whose handler never returns ends after its client', async () => {
  const { child, ended } = start(CARELESS, 'blocked', 'hasty');
  const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'block' } });
  child.stdin?.end(`${INITIALIZE}\n${call}\n`);
  const { code } = await ended;
  assert.ok(code === 'SIGTERM' || code === 'SIGKILL');
});

/** A server on streams of the test's own. */
async function onStreams(t: import('node:test').TestContext, options = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const transport = new StdioServerTransport(input, output, options);
  const errors: Error[] = [];
  transport.onerror = (error) => errors.push(error);
  const closed = new Promise<void>((resolve) => {
    transport.onclose = resolve;
  });
  await talkingServer(t).connect(transport);
  const lines = (async function* () {
    let rest = '';
    for await (const chunk of output.setEncoding('utf8')) {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) yield JSON.parse(part);
    }
  })();
  const next = async () => (await lines.next()).value;
  return { input, output, transport, errors, closed, next };
}

test("streams of one's own are served line by line, however the bytes are cut", async (t) => {
  const { input, next } = await onStreams(t);
  const ping = `${JSON.stringify({ jsonrpc: '2.0', id: 'ü', method: 'ping' })}\r\n`;
  for (const byte of Buffer.from(`\n  \n${ping}`)) input.write(Buffer.from([byte]));
  assert.deepEqual(await next(), { jsonrpc: '2.0', id: 'ü', result: {} });
  input.write(ping + ping);
  assert.equal((await next()).id, 'ü');
  assert.equal((await next()).id, 'ü');
});

test('a line that is no JSON is answered with -32700, and the next one as usual', async (t) => {
  const { input, next } = await onStreams(t);
  input.write(`{"jsonrpc": \n${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })}\n`);
  assert.equal((await next()).error.code, -32700);
  assert.equal((await next()).id, 1);
});

test('the end of the input ends the connection, after what was asked is answered', async (t) => {
  const { input, next, closed } = await onStreams(t);
  input.end(`${INITIALIZE}\n${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })}`);
  assert.equal((await next()).id, 0);
  assert.equal((await next()).id, 1);
  await closed;
});

test('a line over the limit is answered with its own id, however it is cut, and the next one as usual', async (t) => {
  const { input, errors, next } = await onStreams(t, { maxBufferSize: 100 });
  const ping = (id: number, data: string) =>
    JSON.stringify({ method: 'ping', params: { id: 9, data }, jsonrpc: '2.0', id });
  const long = ping(1, 'x'.repeat(200));
  for (const piece of [long.slice(0, 60), long.slice(60, 150), long.slice(150), '\n']) input.write(piece);
  const { id, error } = await next();
  assert.deepEqual([id, error.code], [1, -32600]);
  assert.match(error.message, /has 2\d\d bytes, more than the 100 allowed/);
  input.write(`${ping(2, '')}\n{"method":"no id","params":"${'x'.repeat(200)}"}\n${ping(3, '')}\n`);
  assert.deepEqual([(await next()).id, (await next()).id], [2, 3]);
  assert.deepEqual(errors, []);
});

test("messages on the process's own streams may be as long as maxBufferSize says", async () => {
  const { child, ended } = start(CARELESS, 'short');
  const call = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'hello', arguments: { text: 'x'.repeat(5e6) } },
  };
  child.stdin?.end(
    `${INITIALIZE}\n${JSON.stringify(call)}\n${JSON.stringify({ ...call, id: 2, params: { name: 'hello' } })}\n`,
  );
  const answers = (await ended).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(answers.map(({ id, error }) => [id, error?.code]).sort(), [
    [0, undefined],
    [1, -32600],
    [2, undefined],
  ]);
});

test('a broken output ends the connection', async (t) => {
  const { input, output, errors, closed } = await onStreams(t);
  output.destroy(new Error('pipe is gone'));
  await closed;
  assert.match(errors[0]?.message ?? '', /pipe is gone/);
  assert.equal(input.listenerCount('data'), 0);
});

test('close ends the connection once, and leaves the streams alone', async (t) => {
  const { input, output, transport, closed } = await onStreams(t);
  await transport.close();
  await closed;
  await transport.close();
  assert.equal(input.destroyed, false);
  assert.equal(output.writableEnded, false);
});

test("serveStdio serves a transport of one's own, and close ends it", async (t) => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const handle = serveStdio(() => talkingServer(t), { transport: new StdioServerTransport(input, output) });
  input.write(`${INITIALIZE}\n`);
  const [answer] = await once(output, 'data');
  assert.match(String(answer), /"id":0/);
  await handle.close();
});

test('serveStdio tells onerror what keeps it from starting, and refuses what has no subject', async () => {
  const error = await new Promise<Error>((resolve) => {
    const failing = () => Promise.reject(new Error('no server today'));
    serveStdio(failing, {
      transport: new StdioServerTransport(new PassThrough(), new PassThrough()),
      onerror: resolve,
    });
  });
  assert.match(error.message, /no server today/);
  assert.throws(
    () => serveStdio(() => ({}) as never, { legacy: 'reject' as never }),
    /legacy.*not supported on stdio/,
  );
});
