// A release, staged as it would be published, and projects that have installed it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { current } = createRequire(import.meta.url)('../../bindings-node/native/platforms.cjs');

/** The package with the engine for this platform, and the engine's file in it. */
export const BINDING = `binding-${current()}`;
export const ENGINE_FILE = `oxmcp.${current()}.node`;

/** Stages a release in `folder`. */
export function stage(folder: string): void {
  execFileSync(process.execPath, [join(ROOT, 'bindings-node', 'scripts', 'stage.mjs')], {
    env: { ...process.env, OXMCP_STAGE: folder },
  });
}

/** Has a project install a staged release. */
export function install(staged: string, project: string): void {
  mkdirSync(join(project, 'node_modules', '@oxmcp'), { recursive: true });
  cpSync(join(staged, 'oxmcp'), join(project, 'node_modules', 'oxmcp'), { recursive: true });
  cpSync(join(staged, BINDING), join(project, 'node_modules', '@oxmcp', BINDING), { recursive: true });
}
