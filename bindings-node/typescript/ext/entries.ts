// The words of the skills extension (`io.modelcontextprotocol/skills`).

import type { Resource } from '../types/resources.js';

/** The extension's name. */
export const SKILLS_EXTENSION_ID = 'io.modelcontextprotocol/skills';
/** Lists the skills of a server. */
export const SKILLS_LIST_METHOD = 'skills/list';
/** Finds a skill by the URI of its `SKILL.md`. */
export const SKILLS_GET_METHOD = 'skills/get';
/** Lists what lies in a directory. */
export const RESOURCES_DIRECTORY_READ_METHOD = 'resources/directory/read';
/** The MIME type of a directory. */
export const DIRECTORY_MIME_TYPE = 'inode/directory';
/** The most that a skill holds. */
export const SKILL_LIMITS: Readonly<{ files: number; bytes: number }> = Object.freeze({
  files: 512,
  bytes: 16 * 1024 * 1024,
});

/** A file of a skill: where it is, and by what a client knows that it is the same. */
export interface SkillResourceEntry {
  uri: string;
  /** `sha256:` and 64 hexadecimal digits. */
  digest: string;
  /** In bytes. */
  size: number;
  [member: string]: unknown;
}

/** What `SKILL.md` says of its skill. */
export interface SkillFrontmatter {
  name: string;
  description: string;
  [member: string]: unknown;
}

/** All files of a skill, or that they cannot be listed beforehand. */
export type SkillResources = SkillResourceEntry[] | 'dynamic';

/** A skill, as `skills/list` has it. */
export interface Skill {
  /** Of its `SKILL.md`. */
  uri: string;
  frontmatter: SkillFrontmatter;
  resources: SkillResources;
  _meta?: Record<string, unknown>;
  [member: string]: unknown;
}

export type SkillCacheScope = 'public' | 'private';

interface Kept {
  ttlMs: number;
  cacheScope: SkillCacheScope;
  [member: string]: unknown;
}

export interface ListSkillsResult extends Kept {
  skills: Skill[];
  nextCursor?: string;
}

export interface GetSkillResult extends Kept {
  skill: Skill;
}

/** What lies in a directory. */
export type DirectoryResource = Resource;

export interface ReadResourceDirectoryResult extends Kept {
  resources: DirectoryResource[];
  nextCursor?: string;
}

/** What a server says of the extension. */
export interface SkillsCapability {
  /** Whether directories can be read. */
  directoryRead?: boolean;
  [member: string]: unknown;
}
