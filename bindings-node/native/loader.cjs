'use strict';
// Finds the engine: the file OXMCP_BINDING names, or the one beside this wrapper or the bundle it became part of, or this
// platform's package.
//
// Bundlers make one file of this and the program, as CommonJS or as a module, where there is perhaps no `__dirname` and no
// `require`. So nothing but other parts of the wrapper is required, and the packages of the platforms, for those to see.

// First of all: what comes next may not even be understood.
const { node, bun, deno } = process.versions;
if (bun === undefined && deno === undefined && Number.parseInt(node, 10) < 20) {
  throw new Error(
    `oxmcp needs Node 20 or newer. This is Node ${node}, ${process.execPath}. See https://nodejs.org`,
  );
}

const { builtin } = require('./builtin.cjs');
const { current, packageOf, packages } = require('./platforms.cjs');
const version = require('./version.cjs');

const { existsSync, readdirSync } = builtin('node:fs');
const { dirname, join, resolve } = builtin('node:path');

/** Where this file is; undefined in a bundle that is a module. */
const here = typeof __dirname === 'undefined' ? undefined : __dirname;

/** Whether this became part of another file. */
const isBundled = here === undefined || !existsSync(join(here, 'platforms.cjs'));

/** Whether `error` says that `request` itself is not there (rather than something it needs). */
function isMissing(error, request) {
  return error.code === 'MODULE_NOT_FOUND' && error.message.includes(`'${request}'`);
}

/** Loads the library in a file. */
function open(file) {
  const opened = { exports: {} };
  process.dlopen(opened, file);
  return opened.exports;
}

/** Loads one engine; `where` is for the reader of an error. */
function load(where, open) {
  let native;
  try {
    native = open();
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
  if (!isBundled && existsSync(join(here, '..', '..', 'Cargo.toml'))) {
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
        ...(isBundled
          ? [
              `- This is a bundle: put oxmcp.${platform}.node of that package beside it, or set OXMCP_BINDING.`,
            ]
          : []),
      ]
    : [
        `oxmcp has no engine for ${platform}. There is one for: ${Object.keys(packages).join(', ')}.`,
        'A checkout of oxmcp can be built for others (npm run build); OXMCP_BINDING=/path/to/oxmcp.node names the result.',
      ];
  return new Error(text.join('\n'), { cause });
}

/** The folders a bundle may be in: its own, that of the program, that of an executable made of both. */
function bundleFolders() {
  const program = process.argv[1];
  const folders = [here, program && dirname(resolve(program)), dirname(process.execPath)];
  return [...new Set(folders.filter((folder) => folder !== undefined && folder !== ''))];
}

/** The engine beside a bundle, under the name a bundler may have given it. */
function besideBundle(platform) {
  for (const folder of bundleFolders()) {
    let files = [];
    try {
      files = readdirSync(folder).filter((file) => /^oxmcp\b.*\.node$/.test(file));
    } catch {
      // No folder, no file in it.
    }
    const file = files.find((file) => file.includes(platform)) ?? files.find((file) => file === 'oxmcp.node');
    if (file !== undefined) return join(folder, file);
  }
  return undefined;
}

/** The engine among the packages that are installed around a bundle. */
function aroundBundle(platform) {
  const places = [
    join('node_modules', packageOf(platform), `oxmcp.${platform}.node`),
    join('node_modules', 'oxmcp', 'bindings-node', 'dist', 'native', 'oxmcp.node'),
  ];
  for (const folder of bundleFolders()) {
    for (let at = folder; ; at = dirname(at)) {
      for (const place of places) if (existsSync(join(at, place))) return join(at, place);
      if (dirname(at) === at) break;
    }
  }
  return undefined;
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
    return load(file, () => open(file));
  }

  const platform = current();
  // A checkout and `npm pack` have it here; a release does not.
  const beside = isBundled ? besideBundle(platform) : join(here, 'oxmcp.node');
  if (beside !== undefined && existsSync(beside)) return load(beside, () => open(beside));

  const name = packageOf(platform);
  if (!packages[platform]) throw missing(platform);
  try {
    return load(name, packages[platform]);
  } catch (error) {
    // What stands in the place of `require` in a bundle fails in ways of its own.
    const around = isBundled ? aroundBundle(platform) : undefined;
    if (around !== undefined) return load(around, () => open(around));
    if (!isBundled && !isMissing(error, name)) throw error;
    throw missing(platform, error);
  }
}

// Not `module.exports = `: what imports this by name looks for it here.
exports.native = find();
