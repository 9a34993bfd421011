// What a release uploads, staged and packed as a release would, installed into an empty project without a registry.
import assert from 'node:assert/strict';
import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PLATFORMS = join(ROOT, 'bindings-node', 'native', 'platforms.cjs');
const { current, packageOf, packages } = createRequire(import.meta.url)(PLATFORMS) as {
  current(): string;
  packageOf(platform: string): string;
  packages: Record<string, unknown>;
};
const BINDING = packageOf(current());
const MEGABYTE = 1_000_000;
/** What may be installed, engine and all; 12 are wanted, 16.3 are there. Cryptography, TLS, HTTP/2, JSON Schema and SQLite are the largest parts. */
const LARGEST = 16.6 * MEGABYTE;

interface Manifest {
  name: string;
  version: string;
  exports: Record<string, unknown>;
  dependencies?: object;
  optionalDependencies?: Record<string, string>;
  scripts?: object;
  [field: string]: unknown;
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function npm(folder: string, ...words: string[]): string {
  return execFileSync('npm', [...words, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Packs a folder and returns the tarball. `npm pack` would build first, which has been done. */
function pack(folder: string, into: string): string {
  const [{ filename }] = JSON.parse(
    npm(folder, 'pack', '--json', '--ignore-scripts', '--pack-destination', into),
  ) as [{ filename: string }];
  return join(into, filename);
}

function sizeOf(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return entries
    .map((entry) => statSync(join(folder, entry)))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
}

const GREET = `
const server = new McpServer({ name: 'hello', version: '1.0.0' });
const inputSchema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
server.registerTool('greet', { inputSchema }, ({ name }) => ({ content: [{ type: 'text', text: 'Hello, ' + name + '!' }] }));
server.connect(new StdioServerTransport());
`;
const SERVERS = {
  'esm.mjs': `import { McpServer } from 'oxmcp';\nimport { StdioServerTransport } from 'oxmcp/server/stdio.js';${GREET}`,
  'cjs.cjs': `const { McpServer } = require('oxmcp');\nconst { StdioServerTransport } = require('oxmcp/server/stdio.js');${GREET}`,
};

/** Uses a name of every entry that needs nobody else's package. */
const TYPED = `import { McpServer } from 'oxmcp';
import { FastMCP } from 'oxmcp/fast';
import { InMemoryTransport } from 'oxmcp/inMemory.js';
import { toNodeHandler } from 'oxmcp/node';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { StreamableHTTPServerTransport } from 'oxmcp/server/streamableHttp.js';
import type { RequestHandlerExtra } from 'oxmcp/shared/protocol.js';
import { CallToolRequestSchema } from 'oxmcp/types.js';
import { z } from 'zod';
export const server = new McpServer({ name: 'hello', version: '1.0.0' });
server.registerTool('half', { inputSchema: { of: z.number() } }, ({ of }, extra: RequestHandlerExtra) =>
  (of / 2).toFixed(1) + String(extra.requestId));
export const others = [
  FastMCP, InMemoryTransport, toNodeHandler, StdioServerTransport, StreamableHTTPServerTransport, CallToolRequestSchema,
];
`;

/** Runs a server of the project, calls its tool, closes its input; returns the text of the answer. */
function greet(project: string, file: string): string {
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  };
  const messages = [
    { jsonrpc: '2.0', id: 0, method: 'initialize', params },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'greet', arguments: { name: 'Ada' } } },
  ];
  const input = messages.map((message) => `${JSON.stringify(message)}\n`).join('');
  const done = node(project, [file], { input });
  assert.equal(done.status, 0, done.stderr);
  const answers = done.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, never>);
  const answer = answers.find(({ id }) => id === 1) as
    | { result?: { content: { text: string }[] } }
    | undefined;
  return answer?.result?.content[0]?.text ?? done.stdout;
}

