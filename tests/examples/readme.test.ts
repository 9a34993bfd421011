// What the README shows in TypeScript is run as it stands there.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { McpServer } from 'oxmcp';
import { InMemoryTransport } from 'oxmcp/inMemory.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const BLOCKS = [...README.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text = '']) => text);
assert.equal(BLOCKS.length, 7, 'each block of TypeScript has its test here');
const [FIRST_SERVER, WEATHER, AROUND, INSIDE, NOT_LISTENING, IN_PROCESS_TEST, MOUNTED] = BLOCKS as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const MODES = ['legacy', 'auto'] as const;

let folder = '';
before(() => {
  // Inside the checkout, where `oxmcp` and `zod` are found.
  mkdirSync(join(ROOT, 'target'), { recursive: true });
  folder = mkdtempSync(join(ROOT, 'target', 'readme-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

async function conversation(
  options: ClientOptions,
  transport: Parameters<Client['connect']>[0],
): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' }, options);
  await client.connect(transport);
  return client;
}

describe('the first server', () => {
  test('is the example, in at most fifteen lines', () => {
    assert.equal(FIRST_SERVER, readFileSync(join(ROOT, 'examples', 'hello_world', 'server.ts'), 'utf8'));
    assert.ok(FIRST_SERVER.split('\n').filter((line) => line.trim()).length <= 15);
  });

  for (const mode of MODES) {
    test(`greets, ${mode}, as a module of either kind`, async () => {
      for (const file of ['server.mts', 'server.cts']) {
        const program = join(folder, file);
        writeFileSync(program, FIRST_SERVER);
        const args = ['--import', 'tsx', program];
        const transport = new StdioClientTransport({ command: process.execPath, args, cwd: ROOT });
        const client = await conversation({ versionNegotiation: { mode } }, transport);
        const { tools } = await client.listTools();
        assert.deepEqual(
          tools.map(({ name, description }) => [name, description]),
          [['greet', 'Greet someone by name.']],
        );
        const { content } = await client.callTool({ name: 'greet', arguments: { name: 'Ada' } });
        assert.deepEqual(content, [{ type: 'text', text: 'Hello, Ada!' }]);
        await client.close();
      }
    });
  }
});

test('the longer example works, listening and inside another application', async () => {
  const program = join(folder, 'weather.ts');
  writeFileSync(
    program,
    `${WEATHER.replace('port: 8000', 'port: 0')}\n${AROUND}\n${INSIDE}\nexport { app, server, url };\n`,
  );
  const { app, server, url } = (await import(program)) as {
    app: { request(input: Request): Response | Promise<Response> };
    server: { close(): Promise<void> };
    url: string;
  };
  try {
    for (const fetch of [
      undefined,
      async (input: string | URL, init?: RequestInit) => app.request(new Request(input, init)),
    ]) {
      const transport = new StreamableHTTPClientTransport(new URL(url), { ...(fetch && { fetch }) });
      const client = await conversation({ versionNegotiation: { mode: 'auto' } }, transport);
      const forecast = await client.callTool({ name: 'forecast', arguments: { city: 'Lisbon', days: 2 } });
      assert.deepEqual(forecast.structuredContent, [
        { city: 'Lisbon', degrees: 20.5 },
        { city: 'Lisbon', degrees: 21.5 },
      ]);
      const refused = await client.callTool({ name: 'forecast', arguments: { city: 'Lisbon', days: 15 } });
      assert.deepEqual(refused.content, [
        { type: 'text', text: 'Nobody knows the weather in more than two weeks.' },
      ]);
      assert.match(
        JSON.stringify(await client.readResource({ uri: 'stations://PT' })),
        /no stations in PT yet/,
      );
      const prompt = await client.getPrompt({ name: 'plan_a_trip', arguments: { city: 'Lisbon' } });
      assert.match(JSON.stringify(prompt), /Lisbon and tell me what to pack/);
      await client.close();
    }
  } finally {
    await server.close();
  }
});

test('the test of the longer example passes, and its server can be closed', async () => {
  const program = join(folder, 'weather_test.ts');
  const unheard = WEATHER.replace(/^const \{ url \} = .*$/m, '');
  writeFileSync(program, `${unheard}\n${IN_PROCESS_TEST}\nexport { server };\n`);
  const { server } = (await import(program)) as { server: { close(): Promise<void> } };
  await server.close();
});

test('where it cannot listen, the example says one sentence and leaves with code 1', async () => {
  const program = join(folder, 'not_listening.mts');
  const server = `import { McpServer } from 'oxmcp';\nconst server = new McpServer({ name: 'x', version: '1' });\n`;
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  writeFileSync(program, server + NOT_LISTENING.replace('8000', String(port)));
  const { status, stderr } = await new Promise<{ status: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', program], { cwd: ROOT }, (error, _, said) =>
      resolve({ status: error?.code, stderr: said }),
    );
  });
  taken.close();
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`^[^\\n]*${port}[^\\n]*\\n$`));
});

test('servers are mounted in a server as it shows', async () => {
  const program = join(folder, 'mounted.mts');
  const servers = `import { McpServer } from 'oxmcp';
const [main, weather, old] = ['main', 'weather', 'old'].map((name) => new McpServer({ name, version: '1' }));
weather.registerTool('forecast', {}, () => 'rain');
old.registerTool('add', {}, () => '3');
`;
  writeFileSync(program, `${servers}${MOUNTED}\nexport { main };\n`);
  const { main } = (await import(program)) as { main: McpServer };
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'test', version: '1.0.0' });
  await Promise.all([main.connect(theirs), client.connect(ours)]);
  const { tools } = await client.listTools();
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['weather_forecast', 'old_add'],
  );
  await client.close();
  await main.close();
});

test('every import path of the migration table exists, for import and for require', () => {
  const paths = new Set([...README.matchAll(/`(oxmcp(?:\/[\w./]+)?)`/g)].map(([, path]) => path));
  assert.ok(paths.size >= 10);
  for (const path of paths) {
    execFileSync(process.execPath, ['-e', `require('${path}'); import('${path}');`], { cwd: ROOT });
  }
});
