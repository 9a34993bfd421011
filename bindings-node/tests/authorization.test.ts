// The section `authorization`, over every way in, and what items ask for themselves.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type AuthorizationOptions, McpServer } from 'oxmcp';
import { z } from 'zod';

const INFO = { name: 'database', version: '1.0.0' };
const folder = mkdtempSync(join(tmpdir(), 'oxmcp-authorization-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const USERS: Record<string, object> = {
  ann: { subject: 'ann', roles: ['analyst'] },
  dev: { subject: 'dev', roles: ['developer'] },
  adm: { subject: 'adm', claims: { groups: ['ops'] } },
  low: { subject: 'low', scopes: ['db:read'] },
  all: { subject: 'all', scopes: ['db:read', 'db:write'], roles: ['boss'] },
};
const authentication = {
  authorizationServers: ['https://issuer.example.com'],
  verify: async (token: string) => USERS[token] ?? null,
};

const POLICY: AuthorizationOptions = {
  groupsClaim: 'groups',
  roles: { analyst: {}, developer: { includes: 'analyst' }, admin: { groups: 'ops' } },
  rules: [
    {
      name: 'analysts read',
      effect: 'allow',
      roles: 'analyst',
      tools: 'query',
      arguments: {
        sql: { sql: { denyTables: ['audit_logs', 'credentials'] } },
        limit: { range: { min: 1, max: 100 }, optional: true },
      },
    },
    {
      effect: 'allow',
      roles: 'developer',
      tools: 'insert',
      arguments: { table: { oneOf: ['logs', 'events'] }, note: { startsWith: '/notes/', optional: true } },
    },
    { effect: 'allow', roles: 'developer', resources: 'docs://*', prompts: ['plan'] },
    { effect: 'deny', roles: 'developer', resources: 'docs://secret' },
    { name: 'admins', effect: 'allow', roles: 'admin' },
  ],
};

function database(options: object): McpServer {
  const server = new McpServer(INFO, options);
  const query = { sql: z.string(), limit: z.number().optional() };
  server.registerTool('query', { inputSchema: z.object(query) }, ({ sql }) => `rows of ${sql}`);
  const insert = { table: z.string(), note: z.string().optional() };
  server.registerTool('insert', { inputSchema: z.object(insert) }, ({ table }) => `into ${table}`);
  server.registerTool('drop', {}, () => 'dropped');
  server.registerResource('secret', 'docs://secret', {}, () => 'secret');
  server.registerResource('open', 'docs://open', {}, () => 'open');
  server.registerPrompt('plan', {}, () => 'plan');
  server.registerPrompt('plot', {}, () => 'plot');
  return server;
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': INFO,
  'io.modelcontextprotocol/clientCapabilities': {},
};

interface Answer {
  readonly status: number;
  readonly challenge: string;
  /** The text without the id. */
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a server says is looked at member by member.
  readonly said: any;
}

type Ask = (method: string, params?: Record<string, unknown>) => Promise<Answer>;

/** How somebody asks over HTTP in one of the eras. */
function caller(server: McpServer, token: string, legacy: boolean): Ask {
  let session: Record<string, string> | undefined;
  const post = async (message: Record<string, unknown>, headers: Record<string, string>) =>
    server.fetch(
      new Request('http://localhost/mcp', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: `Bearer ${token}`,
          ...headers,
        },
        body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      }),
    );
  return async (method, params = {}) => {
    if (legacy && session === undefined) {
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: INFO };
      const opened = await post({ id: 0, method: 'initialize', params }, {});
      const id = opened.headers.get('mcp-session-id') ?? '';
      await opened.text();
      session = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
      await (await post({ method: 'notifications/initialized' }, session)).text();
    }
    const named = String(params.name ?? params.uri ?? '');
    const modern = {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(named !== '' && { 'mcp-name': named }),
    };
    const asked = { id: 1, method, params: legacy ? params : { ...params, _meta: META } };
    const response = await post(asked, legacy ? (session ?? {}) : modern);
    const text = await response.text();
    const data = text
      .split('\n')
      .filter((line) => line.startsWith('data: {'))
      .at(-1);
    const challenge = response.headers.get('www-authenticate') ?? '';
    return { status: response.status, challenge, text, said: JSON.parse(data?.slice(6) ?? text) };
  };
}

const call = (ask: Ask, name: string, args: object) => ask('tools/call', { name, arguments: args });

async function toolsOf(ask: Ask): Promise<string[]> {
  const { said } = await ask('tools/list');
  return said.result.tools.map((tool: { name: string }) => tool.name).sort();
}

