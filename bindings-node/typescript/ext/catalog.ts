// `SkillCatalog`: skills of files that were read beforehand, by the official package's names.

import { ENGINE } from '../engine/engine.js';
import { native } from '../engine/native.js';
import { addSkills, type DescribedSkills, describedFiles } from '../offers/skills.js';
import type { McpServer } from '../server/mcp.js';
import { SKILL_LIMITS, type Skill } from './entries.js';
import { SkillsExtension, type SkillsOptions, type SkillWarning } from './extension.js';
import { nodeSkillFiles, type SkillFiles } from './files.js';

export interface SkillCatalogOptions extends SkillsOptions {
  /** What comes before the paths of skills: `'acme'` serves `skill://acme/<skill>/…`. */
  prefix?: string;
  /** How many skills a page has: said by `listPageSize` of the server here. */
  pageSize?: number;
  /** Less than `SKILL_LIMITS`. */
  limits?: { files?: number; bytes?: number };
}

/** What became of a catalog, by the URIs of the skills. */
export interface SkillCatalogChanges {
  added: string[];
  removed: string[];
  changed: string[];
  /** Whether `resources/list` is another one now. */
  listChanged: boolean;
}

/** A catalog cannot be built. */
export class SkillCatalogError extends Error {
  /** Everything that is wrong. */
  readonly problems: readonly SkillWarning[];

  constructor(problems: readonly SkillWarning[]) {
    const lines = problems.map(({ path, message }) => `  ${path}: ${message}`);
    super(`${problems.length} skill problem${problems.length === 1 ? '' : 's'}:\n${lines.join('\n')}`);
    this.name = 'SkillCatalogError';
    this.problems = problems;
  }

  /** Whether it is one of these. */
  static isInstance(value: unknown): value is SkillCatalogError {
    return value instanceof SkillCatalogError;
  }
}

/** A skill that was read. */
interface Loaded {
  entry: Skill;
  described: DescribedSkills;
}

/** The entry of a skill, as the engine makes it; nothing is served. */
function entryOf(described: DescribedSkills): Skill {
  const scratch = new native.Server('{"name":"skills"}', '{}');
  scratch.addSkills(JSON.stringify(described), '{}');
  const [entry] = JSON.parse(scratch.skillEntries()) as Skill[];
  if (entry === undefined) throw new Error('there is no skill');
  return entry;
}

/** Builds the entry of a skill of these files, by their paths inside of it, at `skillPath` below `baseUri`. */
export async function skillEntry(
  skillPath: string,
  files: Record<string, string | Uint8Array>,
  options: { baseUri?: string } = {},
): Promise<Skill> {
  const entry = entryOf({ files: describedFiles(files), path: skillPath });
  const { baseUri } = options;
  if (baseUri === undefined) return entry;
  const moved = (uri: string): string => baseUri + uri.slice('skill://'.length);
  const resources =
    entry.resources === 'dynamic'
      ? entry.resources
      : entry.resources.map((file) => ({ ...file, uri: moved(file.uri) }));
  return { ...entry, uri: moved(entry.uri), resources };
}

/** Skills of files that were read beforehand; read again by `reload`. */
export class SkillCatalog extends SkillsExtension {
  readonly #files: SkillFiles;
  readonly #catalogOptions: SkillCatalogOptions;
  #loaded: Map<string, Loaded> = new Map();
  /** Which numbers the skills have at each server. */
  readonly #servers = new Map<McpServer, number[]>();
  #reloading: Promise<unknown> = Promise.resolve();

  private constructor(files: SkillFiles, options: SkillCatalogOptions) {
    super();
    this.#files = files;
    this.#catalogOptions = options;
  }

  /**
   * Reads all skills there are: folders with a `SKILL.md`.
   *
   * @throws SkillCatalogError when something cannot be read; with `strict`, when a folder cannot be a skill.
   */
  static async load(files: SkillFiles, options: SkillCatalogOptions = {}): Promise<SkillCatalog> {
    const catalog = new SkillCatalog(files, options);
    catalog.#loaded = await catalog.#read();
    return catalog;
  }

