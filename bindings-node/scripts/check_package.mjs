// Looks at the package as npm would publish it: publint for the manifest, are-the-types-wrong for the declarations.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

function run(tool, ...words) {
  return spawnSync(join(root, 'node_modules', '.bin', tool), words, { encoding: 'utf8', maxBuffer: 1 << 28 });
}

function publint(tarball) {
  const { status, stdout, stderr } = run('publint', tarball, '--strict');
  return status === 0 ? '' : stdout + stderr;
}

/** Every way to resolve, the old one without `exports` included: TypeScript still takes it for CommonJS by default. */
function areTheTypesWrong(tarball) {
  const { status, stdout, stderr } = run('attw', tarball, '--format=json');
  if (status === 0) return '';
  try {
    const { analysis } = JSON.parse(stdout);
    return analysis.problems.map((problem) => JSON.stringify(problem)).join('\n');
  } catch {
    return (stdout + stderr).slice(0, 2_000);
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'oxmcp-check-'));
try {
  const pack = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', scratch];
  const [{ filename }] = JSON.parse(execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }));
  for (const check of [publint, areTheTypesWrong]) {
    const complaints = check(join(scratch, filename));
    console.log(`${check.name}: ${complaints || 'nothing'}`);
    if (complaints) process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
