'use strict';
// Node's own modules, also where a bundle has no `require` for them.

/** The module of Node's with this name. */
function builtin(name) {
  if (process.getBuiltinModule) return process.getBuiltinModule(name);
  // Before Node 20.16. Spelled out, so that bundlers know what is meant.
  return name === 'node:fs' ? require('node:fs') : require('node:path');
}

module.exports = { builtin };
