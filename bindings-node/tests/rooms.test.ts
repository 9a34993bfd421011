// Rooms only look downhill, no imports go in a circle, and the top level is what users import (ARCHITECTURE.md). The source is
// read with TypeScript's own parser, so an import of types alone counts like any other.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const SOURCES = fileURLToPath(new URL('../typescript', import.meta.url));
const MANIFEST = fileURLToPath(new URL('../../package.json', import.meta.url));

/** The rooms, lowest first. Each may use those before it, and itself; the last is the top level. */
const ROOMS = [
  'types/oauth',
  'types',
  'engine',
  'arguments/reading',
  'arguments/spec_schemas',
  'arguments',
  'arguments/forms',
  'authentication',
  'validation',
  'later',
  'answers',
  'calls',
  'offers/tasks',
  'offers',
  'serving',
  'serving/stdio',
  'serving/http',
  'server/tasks',
  'server',
  'server/middleware',
  'server/auth',
  'shared',
  'ext',
  'fast',
  '.',
];

const MOST_FILES = 15;

type Imports = ReadonlyMap<string, readonly string[]>;

/** What a module imports of its own package, whichever way it is written. */
function importsOf(file: string, text: string): string[] {
  const found = new Set<string>();
  const note = (specifier: ts.Node | undefined): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    if (specifier.text.startsWith('.') && specifier.text.endsWith('.js')) {
      found.add(join(dirname(file), specifier.text).replace(/\.js$/, '.ts'));
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) note(node.moduleSpecifier);
    else if (ts.isExternalModuleReference(node)) note(node.expression);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) note(node.argument.literal);
    else if (ts.isCallExpression(node) && isLoading(node.expression)) note(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return [...found];
}

function isLoading(called: ts.Expression): boolean {
  return (
    called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === 'require')
  );
}

/** One circle, from a module back to it; undefined where there is none. */
function circleIn(imports: Imports): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const follow = (file: string): string[] | undefined => {
    const since = path.indexOf(file);
    if (since !== -1) return [...path.slice(since), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const next of imports.get(file) ?? []) {
      const circle = follow(next);
      if (circle !== undefined) return circle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = follow(file);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** The imports that go from a room into one above it. */
function uphill(imports: Imports): string[] {
  const found: string[] = [];
  for (const [file, used] of imports) {
    for (const other of used) {
      if (ROOMS.indexOf(dirname(other)) > ROOMS.indexOf(dirname(file))) found.push(`${file} -> ${other}`);
    }
  }
  return found;
}

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));
const imports: Imports = new Map(
  files.map((file) => [file, importsOf(file, readFileSync(join(SOURCES, file), 'utf8'))]),
);

describe('the rooms of the sources', () => {
  test('every import names a file that is there', () => {
    const missing = [...imports].flatMap(([file, used]) =>
      used.filter((other) => !imports.has(other)).map((other) => `${file} -> ${other}`),
    );
    assert.deepEqual(missing, []);
  });

  test('no imports go in a circle', () => {
    assert.equal(circleIn(imports)?.join(' -> '), undefined);
  });

  test('every folder is a room with a place in the order', () => {
    const rooms = new Set(files.map(dirname));
    assert.deepEqual([...rooms].sort(), [...ROOMS].sort());
  });

  test('rooms only look downhill', () => {
    assert.deepEqual(uphill(imports), []);
  });

  test(`no room has more than ${MOST_FILES} files`, () => {
    const full = ROOMS.map((room) => ({
      room,
      count: files.filter((file) => dirname(file) === room).length,
    }));
    assert.deepEqual(
      full.filter(({ count }) => count > MOST_FILES),
      [],
    );
  });

  test('the top level and the folders of public paths hold what package.json exports', () => {
    const { bin, exports } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as {
      bin: Record<string, string>;
      exports: Record<string, string | { import: string }>;
    };
    const entries = new Set(
      Object.values(exports).map((entry) => (typeof entry === 'string' ? entry : entry.import)),
    );
    for (const command of Object.values(bin)) entries.add(command.replace('/cjs/', '/esm/'));
    const isEntry = (file: string): boolean =>
      entries.has(`./bindings-node/dist/esm/${file.replace(/\.ts$/, '.js')}`);
    const strangers = files.filter(
      (file) => ['.', 'shared', 'server/middleware', 'validation'].includes(dirname(file)) && !isEntry(file),
    );
    assert.deepEqual(strangers, []);
  });
});

describe('the reading of the sources', () => {
  test('sees every way to import', () => {
    const text = `
      import { a } from './a.js'; import type { B } from './b.js'; export * from './c.js'; export type { D } from './d.js';
      import e = require('./e.js'); type F = import('./f.js').F; const g = await import('./g.js'); const h = require('./h.js');
      import './i.js'; import fs from 'node:fs'; import native = require('../native/loader.cjs');`;
    assert.deepEqual(
      importsOf('room/it.ts', text),
      [...'abcdefghi'].map((name) => `room/${name}.ts`),
    );
  });

  test('names a circle, of types alone too, and an import that goes uphill', () => {
    const wrong = new Map([
      ['engine/call.ts', importsOf('engine/call.ts', "import type { A } from '../answers/results.js';")],
      ['answers/results.ts', importsOf('answers/results.ts', "type B = import('../engine/call.js').B;")],
    ]);
    assert.deepEqual(circleIn(wrong), ['engine/call.ts', 'answers/results.ts', 'engine/call.ts']);
    assert.deepEqual(uphill(wrong), ['engine/call.ts -> answers/results.ts']);
  });
});
