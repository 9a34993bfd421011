// Runtimes that are not Node, as npm carries them. What has no binary for this platform is skipped, and says so.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// A project of its own that has installed the package, as its users have.
const project = mkdtempSync(join(tmpdir(), 'oxmcp-runtimes-'));
after(() => rmSync(project, { recursive: true }));
mkdirSync(join(project, 'node_modules'));
symlinkSync(here('../..'), join(project, 'node_modules', 'oxmcp'));
writeFileSync(join(project, 'package.json'), '{ "type": "module", "dependencies": { "oxmcp": "*" } }');
const SMOKE = join(project, 'smoke.mjs');
copyFileSync(here('smoke.mjs'), SMOKE);

const { arch, platform } = process;

const RUNTIMES = [
  { name: 'Bun', binary: here(`node_modules/@oven/bun-${platform}-${arch}/bin/bun`), words: [] },
  {
    name: 'Deno',
    binary: here(`node_modules/@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}/deno`),
    words: ['run', '-A', '--node-modules-dir=manual'],
  },
];

for (const { name, binary, words } of RUNTIMES) {
  const skip = existsSync(binary) ? false : `npm has no ${name} for ${platform}-${arch} here (${binary})`;
  describe(name, { skip }, () => {
    for (const processors of ['all', 'one']) {
      test(`serves what is loaded either way, over fetch and a listener, with texts of every kind, on ${processors} of the processors`, (t) => {
        const line = [binary, ...words, SMOKE];
        const [command, ...rest] = processors === 'one' ? ['taskset', '-c', '0', ...line] : line;
        const run = spawnSync(command as string, rest, { encoding: 'utf8', timeout: 60_000 });
        if ((run.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
          t.skip('there is no taskset here');
          return;
        }
        assert.equal(run.status, 0, `${run.signal}: ${run.stderr}`);
        assert.deepEqual(JSON.parse(run.stdout.trim().split('\n').at(-1) ?? ''), {
          required: true,
          fetched: 'hello',
          listened: 'hello',
          changed: [],
        });
      });
    }

    test('serves stdio, and ends with its input', async () => {
      const child = spawn(binary, [...words, SMOKE, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
      const ended = once(child, 'exit');
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const ask = async (id: number, method: string, params: object) => {
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
        return JSON.parse((await lines.next()).value);
      };
      const clientInfo = { name: 'c', version: '1' };
      await ask(0, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
      const { result } = await ask(1, 'tools/call', { name: 'echo', arguments: { text: 'hello' } });
      assert.equal(result.content[0].text, 'hello');
      child.stdin.end();
      assert.deepEqual(await ended, [0, null]);
    });
  });
}
