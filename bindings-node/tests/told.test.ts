// What people read when something goes wrong: one line, in plain words, where it helps.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpError, ToolError } from 'oxmcp';
import { FastMCP } from 'oxmcp/fast.js';
import { call, clientOf, emptyServer, withClient } from './support/connected.js';

/** What the console is told while a test runs. */
function lines(t: TestContext, method: 'error' | 'warn'): string[] {
  const told: string[] = [];
  t.mock.method(console, method, (line: unknown) => told.push(String(line)));
  return told;
}

describe('what a function throws', () => {
  test('is in the log, with the tool, the call and where it came from, and reaches onerror', async (t) => {
    const told = lines(t, 'error');
    const server = emptyServer();
    const heard: Error[] = [];
    server.onerror = (error) => heard.push(error);
    server.registerTool('now', {}, () => {
      throw new TypeError('broken at once');
    });
    server.registerTool('later', {}, async () => Promise.reject('broken later'));
    server.registerPrompt('prompt', {}, () => {
      throw new Error('broken prompt');
    });
    await withClient(server, async (client) => {
      assert.ok((await call(client, 'now')).isError);
      assert.ok((await call(client, 'later')).isError);
      await assert.rejects(client.getPrompt({ name: 'prompt' }));
    });
    assert.equal(told.length, 3);
    assert.match(
      told[0] ?? '',
      /^oxmcp: tool 'now' failed in call [\da-f]+-[\da-f]+: TypeError: broken at once\n {4}at .*told\.test/,
    );
    assert.match(told[1] ?? '', /^oxmcp: tool 'later' failed in call [\da-f]+-[\da-f]+: Error: broken later/);
    assert.match(
      told[2] ?? '',
      /^oxmcp: prompt 'prompt' failed in call [\da-f]+-[\da-f]+: Error: broken prompt/,
    );
    assert.deepEqual(
      heard.map(({ message }) => message),
      ['broken at once', 'broken later', 'broken prompt'],
    );
  });

  test('is not, where it was meant for the caller', async (t) => {
    const told = lines(t, 'error');
    const server = emptyServer();
    server.onerror = (error) => told.push(error.message);
    server.registerTool('refuses', {}, () => {
      throw new ToolError('no');
    });
    server.registerTool('errs', {}, () => {
      throw new McpError(-32000, 'busy');
    });
    await withClient(server, async (client) => {
      await call(client, 'refuses');
      await assert.rejects(call(client, 'errs'));
    });
    assert.deepEqual(told, []);
  });

  test('cannot spoil the answer, whoever hears of it', async (t) => {
    const told = lines(t, 'error');
    const server = emptyServer();
    server.onerror = () => {
      throw new Error('the listener is broken, too');
    };
    server.registerTool('tool', {}, () => {
      throw new Error('broken');
    });
    await withClient(server, async (client) => {
      assert.equal((await call(client, 'tool')).content[0]?.text, 'broken');
    });
    assert.equal(told.length, 2);
  });

  test("is in a FastMCP's own log", async (t) => {
    const told = lines(t, 'error');
    const heard: unknown[] = [];
    const logger = { ...console, error: (error: unknown) => heard.push(error) };
    const server = new FastMCP({ name: 'x', version: '1.0.0', logger });
    server.addTool({
      name: 'tool',
      execute: async () => {
        throw new Error('broken');
      },
    });
    const client = new Client({ name: 'c', version: '1' });
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await server.connect(theirs);
    await client.connect(ours);
    t.after(() => server.stop());
    assert.ok((await call(client, 'tool')).isError);
    assert.deepEqual(told, []);
    assert.equal(heard.length, 1);
  });
});

test('the ids of calls are those of one place, whatever server they are of', async (t) => {
  const told = lines(t, 'error');
  for (const name of ['one', 'two']) {
    const server = emptyServer();
    server.registerTool(name, {}, () => {
      throw new Error('broken');
    });
    const client = await clientOf(server);
    await call(client, name);
    await call(client, name);
    await client.close();
    await server.close();
  }
  const ids = told.map((line) => /in call (\S+):/.exec(line)?.[1]);
  assert.equal(new Set(ids).size, 4);
});

test('annotations that clients do not know are told of', (t) => {
  const told = lines(t, 'warn');
  const server = emptyServer();
  server.registerTool('right', { annotations: { readOnlyHint: true, title: 'T' } }, () => '');
  assert.deepEqual(told, []);
  server.registerTool('wrong', { annotations: { readonly: true, colour: 1 } as object }, () => '');
  server.registerResource('x', 'data://x', { annotations: { audiance: ['user'] } as object }, () => '');
  assert.deepEqual(told, [
    "oxmcp: tool 'wrong': annotations.readonly is no annotation of the protocol; did you mean readOnlyHint?",
    "oxmcp: tool 'wrong': annotations.colour is no annotation of the protocol",
    "oxmcp: resource 'x': annotations.audiance is no annotation of the protocol; did you mean audience?",
  ]);
});

test('a port in use ends a program with one line, and exit code 1', async () => {
  const program = `
    import { McpServer } from 'oxmcp';
    const serve = (port) => new McpServer({ name: 's', version: '1' }).listen({ port });
    const { port } = await serve(0);
    await serve(port);`;
  const ran = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
  }).catch((error: { stderr: string; code: number }) => error);
  assert.equal((ran as { code?: number }).code, 1);
  assert.match(
    ran.stderr,
    /TransportError: cannot listen for HTTP: 127\.0\.0\.1:\d+ is in use: .* choose another port/,
  );
  assert.doesNotMatch(ran.stderr, /^ +at /m);
});

test('a program that catches it tells it in one line', async () => {
  const program = `
    import { McpServer } from 'oxmcp';
    const serve = (port) => new McpServer({ name: 's', version: '1' }).listen({ port });
    const first = await serve(0);
    await serve(first.port).catch((error) => {
      console.error(error.message);
      process.exitCode = 1;
    });
    await first.close();`;
  const ran = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
  }).catch((error: { stderr: string; code: number }) => error);
  assert.equal((ran as { code?: number }).code, 1);
  assert.match(ran.stderr, /^cannot listen for HTTP: 127\.0\.0\.1:\d+ is in use: .* choose another port\n$/);
});

test('a Node that is too old is named by the loader', async () => {
  const loader = join(import.meta.dirname, '..', 'native', 'loader.cjs');
  const program = `
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.0' } });
    try { require(${JSON.stringify(loader)}); } catch (error) { console.log(error.message); }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
  assert.match(stdout, /^oxmcp needs Node 20 or newer\. This is Node 18\.20\.0, /);
});

test('a variable that is almost OXMCP_BINDING is told of', async () => {
  const ran = await promisify(execFile)(process.execPath, ['-e', "require('oxmcp')"], {
    cwd: import.meta.dirname,
    env: { ...process.env, OXMCP_BINDINGS: '/nowhere', OXMCP_PORT: '1' },
  }).catch((error: { stderr: string }) => error);
  assert.match(
    ran.stderr,
    /the variable OXMCP_BINDINGS is not one that is read here; did you mean OXMCP_BINDING\?/,
  );
  assert.doesNotMatch(ran.stderr, /OXMCP_PORT/);
});

test('no message names a rule of ours: those are for who reads the source', () => {
  const root = join(import.meta.dirname, '..', 'typescript');
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const source = readFileSync(join(entry.parentPath, entry.name), 'utf8')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/(^|\s)\/\/.*/gm, '');
    assert.equal(/\b[A-Z]{2,}-\d+\b/.exec(source)?.[0], undefined, entry.name);
  }
});
