import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import * as esm from 'oxmcp';
import { classOfKind, fromNative } from '../dist/cjs/engine/errors.js';
import { native } from '../dist/cjs/engine/native.js';

const require = createRequire(import.meta.url);

/** As where two packages that are used together have installed oxmcp each for itself. */
function secondCopy(): typeof esm {
  const loaded = Object.keys(require.cache).filter((file) => /dist[/\\]cjs[/\\]/.test(file));
  const first = loaded.map((file) => [file, require.cache[file]] as const);
  for (const file of loaded) delete require.cache[file];
  const copy = require('oxmcp');
  for (const [file, module] of first) require.cache[file] = module;
  return copy;
}

describe('errors', () => {
  test('each kind of error of the engine has a class of its own', () => {
    assert.deepEqual([...classOfKind.keys()].sort(), [...native.errorKinds()].sort());
    assert.equal(new Set(classOfKind.values()).size, classOfKind.size);
  });

  test('what the engine throws becomes an exception of ours and stays its cause', () => {
    const thrown = Object.assign(new Error('taken'), { code: 'already_registered' });
    const error = fromNative(thrown) as Error;
    assert(error instanceof esm.AlreadyRegisteredError);
    assert.equal(error.message, 'taken');
    assert.equal(error.cause, thrown);
    const other = new RangeError('not ours');
    assert.equal(fromNative(other), other);
  });

  test('a class is the same, imported or required', () => {
    assert.equal(require('oxmcp').McpError, esm.McpError);
  });

  test('instanceof holds across copies of the package', () => {
    const copy = secondCopy();
    assert.notEqual(esm.McpError, copy.McpError);
    const error = new copy.McpError(-32602, 'no');
    assert(error instanceof esm.McpError);
    assert(error instanceof esm.ProtocolError);
    assert(error instanceof esm.OxmcpError);
    assert(!(error instanceof esm.ToolError));
    assert(!(new esm.ToolError('x') instanceof copy.ProtocolError));
    assert(new esm.UserError('x') instanceof copy.ToolError);
  });

  test('instanceof of an author’s subclass is true for its own instances only', () => {
    class Mine extends esm.ToolError {}
    assert(new Mine('x') instanceof Mine);
    assert(new Mine('x') instanceof esm.ToolError);
    assert(!(new esm.ToolError('x') instanceof Mine));
  });

  test('McpError prefixes its message, ProtocolError does not', () => {
    const old = new esm.McpError(esm.ErrorCode.InvalidParams, 'no', { a: 1 });
    assert.equal(old.message, 'MCP error -32602: no');
    assert.equal(old.name, 'McpError');
    assert.deepEqual([old.code, old.data], [-32602, { a: 1 }]);
    const error = new esm.ProtocolError(esm.ProtocolErrorCode.InvalidParams, 'no');
    assert.equal(error.message, 'no');
    assert.equal(error.name, 'ProtocolError');
    assert.equal(error.data, undefined);
  });
});
