'use strict';
// Finds the engine: the file OXMCP_BINDING names, or the one built together with this wrapper, or this platform's package.

// First of all: what comes next may not even be understood.
const { node, bun, deno } = process.versions;
if (bun === undefined && deno === undefined && Number.parseInt(node, 10) < 20) {
  throw new Error(
    `oxmcp needs Node 20 or newer. This is Node ${node}, ${process.execPath}. See https://nodejs.org`,
  );
}

const { existsSync, readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { current, packageOf, packages } = require('./platforms.cjs');

// Read, not required: programs that run TypeScript from its sources put loaders in between, which know no JSON.
const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8'));

/** Whether `error` says that `request` itself is not there (rather than something it needs). */
function isMissing(error, request) {
  return error.code === 'MODULE_NOT_FOUND' && error.message.includes(`'${request}'`);
}

/** Loads one engine; `where` is for the reader of an error. */
function load(where, require) {
  let native;
  try {
    native = require();
  } catch (cause) {
    if (isMissing(cause, where)) throw cause;
    throw new Error(`oxmcp cannot load its engine, ${where}: ${cause.message}`, { cause });
  }
  // The two halves know each other's private interface: any other version is a crash that waits for its day.
  if (native.VERSION === version) return native;
  throw new Error(
    `oxmcp ${version} found the engine of version ${native.VERSION}, ${where}. Both have to be of the same version: ` +
      'install oxmcp anew, or build it anew in a checkout (npm run build).',
  );
}

/** What to do when there is no engine for this platform anywhere. */
function missing(platform, cause) {
  if (existsSync(join(__dirname, '..', '..', 'Cargo.toml'))) {
    return new Error('This checkout of oxmcp has no engine yet: run npm run build.', { cause });
  }
  const name = packageOf(platform);
  const text = packages[platform]
    ? [
        `oxmcp cannot find its engine for ${platform}: the package ${name}@${version} is not installed.`,
        'It is an optional dependency of oxmcp, which npm installs by itself, but not in these cases:',
        '- Optional dependencies were left out (--omit=optional, --no-optional). Install again with them.',
        '- node_modules or the lockfile come from another platform: npm then forgets the packages of this one',
        '  (https://github.com/npm/cli/issues/4828). Delete node_modules and package-lock.json, then run npm install.',
      ]
    : [
        `oxmcp has no engine for ${platform}. There is one for: ${Object.keys(packages).join(', ')}.`,
        'A checkout of oxmcp can be built for others (npm run build); OXMCP_BINDING=/path/to/oxmcp.node names the result.',
      ];
  return new Error(text.join('\n'), { cause });
}

function find() {
  const chosen = process.env.OXMCP_BINDING;
  for (const name of Object.keys(process.env)) {
    if (name === 'OXMCP_BINDING' || !name.startsWith('OXMCP_BIN')) continue;
    console.warn(`oxmcp: the variable ${name} is not one that is read here; did you mean OXMCP_BINDING?`);
  }
  if (chosen) {
    const file = resolve(chosen);
    if (!existsSync(file)) throw new Error(`OXMCP_BINDING names ${file}, which does not exist.`);
    return load(file, () => require(file));
  }

  // A checkout and `npm pack` have it here; a release does not.
  const beside = join(__dirname, 'oxmcp.node');
  if (existsSync(beside)) return load(beside, () => require(beside));

  const platform = current();
  const name = packageOf(platform);
  try {
    if (packages[platform]) return load(name, packages[platform]);
  } catch (error) {
    if (!isMissing(error, name)) throw error;
    throw missing(platform, error);
  }
  throw missing(platform);
}

module.exports = find();
