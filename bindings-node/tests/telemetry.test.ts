// The option `telemetry`: what is told of a server's work, and the trace of a call that goes on to others.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError, McpServer, type TelemetryOptions } from 'oxmcp';

const INFO = { name: 'telling', version: '1.0.0' };
const TOKEN = 'a-token-that-is-long-enough';
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const TRACE = '0af7651916cd43dd8448eb211c80319c';

/** A server whose tools say which trace they belong to, and fail. */
function telling(t: TestContext, telemetry?: TelemetryOptions): McpServer {
  const server = new McpServer(INFO, telemetry === undefined ? {} : { telemetry });
  server.registerTool('traced', {}, (ctx) => JSON.stringify(ctx.traceHeaders));
  server.registerTool('broken', {}, () => {
    throw new Error('not today');
  });
  t.after(() => server.close());
  return server;
}

/** A folder that is gone with the test. */
function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'telemetry-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

interface Line {
  readonly [fact: string]: unknown;
}

/** The lines of a file, once there are so many; they are written by a thread of their own. */
async function lines(path: string, count: number): Promise<Line[]> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    if (found.length >= count) return found.map((line) => JSON.parse(line) as Line);
    await sleep(50);
  }
  throw new Error(`there are no ${count} lines in ${path}`);
}

const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'desk', version: '3' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** What a tool says to a client of 2026-07-28. */
async function called(server: McpServer, name: string, meta = {}, headers = {}): Promise<string> {
  const params = { name, arguments: {}, _meta: { ...MODERN, ...meta } };
  const response = await server.fetch(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': name,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    }),
  );
  const text = await response.text();
  const answer = JSON.parse(text.startsWith('{') ? text : (text.split('data: ').at(-1) ?? '')) as {
    result?: { content: { text: string }[] };
  };
  return answer.result?.content[0]?.text ?? '{}';
}

test('every call is a line, in its trace', async (t) => {
  const path = join(folder(t), 'lines.jsonl');
  const server = telling(t, { logs: { path } });
  const own = JSON.parse(await called(server, 'traced', { traceparent: PARENT, tracestate: 'a=1' }));
  assert.match(own.traceparent, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  assert.notEqual(own.traceparent, PARENT);
  assert.equal(own.tracestate, 'a=1');
  await called(server, 'broken');
  const byHeader = JSON.parse(await called(server, 'traced', {}, { traceparent: PARENT }));
  assert.ok(byHeader.traceparent.startsWith(`00-${TRACE}-`));
  const [first, broken, last] = await lines(path, 3);
  assert.ok(first && broken && last);
  const facts = ['event', 'method', 'tool', 'status', 'level', 'client_name', 'trace_id', 'transport'];
  assert.deepEqual(
    facts.map((fact) => first[fact]),
    ['tool_call', 'tools/call', 'traced', 'ok', 'info', 'desk', TRACE, 'http'],
  );
  assert.equal(first['span_id'], own.traceparent.split('-')[2]);
  assert.equal(first['parent_span_id'], 'b7ad6b7169203331');
  assert.deepEqual(
    [broken['tool'], broken['status'], broken['error_type']],
    ['broken', 'error', 'tool_error'],
  );
  assert.equal(last['trace_id'], TRACE);
});

test('without the option a trace is what the client sent', async (t) => {
  const server = telling(t);
  assert.deepEqual(JSON.parse(await called(server, 'traced', { traceparent: PARENT })), {
    traceparent: PARENT,
  });
  assert.deepEqual(JSON.parse(await called(server, 'traced')), {});
  assert.deepEqual(JSON.parse(await called(server, 'traced', { traceparent: 'nonsense' })), {});
});

test('over stdio lines go to standard error', (t) => {
  const script = join(folder(t), 'server.mjs');
  const oxmcp = import.meta.resolve('oxmcp');
  writeFileSync(
    script,
    `import { McpServer, serveStdio } from ${JSON.stringify(oxmcp)};
     serveStdio(() => {
       const server = new McpServer({ name: 'logged', version: '1' }, { telemetry: { logs: true } });
       server.registerTool('hello', {}, () => 'hello');
       return server;
     });`,
  );
  const handshake = {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
  };
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hello', arguments: {} } };
  const input = [handshake, { jsonrpc: '2.0', method: 'notifications/initialized' }, call]
    .map((message) => `${JSON.stringify(message)}\n`)
    .join('');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
    input,
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /"text":"hello"/);
  const told = stderr.split('\n').filter((line) => line.includes('"tool_call"'));
  assert.equal(told.length, 1, stderr);
  const line = JSON.parse(told[0] as string) as Line;
  assert.deepEqual([line['tool'], line['status'], line['transport']], ['hello', 'ok', 'local']);
});

