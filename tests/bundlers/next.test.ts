// A server in a route of Next's, built by Turbopack with the one setting that README names, and deployed without its sources.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { install, stage } from './release.js';

// Below the folder where Next is installed: Turbopack reads nothing outside of its root.
const HERE = fileURLToPath(new URL('.', import.meta.url));
const project = mkdtempSync(join(HERE, '.next-'));
const scratch = mkdtempSync(join(tmpdir(), 'oxmcp-next-'));
after(() => {
  for (const folder of [project, scratch]) rmSync(folder, { recursive: true });
});
stage(join(scratch, 'staged'));
install(join(scratch, 'staged'), project);

const FILES = {
  'package.json': '{ "private": true, "type": "module", "dependencies": { "next": "*", "oxmcp": "*" } }',
  'next.config.mjs': `export default {
    serverExternalPackages: ['oxmcp'],
    output: 'standalone',
    outputFileTracingRoot: ${JSON.stringify(HERE)},
    turbopack: { root: ${JSON.stringify(HERE)} },
  };`,
  'app/layout.js': 'export default ({ children }) => <html><body>{children}</body></html>;',
  'app/mcp/route.js': `import { headers } from 'next/headers';
    import { McpServer } from 'oxmcp';
    const server = new McpServer({ name: 'next', version: '1.0.0' });
    server.registerTool('who', {}, async () => (await headers()).get('x-who'));
    export const POST = (request) => server.fetch(request);`,
};
for (const [name, text] of Object.entries(FILES)) {
  mkdirSync(join(project, name, '..'), { recursive: true });
  writeFileSync(join(project, name), text);
}

const environment = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' as const };

test('next build takes it, and the route answers where it is deployed, with what belongs to its request', async (t) => {
  const next = join(HERE, 'node_modules/next/dist/bin/next');
  execFileSync(process.execPath, [next, 'build'], { cwd: project, env: environment, stdio: 'pipe' });
  const deployed = join(scratch, 'deployed');
  cpSync(join(project, '.next', 'standalone'), deployed, { recursive: true });

  const port = await freePort();
  const server = spawn(process.execPath, ['server.js'], {
    cwd: join(deployed, basename(project)),
    env: { ...environment, PORT: String(port), HOSTNAME: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => server.kill());
  let said = '';
  for await (const chunk of server.stdout as Readable) {
    said += chunk;
    if (said.includes('Ready')) break;
  }
  assert.match(said, /Ready/);
  assert.equal(await who(port, 'ada'), 'ada');
  assert.equal(await who(port, 'grace'), 'grace');
  server.kill();
  await once(server, 'exit');
});

/** Next cannot be told to choose one by itself. */
async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  listener.close();
  await once(listener, 'close');
  return port;
}

/** What the tool says of a call with this header. */
async function who(port: number, name: string): Promise<string> {
  const version = '2026-07-28';
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { name: 'who', arguments: {}, _meta };
  const response = await fetch(`http://127.0.0.1:${port}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': version,
      'mcp-method': 'tools/call',
      'mcp-name': 'who',
      'x-who': name,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
  const { result } = (await response.json()) as { result: { content: { text: string }[] } };
  return result.content[0]?.text ?? '';
}