for (const legacy of [false, true]) {
  describe(`in the ${legacy ? 'legacy' : 'modern'} era`, () => {
    test('what is denied is not there, and what is allowed is down to its arguments', async () => {
      const server = database({ authentication, authorization: POLICY });
      const ann = caller(server, 'ann', legacy);
      const [dev, adm] = [caller(server, 'dev', legacy), caller(server, 'adm', legacy)];
      assert.deepEqual(await toolsOf(ann), ['query']);
      assert.deepEqual(await toolsOf(dev), ['insert', 'query']);
      assert.deepEqual(await toolsOf(adm), ['drop', 'insert', 'query']);
      assert.deepEqual(await toolsOf(caller(server, 'low', legacy)), []);

      const denied = await call(ann, 'drop', {});
      const unknown = await call(ann, 'nope', {});
      assert.equal(denied.text.replaceAll('drop', 'nope'), unknown.text);
      assert.equal(denied.status, unknown.status);
      assert.equal((await call(adm, 'drop', {})).said.result.content[0].text, 'dropped');

      const read = await call(ann, 'query', { sql: 'SELECT a FROM t', limit: 5 });
      assert.equal(read.said.result.content[0].text, 'rows of SELECT a FROM t');
      for (const args of [
        { sql: 'SELECT a FROM credentials' },
        { sql: 'SELECT a FROM t, "CREDENTIALS"' },
        { sql: 'DELETE FROM t' },
        { sql: 'SELECT 1; DROP TABLE t' },
        { sql: 'SELECT a FROM t', limit: 101 },
      ]) {
        const refused = await call(ann, 'query', args);
        assert.equal(refused.said.result.isError, true, JSON.stringify(args));
        assert.match(refused.said.result.content[0].text, /not allowed: the argument "(sql|limit)" must/);
        assert.doesNotMatch(refused.text, /analysts read/);
      }
      assert.equal((await call(dev, 'insert', { table: 'logs' })).said.result.isError ?? false, false);
      for (const args of [
        { table: 'credentials' },
        { table: 'lоgs' },
        { table: 'logs', note: '/notes/../x' },
      ]) {
        assert.equal((await call(dev, 'insert', args)).said.result.isError, true, JSON.stringify(args));
      }

      assert.deepEqual(
        (await dev('resources/list')).said.result.resources.map(({ uri }: { uri: string }) => uri),
        ['docs://open'],
      );
      const secret = await dev('resources/read', { uri: 'docs://secret' });
      const nothing = await ann('resources/read', { uri: 'docs://nothing' });
      assert.equal(secret.text.replaceAll('docs://secret', 'docs://nothing'), nothing.text);
      assert.deepEqual(
        (await dev('prompts/list')).said.result.prompts.map(({ name }: { name: string }) => name),
        ['plan'],
      );
      const plot = await dev('prompts/get', { name: 'plot' });
      const none = await dev('prompts/get', { name: 'none' });
      assert.equal(plot.text.replaceAll('plot', 'none'), none.text);
    });

    test('items ask for scopes and roles, and whoever lacks a scope alone is told which', async () => {
      const server = new McpServer(INFO, { authentication });
      server.registerTool('open', {}, () => 'open');
      server.registerTool('write', { requiredScopes: ['db:read', 'db:write'] }, () => 'written');
      const led = server.registerTool('lead', { roles: 'boss' }, () => 'led');
      server.registerPrompt('plan', { roles: ['boss'] }, () => 'plan');
      server.registerResource('doc', 'doc://a', { requiredScopes: 'db:write' }, () => 'text');
      const [low, all] = [caller(server, 'low', legacy), caller(server, 'all', legacy)];
      assert.deepEqual(await toolsOf(low), ['open']);
      assert.deepEqual(await toolsOf(all), ['lead', 'open', 'write']);
      assert.equal((await call(all, 'write', {})).said.result.content[0].text, 'written');
      const challenged = await call(low, 'write', {});
      assert.equal(challenged.status, 403, challenged.text);
      assert.match(challenged.challenge, /^Bearer .*error="insufficient_scope".*scope="db:read db:write"/);
      assert.match(challenged.challenge, /resource_metadata="http/);
      const hidden = await call(low, 'lead', {});
      assert.equal(hidden.text.replaceAll('lead', 'nope'), (await call(low, 'nope', {})).text);
      assert.deepEqual((await low('prompts/list')).said.result.prompts, []);
      assert.deepEqual((await low('resources/list')).said.result.resources, []);
      assert.equal((await all('resources/read', { uri: 'doc://a' })).said.result.contents[0].text, 'text');
      // It may change while it is served.
      led.update({ roles: null });
      assert.deepEqual([led.roles, await toolsOf(low)], [undefined, ['lead', 'open']]);
      led.update({ requiredScopes: 'db:write' });
      assert.deepEqual([led.requiredScopes, await toolsOf(low)], ['db:write', ['open']]);
    });

    test('on stdio callers have the local roles', async () => {
      const program = `
        import { McpServer } from 'oxmcp';
        import { serveStdio } from 'oxmcp/stdio';
        await serveStdio(() => {
          const server = new McpServer({ name: 'local', version: '1' }, {
            authorization: { localRoles: 'r', rules: [{ effect: 'allow', roles: 'r', tools: 'open' }] },
          });
          server.registerTool('open', {}, () => 'open');
          server.registerTool('closed', {}, () => 'closed');
          return server;
        });`;
      const asked = (id: number, method: string, params: object) => ({
        jsonrpc: '2.0',
        id,
        method,
        params: legacy ? params : { ...params, _meta: META },
      });
      const messages: object[] = [];
      if (legacy) {
        const opening = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: INFO };
        messages.push(asked(0, 'initialize', opening), {
          jsonrpc: '2.0',
          method: 'notifications/initialized',
        });
      }
      messages.push(asked(1, 'tools/list', {}));
      for (const [id, name] of [
        [2, 'open'],
        [3, 'closed'],
        [4, 'nope'],
      ] as const) {
        messages.push(asked(id, 'tools/call', { name, arguments: {} }));
      }
      const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
        input: messages.map((message) => `${JSON.stringify(message)}\n`).join(''),
        encoding: 'utf8',
        timeout: 60_000,
      });
      const answers = new Map(
        out
          .trim()
          .split('\n')
          .map((line) => [JSON.parse(line).id, JSON.parse(line)]),
      );
      assert.deepEqual(
        answers.get(1).result.tools.map(({ name }: { name: string }) => name),
        ['open'],
      );
      assert.equal(answers.get(2).result.content[0].text, 'open');
      const [closed, nope] = [answers.get(3), answers.get(4)];
      delete closed.id;
      delete nope.id;
      assert.equal(JSON.stringify(closed).replaceAll('closed', 'nope'), JSON.stringify(nope));
    });
  });
}

