import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { talkingServer } from './support/http.js';

// biome-ignore lint/suspicious/noExplicitAny: what others put their functions around has no type
type Any = any;

const WATCHED = fileURLToPath(new URL('./servers/watched_stdio.mjs', import.meta.url));

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A call, or another request, of a client of 2026-07-28. */
function request(id: unknown, name: string, method = 'tools/call'): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params: { name, _meta: META } });
}

const PING = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'ping' });

/** Sends lines to a process, one after the answer to the other if `inTurn`; resolves what it answered and what was seen. */
async function talk(
  how: string,
  lines: string[],
  inTurn = false,
): Promise<{ answers: Any[]; text: string; seen: string[] }> {
  const child = spawn(process.execPath, [WATCHED, how], { stdio: 'pipe' });
  const err = all(child.stderr as Readable);
  const ended = once(child, 'exit');
  let text = '';
  const out = (child.stdout as Readable).setEncoding('utf8');
  if (inTurn) {
    for (const line of lines) {
      child.stdin?.write(`${line}\n`);
      text += (await once(out, 'data'))[0];
    }
    child.stdin?.end();
  } else {
    child.stdin?.end(lines.map((line) => `${line}\n`).join(''));
  }
  text += await all(out);
  await ended;
  const answers = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return { answers, text, seen: (await err).split('\n').filter((line) => /^[<>!] /.test(line)) };
}

async function all(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}

function texts(answers: Any[]): string[] {
  return answers.map(({ result }) => result?.content?.[0]?.text);
}

test("functions around those of stdio on the process's own streams see every message, from the first on", async () => {
  const { answers, seen } = await talk('at once', [PING, request(1, 'span')], true);
  assert.deepEqual(seen, ['> ping', '< 0', '> tools/call', '< 1']);
  assert.deepEqual(
    answers.map(({ id }) => id),
    [0, 1],
  );
});

test('a handler on stdio runs in the context they open', async () => {
  assert.deepEqual(texts((await talk('at once', [request(1, 'span')])).answers), ['a span']);
});

test('functions defined rather than assigned are noticed right after connect', async () => {
  const { seen, answers } = await talk('define', [PING]);
  assert.deepEqual([seen, answers.length], [['> ping'], 1]);
});

test('who listened to stdio before it was connected goes on hearing', async () => {
  assert.deepEqual((await talk('listener', [PING])).seen, ['> ping']);
});

test('functions that come later see what comes after them, and nothing is lost', async () => {
  const lines = [PING, request(1, 'watch'), request(2, 'span'), request(3, 'span')];
  const { answers, seen } = await talk('later', lines, true);
  assert.deepEqual(texts(answers), [undefined, 'watched from here', 'a span', 'a span']);
  assert.deepEqual(seen.slice(-4), ['> tools/call', '< 2', '> tools/call', '< 3']);
});

test('without such functions no message passes them', async () => {
  const { answers, seen } = await talk('later', [PING, request(1, 'span')]);
  assert.deepEqual([answers.length, seen], [2, []]);
});

test('what they hand on late is answered after the end of the input, too', async () => {
  const lines = Array.from({ length: 20 }, (_, id) => request(id, 'span'));
  const { answers } = await talk('slow', lines);
  assert.equal(answers.length, 20);
});

test('messages of stdio may be changed, and numbers of many digits pass unchanged', async () => {
  const { answers } = await talk('changing', [PING]);
  assert.equal(answers[0].changed, true);
  const long = PING.replace('"id":0', '"id":9007199254740993');
  assert.match((await talk('at once', [long])).text, /"id":9007199254740993/);
});

test('what fails in them is answered with an error on the way in, and sent all the same on the way out', async () => {
  const { answers, seen } = await talk('failing', [PING, request(1, 'span')], true);
  assert.deepEqual(answers[0].error, { code: -32603, message: 'the server failed' });
  assert.deepEqual(texts(answers.slice(1)), ['a span']);
  assert.deepEqual(
    seen.filter((line) => line.startsWith('!')),
    ['! no ping', '! no span'],
  );
});

test('what is no message at all is answered as without them', async () => {
  const { answers, seen } = await talk('at once', ['[1, {', '[]']);
  assert.equal(answers.length, 2);
  assert.ok(answers.every(({ error }) => error.code < 0));
  assert.ok(seen.every((line) => line.startsWith('<')));
});

test('close answers what runs and ends the process', async () => {
  const { answers } = await talk('at once', [request(1, 'close')], true);
  assert.deepEqual(texts(answers), ['closing']);
});

/** A server on streams of the test's own, and the next line it writes. */
async function onStreams(t: TestContext) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const transport: Any = new StdioServerTransport(input, output);
  await talkingServer(t).connect(transport);
  const next = async () => String((await once(output, 'data'))[0]);
  return { input, output, transport, next };
}

test("functions around those of stdio on streams of one's own see every message", async (t) => {
  const { input, transport, next } = await onStreams(t);
  const seen: string[] = [];
  const { onmessage, send } = transport;
  input.write(`${PING}\n`);
  await next();
  transport.onmessage = (message: Any, extra: Any) => {
    seen.push(message.method);
    onmessage(message, extra);
  };
  transport.send = (message: Any, options: Any) => {
    seen.push(String(message.id));
    return send.call(transport, message, options);
  };
  input.write(`${PING.replace('"id":0', '"id":9007199254740993')}\n`);
  assert.match(await next(), /"id":9007199254740993/);
  assert.deepEqual(seen, ['ping', '9007199254740992']);
});

test("numbers of many digits pass streams of one's own unchanged without such functions, too", async (t) => {
  const { input, next } = await onStreams(t);
  input.write(`${PING.replace('"id":0', '"id":-9007199254740993')}\n`);
  assert.match(await next(), /"id":-9007199254740993/);
});

test("the end of a stream of one's own waits for what they hand on late", async (t) => {
  const { input, output, transport } = await onStreams(t);
  const { onmessage } = transport;
  const context = new AsyncLocalStorage<string>();
  let goOn = (): void => {};
  transport.onmessage = (message: Any) =>
    new Promise<void>((resolve) => {
      goOn = () => context.run('late', () => resolve(onmessage(message)));
    });
  const closed = new Promise<void>((resolve) => {
    transport.onclose = resolve;
  });
  input.end(`${PING}\n`);
  await once(input, 'end');
  setImmediate(goOn);
  assert.match(String((await once(output, 'data'))[0]), /"id":0/);
  await closed;
});

test('what a program sends by the transport itself reaches the client', async (t) => {
  const { transport, next } = await onStreams(t);
  const sent = next();
  await transport.send({ jsonrpc: '2.0', method: 'notifications/mine' });
  assert.deepEqual(JSON.parse(await sent), { jsonrpc: '2.0', method: 'notifications/mine' });
  const closed = new Promise<void>((resolve) => {
    transport.onclose = resolve;
  });
  await transport.close();
  await closed;
  await assert.rejects(transport.send({ jsonrpc: '2.0', method: 'notifications/mine' }), /not connected/);
  await assert.rejects(new StdioServerTransport().send({}), /not connected/);
});