function node(
  project: string,
  words: string[],
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, words, {
    cwd: project,
    input,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

let scratch = '';
before(() => {
  scratch = mkdtempSync(join(tmpdir(), 'oxmcp-package-'));
});
after(() => rmSync(scratch, { recursive: true, force: true }));

/** An empty project that has installed these tarballs, and nothing from a registry. */
function project(name: string, ...tarballs: string[]): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  npm(folder, 'install', '--offline', '--ignore-scripts', ...tarballs);
  for (const [file, text] of Object.entries(SERVERS)) writeFileSync(join(folder, file), text);
  return folder;
}

describe('a release, staged and installed', () => {
  let wrapper = '';
  let binding = '';
  let installed = '';

  before(() => {
    const staged = join(scratch, 'staged');
    const script = join(ROOT, 'bindings-node', 'scripts', 'stage.mjs');
    execFileSync(process.execPath, [script], { env: { ...process.env, OXMCP_STAGE: staged }, stdio: 'pipe' });
    wrapper = join(staged, 'oxmcp');
    binding = join(staged, BINDING.replace('@oxmcp/', ''));
    installed = project('release', pack(wrapper, scratch), pack(binding, scratch));
  });

  test('the wrapper has no engine inside, and names one package for each platform by its exact version', () => {
    const manifest = manifestIn(wrapper);
    assert.deepEqual(
      manifest.optionalDependencies,
      Object.fromEntries(Object.keys(packages).map((platform) => [packageOf(platform), manifest.version])),
    );
    assert.equal(manifest.dependencies, undefined);
    assert.equal(manifest.scripts, undefined);
    const files = readdirSync(wrapper, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      files.filter((file) => file.endsWith('.node')),
      [],
    );
  });

  test('the package of a platform says where it can be installed, and is of the same version', () => {
    const { name, version, os, cpu, libc, main } = manifestIn(binding);
    assert.equal(name, BINDING);
    assert.equal(version, manifestIn(ROOT).version);
    assert.deepEqual(os, [process.platform]);
    assert.deepEqual(cpu, [process.arch]);
    assert.deepEqual(
      libc,
      process.platform === 'linux' ? [current().endsWith('musl') ? 'musl' : 'glibc'] : undefined,
    );
    assert.ok(statSync(join(binding, String(main))).size > 0);
  });

  test('it installs nothing else, and takes no more than is known', () => {
    const modules = join(installed, 'node_modules');
    const others = readdirSync(modules).filter((name) => !name.startsWith('.'));
    assert.deepEqual(others, ['@oxmcp', 'oxmcp']);
    const size = sizeOf(join(modules, '@oxmcp')) + sizeOf(join(modules, 'oxmcp'));
    assert.ok(size <= LARGEST, `it takes ${(size / MEGABYTE).toFixed(1)} MB`);
  });

  for (const file of Object.keys(SERVERS)) {
    test(`a server runs there as ${file.slice(-3)}`, () =>
      assert.equal(greet(installed, file), 'Hello, Ada!'));
  }

  test('its declarations compile there by themselves, for import, for require and without exports', () => {
    const strict = join(scratch, 'strict');
    cpSync(installed, strict, { recursive: true });
    mkdirSync(join(strict, 'node_modules', '@types'));
    for (const needed of ['@types/node', 'undici-types', 'zod']) {
      symlinkSync(join(ROOT, 'node_modules', needed), join(strict, 'node_modules', needed));
    }
    for (const file of ['server.mts', 'server.cts', 'server.ts']) writeFileSync(join(strict, file), TYPED);
    const tsc = [
      join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
      '--noEmit',
      '--strict',
      '--esModuleInterop',
    ];
    for (const words of [
      ['--module', 'nodenext', 'server.mts', 'server.cts'],
      ['--module', 'commonjs', '--moduleResolution', 'node10', '--target', 'es2022', 'server.ts'],
    ]) {
      const { status, stdout } = node(strict, [...tsc, ...words]);
      assert.equal(status, 0, stdout);
    }
  });

  test('without the package of the platform the error names it, and says what to do', () => {
    const without = join(scratch, 'without');
    cpSync(installed, without, { recursive: true });
    rmSync(join(without, 'node_modules', '@oxmcp'), { recursive: true });
    for (const file of Object.keys(SERVERS)) {
      const { status, stderr } = node(without, [file]);
      assert.notEqual(status, 0);
      assert.match(
        stderr,
        new RegExp(
          `cannot find its engine for ${current()}: the package ${BINDING}@[0-9.]+ is not installed`,
        ),
      );
      assert.match(stderr, /--omit=optional/);
      assert.match(stderr, /npm\/cli\/issues\/4828/);
      assert.match(stderr, /Delete node_modules and package-lock\.json/);
    }
  });

  test('an engine of another version is refused', () => {
    const mixed = join(scratch, 'mixed');
    cpSync(installed, mixed, { recursive: true });
    const folder = join(mixed, 'node_modules', 'oxmcp');
    const inside = join(folder, 'bindings-node', 'dist', 'native', 'version.cjs');
    assert.match(readFileSync(inside, 'utf8'), new RegExp(`'${manifestIn(folder).version}'`));
    writeFileSync(inside, "module.exports = '99.0.0';");
    const { status, stderr } = node(mixed, ['esm.mjs']);
    assert.notEqual(status, 0);
    assert.match(stderr, new RegExp(`oxmcp 99\\.0\\.0 found the engine of version [0-9.]+, ${BINDING}`));
  });

  test('an engine that cannot be loaded is named, with the reason', () => {
    const broken = join(scratch, 'broken');
    cpSync(installed, broken, { recursive: true });
    const folder = join(broken, 'node_modules', BINDING);
    writeFileSync(join(folder, String(manifestIn(folder).main)), 'not a library');
    const { status, stderr } = node(broken, ['esm.mjs']);
    assert.notEqual(status, 0);
    assert.match(stderr, new RegExp(`oxmcp cannot load its engine, ${BINDING}: `));
  });

  test('OXMCP_BINDING chooses the engine, before any other', () => {
    const engine = join(binding, String(manifestIn(binding).main));
    assert.equal(node(installed, ['-e', "require('oxmcp')"], { env: { OXMCP_BINDING: engine } }).status, 0);
    const { status, stderr } = node(installed, ['-e', "require('oxmcp')"], {
      env: { OXMCP_BINDING: 'nowhere.node' },
    });
    assert.notEqual(status, 0);
    assert.match(stderr, /OXMCP_BINDING names .*nowhere\.node, which does not exist/);
  });

  test('a platform without an engine is told which have one', () => {
    const disguise = "Object.defineProperty(process, 'arch', { value: 'mips' });";
    const { status, stderr } = node(installed, ['-e', `${disguise} require('oxmcp')`]);
    assert.notEqual(status, 0);
    assert.match(stderr, /oxmcp has no engine for .*mips.*There is one for: darwin-arm64, .*linux-x64-gnu/);
  });
});

describe('npm pack in a checkout', () => {
  test('has to be built first, and says so', () => {
    const checkout = join(scratch, 'unbuilt');
    const dist = join('bindings-node', 'dist');
    for (const path of [
      'package.json',
      join('bindings-node', 'Cargo.toml'),
      join(dist, 'cjs'),
      join(dist, 'native'),
    ]) {
      cpSync(join(ROOT, path), join(checkout, path), { recursive: true });
    }
    rmSync(join(checkout, dist, 'native', 'oxmcp.node'));
    const { status, stderr } = node(checkout, ['-e', "require('oxmcp')"]);
    assert.notEqual(status, 0);
    assert.match(stderr, /This checkout of oxmcp has no engine yet: run npm run build\./);
  });

  test('gives one tarball that runs elsewhere by itself', () => {
    const installed = project('checkout', pack(ROOT, scratch));
    assert.deepEqual(
      readdirSync(join(installed, 'node_modules')).filter((name) => !name.startsWith('.')),
      ['oxmcp'],
    );
    for (const file of Object.keys(SERVERS)) assert.equal(greet(installed, file), 'Hello, Ada!');
    assert.ok(sizeOf(join(installed, 'node_modules', 'oxmcp')) <= LARGEST);
  });
});

describe('what can be imported', () => {
  const { exports, version } = manifestIn(ROOT);
  // What stands for many paths is loaded by each of them where public names are compared.
  const entries = Object.keys(exports).filter((entry) => entry !== './package.json' && !entry.includes('*'));

  test('every entry loads by import and by require, with and without .js, and has the same names either way', async () => {
    const require = createRequire(import.meta.url);
    for (const entry of entries) {
      const name = entry.replace('.', 'oxmcp');
      const imported = Object.keys((await import(name)) as object);
      assert.deepEqual(
        Object.keys(require(name) as object)
          .filter((key) => key !== '__esModule')
          .sort(),
        imported.sort(),
        name,
      );
    }
  });

  test('what is private cannot be imported', () => {
    for (const inner of [
      'engine/native',
      'engine/native.js',
      'engine/event_loop.js',
      'offers/tools.js',
      'server/connections.js',
    ]) {
      const { stderr } = node(ROOT, ['-e', `require('oxmcp/${inner}')`]);
      assert.match(stderr, /ERR_PACKAGE_PATH_NOT_EXPORTED/, inner);
    }
  });

  test('the npm package, the crates and so the Python package have one version', () => {
    assert.match(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'), new RegExp(`^version = "${version}"$`, 'm'));
  });
});

describe('the C library', () => {
  const ask = (fake: string) => {
    const program = `${fake} process.stdout.write(require(${JSON.stringify(PLATFORMS)}).current());`;
    return node(ROOT, ['-e', `Object.defineProperty(process, 'platform', { value: 'linux' }); ${program}`])
      .stdout;
  };
  const ldd = (answer: string) =>
    `const fs = require('node:fs'); const { readFileSync } = fs;
     fs.readFileSync = (path, ...rest) => { if (path !== '/usr/bin/ldd') return readFileSync(path, ...rest); ${answer} };`;
  const report = (header: object) =>
    `process.report.getReport = () => ({ header: ${JSON.stringify(header)} });`;
  const noLdd = ldd("throw new Error('ENOENT')");

  test('is known from ldd, or without one from what Node reports', () => {
    assert.equal(ask(ldd("return '#!/bin/sh GNU C Library'")), `linux-${process.arch}-gnu`);
    assert.equal(ask(ldd("return 'musl libc (x86_64)'")), `linux-${process.arch}-musl`);
    assert.equal(ask(noLdd + report({ glibcVersionRuntime: '2.36' })), `linux-${process.arch}-gnu`);
    assert.equal(ask(noLdd + report({})), `linux-${process.arch}-musl`);
  });
});