describe('the section', () => {
  test('is refused where it cannot be meant, before anything is served', async () => {
    for (const [authorization, words] of [
      [{ rules: [{ effect: 'perhaps' }] }, /perhaps/],
      [{ rule: [] }, /unknown field `rule`/],
      [{ roles: { a: {} }, rules: [{ effect: 'allow', roles: 'b' }] }, /role "b"/],
      [{ policyFile: join(folder, 'absent.toml') }, /absent\.toml/],
      [{ policyFile: 'x.toml', rules: [] }, /rules belongs into the policy_file/],
    ] as const) {
      const served = async (): Promise<unknown> =>
        new McpServer(INFO, { authorization: authorization as AuthorizationOptions }).listen({ port: 0 });
      await assert.rejects(served, words);
    }
    const server = new McpServer(INFO, {});
    assert.throws(() => server.registerTool('a', { requiredScopes: 'a b' }, () => ''), /cannot be a scope/);
    assert.throws(() => server.registerTool('a', { roles: [] }, () => ''), /name at least one/);
  });

  test('may be in a file of its own, which the command explains', () => {
    const file = join(folder, 'policy.json');
    const rules = [{ name: 'readers', effect: 'allow', roles: 'reader', tools: 'query' }];
    writeFileSync(file, JSON.stringify({ rules }));
    const command = (...words: string[]) =>
      spawnSync(process.execPath, [join(import.meta.dirname, '../dist/cjs/command.js'), ...words], {
        encoding: 'utf8',
        timeout: 60_000,
      });
    const allowed = command('policy', 'explain', '--policy', file, '--as', 'reader', 'call', 'query');
    assert.equal(allowed.status, 0, allowed.stderr);
    assert.match(allowed.stdout, /^allowed: .*\ndecided by: readers\n/);
    const denied = command('policy', 'explain', '--policy', file, '--as', 'writer', 'call', 'query');
    assert.deepEqual([denied.status, denied.stdout.startsWith('denied')], [1, true], denied.stderr);
    assert.equal(command('policy', 'check', file).status, 0);
    writeFileSync(file, '{"rules": [{}]}');
    const broken = command('policy', 'check', file);
    assert.deepEqual([broken.status, /policy\.json: .*effect/.test(broken.stderr)], [1, true], broken.stderr);
  });
});
