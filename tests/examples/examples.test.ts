// The TypeScript examples, run as their readers run them, asked by the official client in both eras on every transport.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const TSX = ['--import', 'tsx'];
const ASSISTANT = join(EXAMPLES, 'database_assistant', 'server.ts');
const MODES = ['legacy', 'auto'] as const;
const COUNT = 'SELECT count(*) AS books FROM books';

type Transport = StdioClientTransport | StreamableHTTPClientTransport;

async function conversation(
  mode: (typeof MODES)[number],
  transport: Transport,
  talk: (client: Client) => Promise<void>,
) {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(transport);
  try {
    assert.equal(client.getNegotiatedProtocolVersion(), mode === 'legacy' ? '2025-11-25' : '2026-07-28');
    await talk(client);
  } finally {
    await client.close();
  }
}

function stdio(file: string): StdioClientTransport {
  return new StdioClientTransport({ command: process.execPath, args: [...TSX, file], cwd: EXAMPLES });
}

/** A structured value; revisions that know only objects get others as `{"result": …}` (DOWN-3, DOWN-4). */
function structured(result: { structuredContent?: unknown }): unknown {
  const value = result.structuredContent as Record<string, unknown>;
  return Object.keys(value).join() === 'result' ? value.result : value;
}

function textOf({ content }: { content: { type: string; text?: string }[] }): string {
  return content.map(({ text }) => text ?? '').join('');
}

describe('hello_world', () => {
  for (const mode of MODES) {
    test(`greets over stdio, ${mode}`, () =>
      conversation(mode, stdio(join(EXAMPLES, 'hello_world', 'server.ts')), async (client) => {
        assert.equal(
          textOf(await client.callTool({ name: 'greet', arguments: { name: 'Ada' } })),
          'Hello, Ada!',
        );
      }));
  }
});

describe('database_assistant', () => {
  let server: ChildProcess;
  let url: URL;

  before(async () => {
    const port = await freePort();
    url = new URL(`http://127.0.0.1:${port}/mcp`);
    server = spawn(process.execPath, [...TSX, ASSISTANT, '--http', String(port)], {
      stdio: 'inherit',
      cwd: EXAMPLES,
    });
    await listening(port, server);
  });
  after(() => server.kill());

  for (const mode of MODES) {
    const ways = { stdio: () => stdio(ASSISTANT), http: () => new StreamableHTTPClientTransport(url) };
    for (const [way, transport] of Object.entries(ways)) {
      test(`does all it offers, ${way}, ${mode}`, () => conversation(mode, transport(), useAllOfIt));
    }
  }
});

async function useAllOfIt(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map(({ name }) => name).sort(), ['list_tables', 'query']);
  const query = tools.find(({ name }) => name === 'query')?.inputSchema;
  assert.deepEqual(query?.required, ['sql']);
  assert.equal((query?.properties?.limit as { maximum?: number } | undefined)?.maximum, 500);

  const tables = structured(await client.callTool({ name: 'list_tables', arguments: {} })) as {
    name: string;
  }[];
  assert.ok(tables.some(({ name }) => name === 'books'));

  const answer = await client.callTool({ name: 'query', arguments: { sql: COUNT } });
  assert.deepEqual(answer.structuredContent, { columns: ['books'], rows: [[64]], truncated: false });
  assert.deepEqual(JSON.parse(textOf(answer)), answer.structuredContent);

  const refused = await client.callTool({ name: 'query', arguments: { sql: 'DELETE FROM books' } });
  assert.ok(refused.isError);
  assert.match(textOf(refused), /only be read/);
  const tooMany = await client.callTool({ name: 'query', arguments: { sql: COUNT, limit: 501 } });
  assert.ok(tooMany.isError);
  assert.match(textOf(tooMany), /limit/);

  assert.deepEqual(
    (await client.listResources()).resources.map(({ uri }) => uri),
    ['schema://database'],
  );
  assert.match(await read(client, 'schema://database'), /CREATE TABLE books/);
  const { resourceTemplates } = await client.listResourceTemplates();
  assert.deepEqual(
    resourceTemplates.map(({ uriTemplate }) => uriTemplate),
    ['table://{name}{?limit}'],
  );
  assert.equal(JSON.parse(await read(client, 'table://books?limit=3')).length, 3);
  assert.equal(JSON.parse(await read(client, 'table://books')).length, 20);

  const { prompts } = await client.listPrompts();
  assert.deepEqual(
    prompts.map(({ name, arguments: parts }) => [name, parts?.map((part) => [part.name, part.required])]),
    [
      [
        'analyse_table',
        [
          ['table', true],
          ['question', false],
        ],
      ],
    ],
  );
  const prompt = await client.getPrompt({ name: 'analyse_table', arguments: { table: 'books' } });
  assert.match(JSON.stringify(prompt.messages), /What stands out\?/);
}

async function read(client: Client, uri: string): Promise<string> {
  const [contents] = (await client.readResource({ uri })).contents;
  assert.ok(contents && 'text' in contents);
  return contents.text;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => probe.once('listening', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

/** Until somebody accepts connections on the port, or the process that should has ended. */
async function listening(port: number, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const accepted = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => done(true)).once('error', () => done(false));
      socket.once('connect', () => socket.destroy());
    });
    if (accepted) return;
  }
  assert.fail(`the server ended with code ${server.exitCode} before it was ready`);
}
