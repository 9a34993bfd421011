// Where a catalog has the files of its skills from.

import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** What lies in a directory. `unsupported` is what is neither a plain file nor a folder, such as a link. */
export interface SkillFileEntry {
  name: string;
  kind: 'file' | 'directory' | 'unsupported';
}

/** Files by paths with `/` between their segments; `''` is the root. */
export interface SkillFiles {
  list(dir: string): Promise<SkillFileEntry[]>;
  read(path: string): Promise<Uint8Array>;
}

/** Refuses what is not a path from the root on. */
function checkPath(path: string): void {
  const isPlain = !/[\\\0]/.test(path) && path.split('/').every((part) => !['', '.', '..'].includes(part));
  if (path !== '' && !isPlain) {
    throw new TypeError(
      `path must be a relative path that stays inside the skills folder (got ${JSON.stringify(path)})`,
    );
  }
}

/** Files in memory, by their paths. The record is looked at anew whenever a catalog is loaded. */
export function memorySkillFiles(files: Record<string, string | Uint8Array>): SkillFiles {
  return {
    async list(dir) {
      checkPath(dir);
      const prefix = dir === '' ? '' : `${dir}/`;
      const found = new Map<string, SkillFileEntry['kind']>();
      for (const path of Object.keys(files)) {
        checkPath(path);
        if (!path.startsWith(prefix)) continue;
        const [name = '', ...inside] = path.slice(prefix.length).split('/');
        found.set(name, inside.length === 0 ? 'file' : 'directory');
      }
      return [...found].map(([name, kind]) => ({ name, kind }));
    },
    async read(path) {
      checkPath(path);
      const content = Object.hasOwn(files, path) ? files[path] : undefined;
      if (content === undefined) throw new Error(`there is no file ${path}`);
      return typeof content === 'string' ? new TextEncoder().encode(content) : content;
    },
  };
}

/** Files in a folder. Links and special files are told as `unsupported`, and not read. */
export function nodeSkillFiles(root: string): SkillFiles {
  const base = resolve(root);
  const within = (path: string): string => {
    checkPath(path);
    return path === '' ? base : join(base, ...path.split('/'));
  };
  return {
    async list(dir) {
      const entries = await readdir(within(dir), { withFileTypes: true });
      return entries.map((entry) => ({
        name: entry.name,
        kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'unsupported',
      }));
    },
    async read(path) {
      const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
      const file = await open(within(path), flags);
      try {
        if (!(await file.stat()).isFile()) throw new Error(`${path} is not a plain file`);
        return await file.readFile();
      } finally {
        await file.close();
      }
    },
  };
}
