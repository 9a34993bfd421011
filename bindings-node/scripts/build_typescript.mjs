// Compiles the TypeScript front end twice, for `import` and for `require`, into bindings-node/dist/{esm,cjs}.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const tsc = join(here, '..', 'node_modules', 'typescript', 'bin', 'tsc');

for (const [format, config, type] of [
  ['esm', 'tsconfig.json', 'module'],
  ['cjs', 'tsconfig.cjs.json', 'commonjs'],
]) {
  rmSync(join(here, 'dist', format), { recursive: true, force: true });
  execFileSync(process.execPath, [tsc, '--project', join(here, config)], { stdio: 'inherit' });
  writeFileSync(join(here, 'dist', format, 'package.json'), `{ "type": "${type}" }\n`);
}
