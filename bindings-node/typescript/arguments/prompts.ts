// Schemas as a prompt has them: a list of arguments that are all text, and what completes each.

import { type CompleteCallback, completerOf } from './completers.js';
import { convert } from './conversion.js';
import { isRecord, type Json } from './reading/described.js';
import { isRawShape, isZod3, isZod4 } from './reading/recognition.js';

/** One argument of a prompt. */
export interface PromptArgument {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** Whether a call without it is refused; not when it has a default. */
  readonly required: boolean;
  /** What `completable` attached, however it was wrapped. */
  readonly complete?: CompleteCallback;
}

/**
 * The arguments that a prompt's schema has.
 *
 * @param where For messages: `prompt 'review', argsSchema`.
 * @throws TypeError naming `where` and the place inside, when the schema cannot be used.
 */
export function promptArguments(schema: unknown, where: string): PromptArgument[] {
  const { json } = convert(schema, 'input', where);
  const required = new Set(Array.isArray(json.required) ? json.required : []);
  const members = new Map(membersOf(schema));
  return Object.entries(isRecord(json.properties) ? json.properties : {}).map(([name, property]) => {
    const { title, description } = isRecord(property) ? property : ({} as Json);
    const complete = completerOf(members.get(name));
    return {
      name,
      ...(typeof title === 'string' && { title }),
      ...(typeof description === 'string' && { description }),
      required: required.has(name),
      ...(complete && { complete }),
    };
  });
}

/** The member schemas of a shape or of an object schema, whatever is wrapped around it. */
function membersOf(schema: unknown, depth = 0): [string, unknown][] {
  if (isRawShape(schema)) return Object.entries(schema);
  if (depth > 20) return [];
  const def: Json | undefined = isZod4(schema) ? schema._zod.def : isZod3(schema) ? schema._def : undefined;
  if (def === undefined) {
    // Valibot's objects have entries, JSON Schema has properties.
    const members = isRecord(schema) ? (schema.entries ?? schema.properties) : undefined;
    return isRecord(members) ? Object.entries(members) : [];
  }
  const shape: unknown = typeof def.shape === 'function' ? def.shape() : def.shape;
  if (isRecord(shape)) return Object.entries(shape);
  const inside = [def.innerType, def.schema, def.in, def.type, def.left, def.right];
  return inside.flatMap((inner) => (isRecord(inner) ? membersOf(inner, depth + 1) : []));
}
