// Compiles the wrapper twice, for `import` and for `require`, into bindings-node/dist/{esm,cjs}, and puts the loader beside.
// Does nothing when nothing has changed since the last time.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = join(root, 'bindings-node');
const dist = join(here, 'dist');
const stamp = join(dist, '.inputs');
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

const CODE = ['--declaration', 'false', '--removeComments', 'true'];

/** Declarations, and the comments that go with them, are written once: for `import` they refer to those for `require`. */
const formats = [
  { name: 'esm', config: 'tsconfig.json', type: 'module', runs: [CODE] },
  {
    name: 'cjs',
    config: 'tsconfig.cjs.json',
    type: 'commonjs',
    runs: [CODE, ['--declaration', 'true', '--emitDeclarationOnly', 'true']],
  },
];

/** A fingerprint of everything the result depends on. */
function fingerprint() {
  const hash = createHash('sha256');
  const read = (file) => hash.update(`${file}\0`).update(readFileSync(file));
  for (const folder of ['typescript', 'native', 'scripts']) {
    for (const entry of readdirSync(join(here, folder), { recursive: true, withFileTypes: true }).sort(
      byPath,
    )) {
      if (entry.isFile()) read(join(entry.parentPath ?? entry.path, entry.name));
    }
  }
  for (const { config } of formats) read(join(here, config));
  read(join(root, 'package-lock.json'));
  read(join(root, 'package.json'));
  return hash.digest('hex');
}

function byPath(one, other) {
  return pathOf(one) < pathOf(other) ? -1 : 1;
}

function pathOf(entry) {
  return join(entry.parentPath ?? entry.path, entry.name);
}

/** Runs the compiler into a folder of its own, which then takes the place of the last result in one step. */
async function compile({ name, config, type, runs }) {
  const unfinished = join(dist, `${name}.new`);
  rmSync(unfinished, { recursive: true, force: true });
  for (const words of runs) {
    const line = [tsc, '--project', join(here, config), '--outDir', unfinished, ...words];
    const child = spawn(process.execPath, line, { stdio: 'inherit' });
    const code = await new Promise((done) => child.on('close', done));
    if (code !== 0) return false;
  }
  writeFileSync(join(unfinished, 'package.json'), `{ "type": "${type}" }\n`);
  if (name === 'esm') referToDeclarations(unfinished);
  rmSync(join(dist, name), { recursive: true, force: true });
  renameSync(unfinished, join(dist, name));
  return true;
}

/** Writes, beside each module for `import`, declarations that are those of the same module for `require`. */
function referToDeclarations(folder) {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js')) continue;
    const module = file.replaceAll('\\', '/');
    const up = '../'.repeat(module.split('/').length);
    const declarations = `export * from '${up}cjs/${module}';\n`;
    writeFileSync(join(folder, module.replace(/\.js$/, '.d.ts')), declarations);
  }
}

if (!existsSync(tsc)) {
  console.error('The TypeScript compiler is missing: run `npm ci` first.');
  process.exit(1);
}
const inputs = fingerprint();
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) process.exit(0);
rmSync(stamp, { force: true });

mkdirSync(join(dist, 'native'), { recursive: true });
for (const file of ['builtin.cjs', 'loader.cjs', 'platforms.cjs'])
  cpSync(join(here, 'native', file), join(dist, 'native', file));
// Its own file, so that bundles have it inside.
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
writeFileSync(join(dist, 'native', 'version.cjs'), `'use strict';\nmodule.exports = '${version}';\n`);
// In the package there are no sources for the declarations to refer to.
const declarations = readFileSync(join(here, 'native', 'loader.d.cts'), 'utf8').replace(
  '../typescript/',
  '../cjs/',
);
writeFileSync(join(dist, 'native', 'loader.d.cts'), declarations);

if (!(await Promise.all(formats.map(compile))).every(Boolean)) process.exit(1);
writeFileSync(stamp, inputs);
