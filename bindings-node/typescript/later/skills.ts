// Skills: the extension of 2026-07-28.

import { type NotYet, notYet } from '../engine/not_yet.js';

export type {
  NotYet as DirectoryResource,
  NotYet as GetSkillResult,
  NotYet as InvalidSkillEntry,
  NotYet as ListSkillsResult,
  NotYet as ReadResourceDirectoryResult,
  NotYet as Skill,
  NotYet as SkillCacheScope,
  NotYet as SkillCatalogChanges,
  NotYet as SkillCatalogOptions,
  NotYet as SkillFile,
  NotYet as SkillFileEntry,
  NotYet as SkillFiles,
  NotYet as SkillFrontmatter,
  NotYet as SkillListing,
  NotYet as SkillReadResult,
  NotYet as SkillResourceEntry,
  NotYet as SkillResources,
  NotYet as SkillSource,
  NotYet as SkillSourceOptions,
  NotYet as SkillVerificationReason,
  NotYet as SkillWarning,
  NotYet as SkillsCapability,
  NotYet as SkillsClientOptions,
  NotYet as SkillsOptions,
} from '../engine/not_yet.js';

// There is nothing in its place.

export const {
  DIRECTORY_MIME_TYPE,
  RESOURCES_DIRECTORY_READ_METHOD,
  SKILLS_EXTENSION_ID,
  SKILLS_GET_METHOD,
  SKILLS_LIST_METHOD,
  SKILL_LIMITS,
  SkillCatalog,
  SkillCatalogError,
  SkillVerificationError,
  SkillsClient,
  SkillsExtension,
  loadSkills,
  memorySkillFiles,
  nodeSkillFiles,
  skillEntry,
} = notYet();
export type SkillCatalog = NotYet;
export type SkillCatalogError = NotYet;
export type SkillVerificationError = NotYet;
export type SkillsClient = NotYet;
export type SkillsExtension = NotYet;
