// Compiles the wrapper for `require` into bindings-node/dist/cjs, writes modules that hand it on for `import` into dist/esm, and
// puts the loader beside. One copy of the code: a class is the same however it was imported, and the package is smaller.
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
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = join(root, 'bindings-node');
const dist = join(here, 'dist');
const stamp = join(dist, '.inputs');
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

/** Code without comments, and declarations with those that people read. */
const RUNS = [
  ['--declaration', 'false', '--removeComments', 'true'],
  ['--declaration', 'true', '--emitDeclarationOnly', 'true'],
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
  for (const config of ['tsconfig.json', 'tsconfig.cjs.json']) read(join(here, config));
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

/** Has `write` fill a folder of its own, which then takes the place of the last result in one step. */
async function replace(name, type, write) {
  const unfinished = join(dist, `${name}.new`);
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  if (!(await write(unfinished))) process.exit(1);
  writeFileSync(join(unfinished, 'package.json'), `{ "type": "${type}" }\n`);
  rmSync(join(dist, name), { recursive: true, force: true });
  renameSync(unfinished, join(dist, name));
}

async function compile(folder) {
  const outcomes = RUNS.map((words) => {
    const line = [tsc, '--project', join(here, 'tsconfig.cjs.json'), '--outDir', folder, ...words];
    const child = spawn(process.execPath, line, { stdio: 'inherit' });
    return new Promise((done) => child.on('close', (code) => done(code === 0)));
  });
  if (!(await Promise.all(outcomes)).every(Boolean)) return false;
  takeBuiltins(folder);
  return true;
}

/** Has Node's own modules taken without `require`, which bundles that are modules do not have; see native/builtin.cjs. */
function takeBuiltins(folder) {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js')) continue;
    const code = readFileSync(join(folder, file), 'utf8');
    const taken = code.replaceAll(
      /require\(("node:[\w/]+")\)/g,
      '(process.getBuiltinModule?.($1) ?? require($1))',
    );
    if (taken !== code) writeFileSync(join(folder, file), taken);
  }
}

/** For each entry that is imported, a module that hands on what the same module gives those who require it. */
function handOn(folder) {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const at = './bindings-node/dist/esm/';
  const entries = new Set(Object.values(exports).map((entry) => entry.import?.slice(at.length)));
  const modules = [...entries].filter(Boolean);
  for (const module of modules) {
    const names = valuesOf(join(dist, 'cjs', module));
    const from = `'${'../'.repeat(module.split('/').length)}cjs/${module}'`;
    mkdirSync(dirname(join(folder, module)), { recursive: true });
    const values =
      names.length === 0 ? `import ${from};\n` : `export { ${names.join(', ')} } from ${from};\n`;
    writeFileSync(join(folder, module), values);
    writeFileSync(join(folder, module.replace(/\.js$/, '.d.ts')), `export * from ${from};\n`);
  }
  return true;
}

/** The names that a compiled module gives at run time, its own and those it hands on: as the compiler writes them. */
function valuesOf(file) {
  const code = readFileSync(file, 'utf8');
  const own = code.matchAll(/\bexports\.(\w+) =|Object\.defineProperty\(exports, "(\w+)"/g);
  const names = new Set([...own].map(([, assigned, defined]) => assigned ?? defined));
  for (const [, from] of code.matchAll(/__exportStar\(require\("(\.[^"]+)"\), exports\)/g)) {
    for (const name of valuesOf(join(dirname(file), from))) names.add(name);
  }
  names.delete('__esModule');
  return [...names].sort();
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

await replace('cjs', 'commonjs', compile);
await replace('esm', 'module', handOn);
writeFileSync(stamp, inputs);
