// Schemas whose values can be completed: `completable(z.string(), (value) => names.filter(…))`.

import { attachCompleter, type CompleteCallback, completerOf } from '../arguments/schemas.js';
import type { StandardSchemaV1 } from '../arguments/standard_schema.js';

export { OFFICIAL as COMPLETABLE_SYMBOL } from '../arguments/completers.js';
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

/** The schema without its completer: here it is the same, for a completer changes nothing that is read. */
export const unwrapCompletable = <S extends object>(schema: S): S => schema;

/** How version 1 of the official package marks a schema with a completer. */
export enum McpZodTypeKind {
  Completable = 'McpCompletable',
}
/** A schema with a completer. */
export type CompletableSchema<S extends StandardSchemaV1 = StandardSchemaV1> = S;
/** What a schema's completer is kept as, by the official package. */
export interface CompletableMeta<_S = object> {
  complete: CompleteCallback;
}
/** The same in version 1. */
export interface CompletableDef<S = object> extends CompletableMeta {
  type: S;
  typeName: McpZodTypeKind.Completable;
}