  /** The skills, by their URIs in order. */
  get entries(): readonly Skill[] {
    return [...this.#loaded.values()].map(({ entry }) => entry);
  }

  /**
   * Reads everything again, and serves that. Clients that listen are told where `resources/list` changed.
   *
   * @throws SkillCatalogError as `load`; what was read before is served on.
   */
  reload(): Promise<SkillCatalogChanges> {
    const reloaded = this.#reloading.then(() => this.#reload());
    this.#reloading = reloaded.catch(() => {});
    return reloaded;
  }

  /** @internal */
  protected override serve(mcp: McpServer): void {
    this.#servers.set(mcp, []);
    this.#offer(mcp);
  }

  #offer(mcp: McpServer): void {
    const engine = mcp[ENGINE];
    for (const number of this.#servers.get(mcp) ?? []) engine.native.removeSkills(number);
    const { cacheHint } = this.#catalogOptions;
    // Without any the extension is declared all the same.
    const all: DescribedSkills[] = [
      { folders: [] },
      ...[...this.#loaded.values()].map(({ described }) => described),
    ];
    this.#servers.set(
      mcp,
      all.map((described) => addSkills(engine, described, cacheHint)),
    );
  }

  async #reload(): Promise<SkillCatalogChanges> {
    const before = this.#loaded;
    const now = await this.#read();
    this.#loaded = now;
    const isSame = (uri: string, part: (entry: Skill) => unknown): boolean => {
      const [was, is] = [before.get(uri), now.get(uri)];
      return (
        was !== undefined &&
        is !== undefined &&
        JSON.stringify(part(was.entry)) === JSON.stringify(part(is.entry))
      );
    };
    const added = [...now.keys()].filter((uri) => !before.has(uri));
    const removed = [...before.keys()].filter((uri) => !now.has(uri));
    const changed = [...now.keys()].filter((uri) => before.has(uri) && !isSame(uri, (entry) => entry));
    const words = ({ frontmatter: { name, description } }: Skill): unknown => [name, description];
    const listChanged = added.length + removed.length > 0 || changed.some((uri) => !isSame(uri, words));
    if (added.length + removed.length + changed.length > 0) {
      for (const mcp of this.#servers.keys()) this.#offer(mcp);
    }
    return { added, removed, changed, listChanged };
  }

  async #read(): Promise<Map<string, Loaded>> {
    const problems: SkillWarning[] = [];
    const found: Loaded[] = [];
    await this.#visit('', problems, found).catch((error: unknown) => {
      throw new SkillCatalogError([{ path: '', message: messageOf(error) }]);
    });
    const { strict = false, onWarning = warn } = this.#catalogOptions;
    if (strict && problems.length > 0) throw new SkillCatalogError(problems);
    problems.forEach(onWarning);
    found.sort((one, other) => (one.entry.uri < other.entry.uri ? -1 : 1));
    return new Map(found.map((loaded) => [loaded.entry.uri, loaded]));
  }

  async #visit(dir: string, problems: SkillWarning[], found: Loaded[]): Promise<void> {
    const entries = await this.#files.list(dir);
    const inside = (name: string): string => (dir === '' ? name : `${dir}/${name}`);
    if (dir !== '' && entries.some(({ name }) => name === 'SKILL.md')) {
      try {
        const files = await this.#gather(dir, '');
        const { prefix } = this.#catalogOptions;
        const described = { files: describedFiles(files), path: prefix ? `${prefix}/${dir}` : dir };
        found.push({ entry: entryOf(described), described });
      } catch (error) {
        problems.push({ path: dir, message: messageOf(error) });
      }
      return;
    }
    for (const { name, kind } of entries) {
      if (kind === 'directory' && !name.startsWith('.')) await this.#visit(inside(name), problems, found);
    }
  }

  /** The files of the skill in `root`, by their paths inside of it. */
  async #gather(root: string, dir: string): Promise<Record<string, Uint8Array>> {
    const { files: most = SKILL_LIMITS.files, bytes: size = SKILL_LIMITS.bytes } =
      this.#catalogOptions.limits ?? {};
    const files: Record<string, Uint8Array> = {};
    for (const { name, kind } of await this.#files.list(dir === '' ? root : `${root}/${dir}`)) {
      if (name.startsWith('.')) continue;
      const path = dir === '' ? name : `${dir}/${name}`;
      if (kind === 'unsupported') throw new Error(`${path} is a link or a special file`);
      if (kind === 'file') files[path] = await this.#files.read(`${root}/${path}`);
      else Object.assign(files, await this.#gather(root, path));
      const total = Object.values(files).reduce((sum, content) => sum + content.length, 0);
      if (Object.keys(files).length > most || total > size)
        throw new Error('it is larger than a skill may be');
    }
    return files;
  }
}

/** Loads the skills below a folder. */
export function loadSkills(root: string, options?: SkillCatalogOptions): Promise<SkillCatalog> {
  return SkillCatalog.load(nodeSkillFiles(root), options);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function warn({ path, message }: SkillWarning): void {
  console.warn(`oxmcp: skills: ${path}: ${message}`);
}
