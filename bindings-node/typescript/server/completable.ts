// Schemas whose values can be completed: `completable(z.string(), (value) => names.filter(…))`.

import { attachCompleter, type CompleteCallback, completerOf } from '../arguments/schemas.js';

export type { CompleteCallback, CompletionContext } from '../arguments/schemas.js';

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
  return completerOf(schema);
}
