// Skills, seen by a client: the extension of 2026-07-28.

import { type NotYet, notYet } from '../engine/not_yet.js';

export type {
  NotYet as InvalidSkillEntry,
  NotYet as SkillFile,
  NotYet as SkillListing,
  NotYet as SkillVerificationReason,
  NotYet as SkillsClientOptions,
} from '../engine/not_yet.js';

// There is nothing in its place.

export const { SkillVerificationError, SkillsClient } = notYet();
export type SkillVerificationError = NotYet;
export type SkillsClient = NotYet;