test('pages are beside the endpoint, behind their token', async (t) => {
  const server = telling(t, {
    metrics: { token: TOKEN },
    dashboard: { token: TOKEN, path: '/board' },
    health: { readyPath: '/takes' },
  });
  const listening = await server.listen();
  t.after(() => listening.close());
  const get = async (path: string, token?: string) => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(new URL(path, String(listening.url)), { headers });
    return { status: response.status, text: await response.text() };
  };
  await called(server, 'traced');
  await called(server, 'broken');
  for (const path of ['/metrics', '/board', '/board/data']) {
    assert.equal((await get(path)).status, 401, path);
    assert.equal((await get(path, `${TOKEN}x`)).status, 401, path);
    assert.equal((await get(path, TOKEN)).status, 200, path);
  }
  assert.deepEqual(await get('/health'), { status: 200, text: 'ok' });
  assert.deepEqual(await get('/takes'), { status: 200, text: 'ready' });
  const { text } = await get('/metrics', TOKEN);
  const series = 'mcp_server_operation_duration_seconds_count{mcp_method_name="tools/call",gen_ai_tool_name=';
  assert.ok(text.includes(`${series}"traced"} 1`), text);
  assert.ok(text.includes(`${series}"broken",error_type="tool_error"} 1`), text);
});

interface Span {
  readonly [member: string]: unknown;
  name: string;
}

test('spans go to a collector, in the trace of the request', async (t) => {
  const spans: Span[] = [];
  const collector = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    assert.equal(request.url, '/v1/traces');
    assert.equal(request.headers['x-tenant'], 'one');
    spans.push(...JSON.parse(text).resourceSpans[0].scopeSpans[0].spans);
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  t.after(() => {
    collector.closeAllConnections();
    collector.close();
  });
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const server = telling(t, {
    otlp: { endpoint, headers: { 'x-tenant': 'one' }, intervalSeconds: 0.1, metrics: false },
  });
  const own = JSON.parse(await called(server, 'traced', { traceparent: PARENT }));
  for (let tries = 0; tries < 400 && spans.length === 0; tries += 1) await sleep(50);
  assert.equal(spans.length, 1);
  const [span] = spans;
  assert.equal(span?.name, 'tools/call traced');
  assert.equal(`00-${span?.['traceId']}-${span?.['spanId']}-01`, own.traceparent);
  assert.deepEqual([span?.['traceId'], span?.['parentSpanId']], [TRACE, 'b7ad6b7169203331']);
});

for (const [section, words] of [
  [{ log: true }, 'unknown field `log`'],
  [{ metrics: {} }, 'telemetry.metrics: either `token`'],
  [{ dashboard: { token: 'short' } }, 'telemetry.dashboard.token'],
  [{ dashboard: true }, 'telemetry.dashboard.token is missing'],
  [{ otlp: { endpoint: 'http://collector.example' } }, 'https'],
] as const) {
  test(`refused at the start: ${JSON.stringify(section)}`, async (t) => {
    await assert.rejects(
      async () => {
        await telling(t, section as unknown as TelemetryOptions).listen();
      },
      (error: unknown) => error instanceof ConfigurationError && error.message.includes(words),
    );
  });
}
