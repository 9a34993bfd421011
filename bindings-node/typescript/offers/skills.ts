// Skills: instructions for agents, each a `SKILL.md` and the files that go with it (`io.modelcontextprotocol/skills`).

import type { Engine } from '../engine/engine.js';
import { InvalidDescriptorError, translated } from '../engine/errors.js';
import { native } from '../engine/native.js';

/** A skill that is made in code. */
export interface SkillConfig {
  /** Its name: lower-case letters, digits and single hyphens, 64 at most. */
  name: string;
  /** What it does and when to use it; 1,024 characters at most. */
  description: string;
  /** What the agent is to do, Markdown. */
  instructions: string;
  /** Other files by their paths inside the skill (`references/FORMS.md`), each its text or its bytes. */
  files?: Record<string, string | Uint8Array>;
  /** What `SKILL.md` says beside the two: `license`, `compatibility`, `metadata`, `allowed-tools`, … */
  frontmatter?: Record<string, unknown>;
  /**
   * Whether other files are resources that the server has otherwise: clients are told that they cannot be listed beforehand.
   */
  dynamic?: boolean;
  /** Where it is below `skill://`; ends with its name, which it is if absent. */
  path?: string;
}

/** How folders of skills are served. */
export interface SkillFolderOptions {
  /** What comes before their paths: `skill://prefix/…/SKILL.md`. */
  prefix?: string;
  /** Whether they are read anew whenever somebody asks for skills: for while they are written. */
  reload?: boolean;
  /** Whether a folder that cannot be a skill is an error (it is); else it is left out, and the log says why. */
  strict?: boolean;
}

/** What the engine is told of skills: those below folders, or one of these files. */
export type DescribedSkills =
  | ({ folders: string[] } & SkillFolderOptions)
  | {
      files: Record<string, { text: string } | { base64: string }>;
      frontmatter?: object;
      instructions?: string;
      dynamic?: boolean;
      path?: string;
    };

/** Files as the engine is told of them. */
export function describedFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
): Record<string, { text: string } | { base64: string }> {
  const described = Object.entries(files).map(([path, content]) => [
    path,
    typeof content === 'string' ? { text: content } : { base64: Buffer.from(content).toString('base64') },
  ]);
  return Object.fromEntries(described) as Record<string, { text: string } | { base64: string }>;
}

/** A skill of code's as the engine is told of it. */
export function describedSkill(skill: SkillConfig): DescribedSkills {
  const { name, description, instructions, files = {}, frontmatter, dynamic, path } = skill;
  for (const key of ['name', 'description']) {
    if (frontmatter !== undefined && key in frontmatter) {
      throw new TypeError(`skill '${name}': frontmatter does not say '${key}': it stands beside it`);
    }
  }
  return {
    files: describedFiles(files),
    frontmatter: { name, description, ...frontmatter },
    instructions,
    ...(dynamic !== undefined && { dynamic }),
    ...(path !== undefined && { path }),
  };
}

/** Says in the log which folders are left out: before a server is served, nobody reads what the engine says. */
function tellOfFlaws(described: DescribedSkills): void {
  try {
    const scratch = new native.Server('{"name":"skills"}', '{}');
    translated(() => scratch.addSkills(JSON.stringify({ ...described, strict: true }), '{}'));
  } catch (error) {
    if (error instanceof InvalidDescriptorError) console.error(`oxmcp: ${error.message}`);
  }
}

/** Adds skills to an engine; returns by what number to take them back. The first time, `cacheHint` says how long they may be kept. */
export function addSkills(engine: Engine, described: DescribedSkills, cacheHint: object = {}): number {
  if ('strict' in described && described.strict === false) tellOfFlaws(described);
  const number = translated(() =>
    engine.native.addSkills(JSON.stringify(described), JSON.stringify(cacheHint)),
  );
  engine.note('resources', false);
  return number;
}
