// Programs that a bundler made one file of, by themselves in a folder: they start, and find their engine.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BINDING, ENGINE_FILE, install, stage } from './release.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const tools = createRequire(import.meta.url);
const tool = (name: string): string => here(`node_modules/${name}`);

const scratch = mkdtempSync(join(tmpdir(), 'oxmcp-bundlers-'));
after(() => rmSync(scratch, { recursive: true }));
const staged = join(scratch, 'staged');
stage(staged);
const project = join(scratch, 'project');
install(staged, project);

const PROGRAM = `
const server = new McpServer({ name: 'bundled', version: '1.0.0' });
server.registerTool('echo', {}, () => 'said');
const message = {
  jsonrpc: '2.0', id: 1, method: 'tools/call',
  params: { name: 'echo', arguments: {}, _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {},
  } },
};
const headers = {
  'content-type': 'application/json', accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'echo',
};
server.fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body: JSON.stringify(message) }))
  .then((response) => response.json())
  .then(({ result }) => { console.log('STARTED', result.content[0].text); process.exit(0); });
`;
const ESM = join(project, 'program.mjs');
const CJS = join(project, 'program.cjs');
writeFileSync(ESM, `import { McpServer } from 'oxmcp';${PROGRAM}`);
writeFileSync(CJS, `const { McpServer } = require('oxmcp');${PROGRAM}`);

let made = 0;

/** Where a bundle goes: a folder of its own. Within the project it finds what is installed there; elsewhere it finds nothing. */
function place(within: 'project' | 'elsewhere'): string {
  made += 1;
  const folder = within === 'project' ? join(project, `out${made}`) : join(scratch, `alone${made}`);
  mkdirSync(folder);
  return folder;
}

/** Puts the engine beside a bundle, as a deployment does. */
function putEngineBeside(folder: string): void {
  cpSync(join(staged, BINDING, ENGINE_FILE), join(folder, ENGINE_FILE));
}

function starts(file: string, command = [process.execPath]): void {
  const [program, ...words] = [...command, file];
  const run = spawnSync(program as string, words, { cwd: dirname(file), encoding: 'utf8', timeout: 60_000 });
  assert.match(run.stdout, /STARTED said/, run.stderr);
}

const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

describe('esbuild', () => {
  const esbuild = tools('esbuild');
  const ways = [
    [ESM, 'cjs'],
    [ESM, 'esm'],
    [CJS, 'cjs'],
    [CJS, 'esm'],
  ] as const;
  for (const [entry, format] of ways) {
    const name = `${entry === ESM ? 'a module' : 'CommonJS'} as ${format}`;
    const extension = format === 'esm' ? 'mjs' : 'cjs';
    // What esbuild wants for any CommonJS package that requires a module of Node's.
    const banner = entry === CJS && format === 'esm' ? { js: REQUIRE } : {};
    const options = {
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      format,
      logLevel: 'silent',
      absWorkingDir: project,
      banner,
    };

    test(`${name}, the engine copied by the loader for .node`, () => {
      const folder = place('elsewhere');
      const outfile = join(folder, `bundle.${extension}`);
      esbuild.buildSync({ ...options, outfile, loader: { '.node': 'copy' } });
      starts(outfile);
    });

    test(`${name}, the packages with engines left out`, () => {
      const folder = place('project');
      const outfile = join(folder, `bundle.${extension}`);
      esbuild.buildSync({ ...options, outfile, external: ['@oxmcp/*'] });
      starts(outfile);
    });

    test(`${name}, the engine put beside it by hand`, () => {
      const folder = place('elsewhere');
      const outfile = join(folder, `bundle.${extension}`);
      esbuild.buildSync({ ...options, outfile, external: ['@oxmcp/*'] });
      const alone = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
      assert.match(alone.stderr, /This is a bundle: put oxmcp\..*\.node of that package beside it/);
      putEngineBeside(folder);
      starts(outfile);
    });
  }
});

describe('rollup', () => {
  for (const format of ['es', 'cjs'] as const) {
    test(`a module as ${format}`, async () => {
      const { rollup } = await import(tool('rollup/dist/es/rollup.js'));
      const { nodeResolve } = await import(tool('@rollup/plugin-node-resolve/dist/es/index.js'));
      const { default: commonjs } = await import(tool('@rollup/plugin-commonjs/dist/es/index.js'));
      const bundle = await rollup({
        input: ESM,
        external: [/^node:/, /^@oxmcp\//],
        plugins: [
          nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }),
          commonjs({ ignoreTryCatch: true }),
        ],
        onwarn: () => {},
      });
      const file = join(place('project'), format === 'es' ? 'bundle.mjs' : 'bundle.cjs');
      await bundle.write({ file, format, inlineDynamicImports: true });
      await bundle.close();
      starts(file);
    });
  }
});

describe('webpack', () => {
  for (const entry of [ESM, CJS]) {
    test(`${entry === ESM ? 'a module' : 'CommonJS'}, the packages with engines left out`, async () => {
      const webpack = tools('webpack');
      const path = place('project');
      const stats = await new Promise<{ hasErrors(): boolean; toString(): string }>((resolve, reject) => {
        webpack(
          {
            mode: 'production',
            target: 'node',
            entry,
            context: project,
            optimization: { minimize: false },
            externals: [/^@oxmcp\//].map(
              (pattern) =>
                ({ request }: { request: string }, done: (...result: unknown[]) => void) =>
                  pattern.test(request) ? done(null, `commonjs ${request}`) : done(),
            ),
            output: { path, filename: 'bundle.cjs' },
          },
          (error: Error | null, stats: never) => (error === null ? resolve(stats) : reject(error)),
        );
      });
      assert.equal(stats.hasErrors(), false, stats.toString());
      starts(join(path, 'bundle.cjs'));
    });
  }
});

describe('vite', () => {
  test('an SSR build with everything inside', async () => {
    const { build } = await import(tool('vite/dist/node/index.js'));
    const outDir = place('project');
    await build({
      root: project,
      logLevel: 'silent',
      build: { ssr: ESM, outDir, emptyOutDir: false, rollupOptions: { external: [/^@oxmcp\//] } },
      ssr: { noExternal: true },
    });
    const file = readdirSync(outDir).find((name) => /\.m?js$/.test(name)) ?? '';
    starts(join(outDir, file));
  });
});

describe('ncc', () => {
  test('CommonJS, the engine carried along', () => {
    const folder = place('elsewhere');
    const cli = tool('@vercel/ncc/dist/ncc/cli.js');
    execFileSync(process.execPath, [cli, 'build', CJS, '--out', folder, '--quiet'], {
      cwd: project,
      stdio: 'pipe',
    });
    starts(join(folder, existsSync(join(folder, 'index.cjs')) ? 'index.cjs' : 'index.js'));
  });
});

const bun = here(`../runtimes/node_modules/@oven/bun-${process.platform}-${process.arch}/bin/bun`);
describe('bun build --compile', { skip: existsSync(bun) ? false : `there is no Bun here (${bun})` }, () => {
  test('one executable, the engine inside', () => {
    const outfile = join(place('elsewhere'), 'program');
    execFileSync(bun, ['build', '--compile', ESM, '--outfile', outfile], { cwd: project, stdio: 'pipe' });
    starts(outfile, []);
  });
});
