// Skills by the names of the official package: `…/ext/skills` and `…/ext/skills/node`.

import { SkillCatalog as Catalog, type SkillCatalogOptions } from './catalog.js';
import { SkillsExtension as Extension } from './extension.js';
import type { SkillFiles } from './files.js';

export * from '../later/skills.js';
export {
  loadSkills,
  SkillCatalog,
  type SkillCatalogChanges,
  SkillCatalogError,
  type SkillCatalogOptions,
  skillEntry,
} from './catalog.js';
export * from './entries.js';
export type {
  SkillReadResult,
  SkillSource,
  SkillSourceOptions,
  SkillsOptions,
  SkillWarning,
} from './extension.js';
export { memorySkillFiles, nodeSkillFiles, type SkillFileEntry, type SkillFiles } from './files.js';

/** Skills of a source of one's own, `new SkillsExtension({ source })`, or of files, `SkillsExtension.load(files)`. */
export class SkillsExtension extends Extension {
  /** See `SkillCatalog.load`. */
  static load(files: SkillFiles, options?: SkillCatalogOptions): Promise<Catalog> {
    return Catalog.load(files, options);
  }

  /** A catalog is one, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(Extension, value);
  }
}
