// What is recorded of what a server does: the section `audit`, from every transport, in both eras.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type AuditOptions,
  type AuditRecord,
  ConfigurationError,
  type McpServer,
  type McpServerOptions,
  Server,
  ToolError,
  TransportError,
} from 'oxmcp';
import { z } from 'zod';
import { call, clientOf, emptyServer, modern, news, refusal, withClient } from './support/connected.js';

const COMMAND = fileURLToPath(new URL('../dist/cjs/command.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'oxmcp-audit-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = (): string => join(folder, `audit-${files++}.jsonl`);

const records = (path: string): AuditRecord[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditRecord);
const calls = (path: string): AuditRecord[] =>
  records(path).filter(({ event_type }) => event_type === 'tools/call');

/** What `oxmcp audit verify` says of a file. */
const verified = (path: string): string =>
  execFileSync(process.execPath, [COMMAND, 'audit', 'verify', path], { encoding: 'utf8' });

/** A server whose calls are recorded. */
function recorded(audit: AuditOptions | undefined, options: McpServerOptions = {}): McpServer {
  const server = emptyServer({ ...options, audit });
  server.registerTool(
    'echo',
    { inputSchema: { text: z.string(), password: z.string().optional() } },
    ({ text }) => text,
  );
  server.registerTool('refuse', {}, () => {
    throw new ToolError('not today');
  });
  return server;
}

type Ask = (server: McpServer, name: string, args?: object) => Promise<{ content?: unknown }>;

/** A call in each era. */
const ERAS: Record<string, Ask> = {
  legacy: async (server, name, args) => {
    const client = await clientOf(server);
    try {
      return await call(client, name, args);
    } finally {
      await client.close();
    }
  },
  modern: (server, name, args = {}) => modern(server, 'tools/call', { name, arguments: args }),
};

for (const [era, ask] of Object.entries(ERAS)) {
  describe(era, () => {
    test('every call has its record, refused ones, too', async () => {
      const path = fresh();
      const server = recorded({ path, arguments: 'redacted' });
      await ask(server, 'echo', { text: 'hi', password: 'hunter2' });
      assert.equal(calls(path).at(-1)?.extensions.arguments, '{"text":"hi","password":"[redacted]"}');
      await ask(server, 'refuse');
      await ask(server, 'echo', { text: 7 });
      await refusal(ask(server, 'nothing'));
      const told = calls(path).map(({ tool_name, outcome }) => [tool_name, outcome]);
      assert.deepEqual(told, [
        ['echo', 'allowed'],
        ['refuse', 'error'],
        ['echo', 'error'],
        ['nothing', 'error'],
      ]);
      await server.close();
      assert.match(verified(path), new RegExp(`^whole: ${records(path).length} records`));
    });

    test('what cannot be recorded is not done, or goes on', async () => {
      for (const onFailure of ['refuse', 'allow'] as const) {
        let away = false;
        const sink = async (): Promise<void> => {
          if (away) throw new Error('the collector is away');
        };
        const server = recorded({ sink, onFailure });
        await ask(server, 'echo', { text: 'hi' });
        away = true;
        if (onFailure === 'allow') await ask(server, 'echo', { text: 'hi' });
        else {
          const refused = ask(server, 'echo', { text: 'hi' });
          await assert.rejects(refused, ({ message }: Error) => /cannot record/.test(message));
        }
        await server.close();
      }
    });
  });
}

test('what is refused over HTTP before it is read is recorded', async () => {
  const path = fresh();
  const verify = (token: string) => (token === 'ann-token' ? { subject: 'ann' } : null);
  const server = recorded({ path }, { authentication: { verify } });
  const listening = await server.listen();
  const post = (token: string | undefined, more: Record<string, string> = {}) =>
    fetch(listening.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...more,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });
  assert.equal((await post(undefined)).status, 401);
  assert.equal((await post('canary')).status, 401);
  assert.equal((await post('ann-token', { origin: 'https://evil.example' })).status, 403);
  const statuses = records(path).map(({ extensions }) => extensions.status);
  assert.deepEqual(statuses, [undefined, '401', '401', '403']);
  await listening.close();
  await server.close();
  const text = readFileSync(path, 'utf8');
  assert.ok(!text.includes('canary') && !text.includes('ann-token'));
});

for (const mode of ['durable', 'fast'] as const) {
  for (const kind of ['plain', 'async']) {
    test(`a function gets records one by one (${mode}, ${kind})`, async () => {
      const heard: AuditRecord[] = [];
      let whenFive: () => void = () => {};
      const five = new Promise<void>((resolve) => {
        whenFive = resolve;
      });
      const keep = (batch: readonly AuditRecord[]): void => {
        assert.equal(batch.length, 1);
        heard.push(...batch);
        if (heard.filter(({ tool_name }) => tool_name === 'echo').length === 5) whenFive();
      };
      const sink = kind === 'plain' ? keep : async (batch: readonly AuditRecord[]) => keep(batch);
      const server = recorded({ sink, mode, sinkRecords: 1 });
      await withClient(server, async (client) => {
        for (let number = 0; number < 5; number++) {
          await call(client, 'echo', { text: String(number) });
          if (mode === 'durable')
            assert.equal(heard.at(-1)?.tool_name, 'echo', 'it is there before the answer');
        }
        await news(five);
      });
      for (const [index, record] of heard.slice(1).entries()) {
        assert.equal(record.previous_hash, heard[index]?.event_hash);
      }
    });
  }
}

test('a sink that hangs keeps nobody waiting in the fast mode', async () => {
  const server = recorded({
    sink: () => new Promise(() => {}),
    mode: 'fast',
    sinkSeconds: 0.2,
    queueRecords: 10,
  });
  await withClient(server, async (client) => {
    for (let number = 0; number < 50; number++) {
      const { content } = await call(client, 'echo', { text: String(number) });
      assert.equal(content[0]?.text, String(number));
    }
  });
});

test('a low-level server and a file say it in the same words', async () => {
  const path = fresh();
  const config = join(folder, 'oxmcp.toml');
  writeFileSync(config, `[audit]\npath = "${path}"\narguments = "whole"\nrotate_bytes = 0\n`);
  process.env.OXMCP_CONFIG = config;
  try {
    const server = recorded(undefined);
    await withClient(server, async (client) => {
      await call(client, 'echo', { text: 'hi' });
    });
  } finally {
    delete process.env.OXMCP_CONFIG;
  }
  assert.equal(calls(path).at(-1)?.extensions.arguments, '{"text":"hi"}');
  const low = fresh();
  const server = new Server(
    { name: 'low', version: '1.0.0' },
    { audit: { path: low }, capabilities: { tools: {} } },
  );
  server.setRequestHandler('tools/list', () => ({ tools: [] }));
  await withClient(server, async (client) => {
    await client.listTools();
  });
  assert.ok(records(low).some(({ event_type }) => event_type === 'tools/list'));
});

test('what is wrong is said with its name', async () => {
  const wrong: [object, RegExp][] = [
    [{}, /nothing that records go to/],
    [{ path: fresh(), modus: 'fast' }, /modus/],
    [{ path: fresh(), redactPatterns: ['('] }, /redact_patterns/],
    [{ sink: 'x' }, /sink/],
  ];
  for (const [audit, says] of wrong) {
    await assert.rejects(
      async () => clientOf(recorded(audit as AuditOptions)),
      (error: Error) => error instanceof ConfigurationError && says.test(error.message),
    );
  }
  const path = fresh();
  await withClient(recorded({ path }), async () => {
    await assert.rejects(async () => clientOf(recorded({ path })), TransportError);
  });
});

test('a server over stdio leaves a whole log, and its sink has all of it', () => {
  const [log, copy, script] = [fresh(), fresh(), join(folder, 'server.mjs')];
  const oxmcp = new URL('../dist/esm/index.js', import.meta.url);
  const stdio = new URL('../dist/esm/stdio.js', import.meta.url);
  writeFileSync(
    script,
    `import { appendFileSync } from 'node:fs';
import { McpServer } from '${oxmcp}';
import { StdioServerTransport } from '${stdio}';
const sink = (records) => appendFileSync(${JSON.stringify(copy)}, records.map((record) => JSON.stringify(record) + '\\n').join(''));
const audit = { path: ${JSON.stringify(log)}, mode: 'fast', console: 'stdout', sink };
const server = new McpServer({ name: 's', version: '1' }, { audit });
server.registerTool('echo', {}, () => 'echo');
await server.connect(new StdioServerTransport());
`,
  );
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const lines = Array.from({ length: 20 }, (_, id) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'echo', arguments: {}, _meta },
    }),
  );
  const ran = spawnSync(process.execPath, [script], { input: `${lines.join('\n')}\n{\n`, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  const answers = ran.stdout.trimEnd().split('\n');
  assert.equal(answers.length, 21, "the protocol's stream is the protocol's alone");
  for (const answer of answers) JSON.parse(answer);
  assert.equal(calls(log).length, 20);
  assert.equal(calls(copy).length, 20);
  assert.equal(records(log).at(-1)?.event_type, 'audit.closed');
  assert.ok(!verified(log).includes('not closed'));
  assert.equal(ran.stderr.match(/"tools\/call"/g)?.length, 20, 'and the console is standard error');
});
