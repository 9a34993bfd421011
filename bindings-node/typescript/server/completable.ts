// Schemas whose values can be completed: `completable(z.string(), (value) => names.filter(…))`.

import { attachCompleter, completerOf } from '../schemas.js';

/** What an argument of a prompt has so far been given, beside the one that is completed. */
export interface CompletionContext {
  arguments?: Record<string, string>;
}

/** Suggests values for what was typed so far; at most 100 are sent (CMP-2). */
export type CompleteCallback = (value: string, context?: CompletionContext) => string[] | Promise<string[]>;

/**
 * Gives a schema a completer. For the arguments of prompts; it may be wrapped further (`completable(…).optional()`) or
 * applied to what is wrapped (`completable(z.string().optional(), …)`).
 *
 * @returns The same schema.
 */
export function completable<S extends object>(schema: S, complete: CompleteCallback): S {
  return attachCompleter(schema, complete);
}

/** Whether a schema has a completer, itself or in what it wraps. */
export function isCompletable(schema: unknown): boolean {
  return completerOf(schema) !== undefined;
}

/** The completer of a schema, or of what it wraps. */
export function getCompleter(schema: unknown): CompleteCallback | undefined {
  return completerOf(schema) as CompleteCallback | undefined;
}
