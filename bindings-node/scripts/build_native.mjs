// Compiles the addon and puts it where the loader looks: bindings-node/dist/native/oxmcp.<platform>.node
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const prefix = process.platform === 'win32' ? '' : 'lib';
const suffix = { darwin: 'dylib', win32: 'dll' }[process.platform] ?? 'so';
const native = join(root, 'bindings-node', 'dist', 'native');

execFileSync('cargo', ['build', '--locked', '--release', '--package', 'oxmcp-node'], { cwd: root, stdio: 'inherit' });
mkdirSync(native, { recursive: true });
// Renamed into place: a running process keeps the file it has mapped.
const file = join(native, 'oxmcp.node');
copyFileSync(join(target, 'release', `${prefix}oxmcp_node.${suffix}`), `${file}.new`);
renameSync(`${file}.new`, file);
