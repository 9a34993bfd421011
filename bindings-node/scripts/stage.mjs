// Writes what a release uploads to target/npm/: the wrapper, and a package with the engine for each platform.
//
//     npm run stage                                                          this platform's engine, from the last build
//     npm run stage -- linux-x64-gnu=a.node linux-x64-musl=b.node …          engines that other machines have built
//
// Publish the platforms' packages first and the wrapper (target/npm/oxmcp) last: it names them by their exact version.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { current, packageOf, packages } = createRequire(import.meta.url)('../native/platforms.cjs');
const root = fileURLToPath(new URL('../..', import.meta.url));
const out = process.env.OXMCP_STAGE ?? join(root, 'target', 'npm');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const licences = ['LICENSE-APACHE', 'LICENSE-MIT'];

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** The engines to stage: a platform and a file each. */
function engines() {
  if (process.argv.length === 2)
    return [[current(), join(root, 'bindings-node', 'dist', 'native', 'oxmcp.node')]];
  return process.argv.slice(2).map((argument) => argument.split('='));
}

function write(folder, manifest) {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const licence of licences) copyFileSync(join(root, licence), join(folder, licence));
  console.log(`${manifest.name}@${manifest.version} is in ${folder}`);
}

function stagePlatform([platform, engine]) {
  if (!packages[platform])
    fail(`There is no platform ${platform}. There are: ${Object.keys(packages).join(', ')}.`);
  if (!engine || !existsSync(engine))
    fail(`There is no engine ${engine ?? ''} for ${platform}: run npm run build first.`);
  const name = packageOf(platform);
  const [os, cpu, libc] = platform.split('-');
  const folder = join(out, basename(name));
  mkdirSync(folder, { recursive: true });
  const file = `oxmcp.${platform}.node`;
  copyFileSync(engine, join(folder, file));
  writeFileSync(
    join(folder, 'README.md'),
    `# ${name}\n\nThe engine of [oxmcp](${homepage()}) for ${platform}.\n`,
  );
  write(folder, {
    name,
    version: manifest.version,
    description: `The engine of oxmcp for ${platform}`,
    license: manifest.license,
    repository: manifest.repository,
    engines: manifest.engines,
    os: [os],
    cpu: [cpu],
    // As npm spells them.
    ...(libc && { libc: [libc === 'gnu' ? 'glibc' : libc] }),
    main: file,
    files: [file],
    publishConfig: { access: 'public' },
  });
}

function homepage() {
  return manifest.repository.url.replace(/^git\+|\.git$/g, '');
}

function stageWrapper() {
  const folder = join(out, manifest.name);
  const dist = join('bindings-node', 'dist');
  for (const part of ['cjs', 'esm', 'native']) {
    const from = join(root, dist, part);
    if (!existsSync(from)) fail('The wrapper has not been compiled: run npm run build first.');
    const filter = (path) => !/\.node(\.new)?$/.test(path);
    cpSync(from, join(folder, dist, part), { recursive: true, filter });
  }
  copyFileSync(join(root, 'README.md'), join(folder, 'README.md'));
  const { scripts, devDependencies, ...published } = manifest;
  const optionalDependencies = Object.keys(packages).map((platform) => [
    packageOf(platform),
    manifest.version,
  ]);
  write(folder, { ...published, optionalDependencies: Object.fromEntries(optionalDependencies) });
}

rmSync(out, { recursive: true, force: true });
for (const engine of engines()) stagePlatform(engine);
stageWrapper();
