import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { McpServer, Server } from 'oxmcp';
import { Server as LowLevel } from 'oxmcp/server/index.js';
import * as z3 from 'zod/v3';
import * as z from 'zod/v4';
import { emptyServer } from './support/connected.js';

const BIG = '9007199254740993';
const NO_CAPABILITIES = ',"io.modelcontextprotocol/clientCapabilities":{}';

interface Answer {
  result?: { content: { text: string }[]; isError?: boolean };
  error?: { message: string };
}

/** What a call of `tool` with these arguments, as text, is answered with over HTTP: its text, or the refusal. */
async function called(
  server: McpServer | Server,
  args: string,
  more = '',
): Promise<[text: string, isRefused: boolean]> {
  const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"}${more.includes('clientCapabilities') ? '' : NO_CAPABILITIES}${more}}`;
  const request = new Request('http://localhost/mcp', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'tool',
    },
    body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"tool","arguments":${args},${meta}}}`,
  });
  const text = await (await (server as McpServer).fetch(request)).text();
  const { result, error } = JSON.parse(text) as Answer;
  return error === undefined
    ? [result?.content[0]?.text ?? '', result?.isError === true]
    : [error.message, true];
}

function serverOf(inputSchema: unknown): McpServer {
  const server = emptyServer();
  const show = (_name: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
  const tell = (args: unknown) => JSON.stringify(args, show);
  (server.registerTool as (...parts: unknown[]) => unknown)('tool', { inputSchema }, tell);
  return server;
}

describe('integers that a JavaScript number does not hold', () => {
  test('are refused by their places where the schema has numbers, or anything', async () => {
    const json = { type: 'object', properties: { n: { type: 'integer' } } };
    for (const schema of [{ n: z.number() }, { n: z3.number() }, json, { n: z.number('?') }]) {
      for (const args of [`{"n":${BIG}}`, `{"n":"${BIG}"}`]) {
        const [told, isRefused] = await called(serverOf(schema), args);
        assert.ok(isRefused && told.startsWith('n: '), told);
      }
    }
    const anything = serverOf({ n: z.unknown() });
    assert.equal((await called(anything, `{"n":${BIG}}`))[1], true);
    assert.deepEqual(await called(anything, `{"n":"${BIG}"}`), [`{"n":"${BIG}"}`, false]);
    const [told] = await called(
      serverOf({ a: z.array(z.looseObject({})) }),
      `{"a":[{"b c":${BIG}},{"d":-${BIG}}]}`,
    );
    assert.match(
      told,
      /^a\[0\]\.b c: must be an integer that a JavaScript number holds.*; a\[1\]\.d: must be/,
    );
  });

  test('are bigints where the schema has bigints', async () => {
    const schemas = [
      { n: z.bigint(), l: z.array(z.bigint()), m: z.number().optional() },
      { n: z3.bigint(), l: z3.array(z3.bigint()), m: z3.number().optional() },
    ];
    for (const schema of schemas) {
      const server = serverOf(schema);
      assert.deepEqual(await called(server, `{"n":-${BIG},"l":[${BIG},"${BIG}",1]}`), [
        `{"n":"-${BIG}n","l":["${BIG}n","${BIG}n","1n"]}`,
        false,
      ]);
      const [told, isRefused] = await called(server, `{"n":1,"l":[],"m":${BIG}}`);
      assert.ok(isRefused && told.startsWith('m: '), told);
    }
  });

  test('are numbers where a double holds them', async () => {
    const args = '{"n":9007199254740992,"m":100000000000000000000}';
    assert.deepEqual(await called(serverOf({ n: z.number(), m: z.number() }), args), [
      '{"n":9007199254740992,"m":100000000000000000000}',
      false,
    ]);
  });

  test('are refused by low-level handlers, but for what a client attaches', async () => {
    const server = new LowLevel({ name: 't', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/call', ({ params }) => ({
      content: [{ type: 'text', text: JSON.stringify(params.arguments) }],
    }));
    const [told, isRefused] = await called(server, `{"n":[${BIG}]}`);
    assert.ok(isRefused && told.includes('arguments.n[0]: must be an integer'), told);
    assert.deepEqual(await called(server, '{"n":1}', `,"acme/n":${BIG}`), ['{"n":1}', false]);
  });

  test('are bigints in what a client attaches, and digits as its progress token', async () => {
    const attached = `,"acme/n":-${BIG},"acme/l":[{"n":${BIG}}],"progressToken":${BIG}`;
    const told = `{"acme/n":"-${BIG}n","acme/l":[{"n":"${BIG}n"}],"progressToken":"${BIG}"}`;
    const show = (_name: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
    const shown = ({ 'acme/n': n, 'acme/l': l, progressToken }: Record<string, unknown> = {}) =>
      JSON.stringify({ 'acme/n': n, 'acme/l': l, progressToken }, show);

    const server = emptyServer();
    server.registerTool('tool', {}, (context) => shown(context._meta));
    assert.deepEqual(await called(server, '{}', attached), [told, false]);

    const low = new LowLevel({ name: 't', version: '1' }, { capabilities: { tools: {} } });
    low.setRequestHandler('tools/call', ({ params }, extra) => {
      assert.equal(shown(extra._meta), shown(params._meta));
      return { content: [{ type: 'text', text: shown(params._meta) }] };
    });
    assert.deepEqual(await called(low, '{}', attached), [told, false]);
  });

  test('are bigints in what a client says of itself', async () => {
    const server = emptyServer();
    server.registerTool('tool', {}, (context) =>
      String((context.clientCapabilities?.experimental?.acme as { n: unknown } | undefined)?.n),
    );
    const said = `,"io.modelcontextprotocol/clientCapabilities":{"experimental":{"acme":{"n":${BIG}}}}`;
    assert.deepEqual(await called(server, '{}', said), [BIG, false]);
  });
});
