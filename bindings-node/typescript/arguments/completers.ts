// What `completable` attaches to a schema, and how it is found again inside whatever was wrapped around it.

import { isRecord, type Json } from './reading/described.js';
import { isZod3, isZod4 } from './reading/recognition.js';

/** What an argument of a prompt has so far been given, beside the one that is completed. */
export interface CompletionContext {
  arguments?: Record<string, string>;
}

/** Suggests values for what was typed so far; at most 100 are sent (CMP-2). */
export type CompleteCallback = (value: string, context?: CompletionContext) => string[] | Promise<string[]>;

const COMPLETER = Symbol.for('oxmcp.completer');

/** What has, or may have, a function attached. */
type Carrier = { [COMPLETER]?: CompleteCallback };

/** Under this the official SDK keeps `{complete}` on a schema. */
export const OFFICIAL: unique symbol = Symbol.for('mcp.completable') as never;

/**
 * Attaches a function to a schema and returns the schema. It stays attached when the schema is described, refined or wrapped
 * afterwards: the definition, which zod copies along, carries it.
 */
export function attachCompleter<S extends object>(schema: S, complete: CompleteCallback): S {
  const carrier = definitionOf(schema) ?? schema;
  Object.defineProperty(carrier, COMPLETER, {
    value: complete,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return schema;
}

/** The function attached to a schema, or to one inside it: optional, nullable, with a default, transformed, and so on. */
export function completerOf(schema: unknown, depth = 0): CompleteCallback | undefined {
  if ((typeof schema !== 'object' && typeof schema !== 'function') || schema === null || depth > 20)
    return undefined;
  const def = definitionOf(schema);
  for (const carrier of [def, schema as Carrier]) {
    if (carrier?.[COMPLETER] !== undefined) return carrier[COMPLETER];
  }
  const official = (schema as { [OFFICIAL]?: unknown })[OFFICIAL];
  if (isRecord(official) && typeof official.complete === 'function')
    return official.complete as CompleteCallback;
  const wrapped = (schema as { wrapped?: unknown }).wrapped; // valibot's optional, nullable
  const inside = def ? [def.innerType, def.schema, def.in, def.out, def.type] : [wrapped];
  for (const inner of inside) {
    const found = completerOf(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function definitionOf(schema: object): (Json & Carrier) | undefined {
  if (isZod4(schema)) return schema._zod.def;
  return isZod3(schema) ? (schema._def as Json) : undefined;
}
