// Compiles the engine and puts it where the loader looks: bindings-node/dist/native/oxmcp.node
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = process.env.CARGO_TARGET_DIR ? resolve(process.env.CARGO_TARGET_DIR) : join(root, 'target');
const library =
  { darwin: 'liboxmcp_node.dylib', win32: 'oxmcp_node.dll' }[process.platform] ?? 'liboxmcp_node.so';
const native = join(root, 'bindings-node', 'dist', 'native');

if (!existsSync(join(target, 'release')))
  console.error('Building the engine. The first time takes a few minutes…');
const quiet = process.stderr.isTTY ? [] : ['--quiet'];
const build = ['build', '--locked', '--release', '--package', 'oxmcp-node', ...quiet];
const { error, status } = spawnSync('cargo', build, { cwd: root, stdio: 'inherit' });
if (error) {
  console.error(
    error.code === 'ENOENT'
      ? 'Rust is missing: see https://rustup.rs'
      : `cargo did not run: ${error.message}`,
  );
  process.exit(1);
}
if (status !== 0) process.exit(status ?? 1);

mkdirSync(native, { recursive: true });
// Renamed into place: a running process keeps the file it has mapped.
const file = join(native, 'oxmcp.node');
copyFileSync(join(target, 'release', library), `${file}.new`);
renameSync(`${file}.new`, file);
