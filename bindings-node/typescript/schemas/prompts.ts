// Schemas as a prompt has them: a list of arguments that are all text, and what completes each.

import { completerOf } from './completers.js';
import { convert } from './conversion.js';
import { isRecord, type Json } from './described.js';
import { type Parse, parseWith } from './parsing.js';
import { isRawShape, isSchema, isZod3, isZod4 } from './recognition.js';
import { Shape, validateOf } from './shape.js';

/** One argument of a prompt, as advertised. */
export interface PromptArgument {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** Whether a call without it is refused; not when it has a default. */
  readonly required: boolean;
}

/** A prompt's schema, converted. */
export interface PromptSchema {
  readonly arguments: PromptArgument[];
  /** The schema's own parse; absent for plain JSON Schema alone. */
  readonly parse?: Parse;
  /** What `completable` attached, by argument. */
  readonly completers: ReadonlyMap<string, unknown>;
}

/**
 * Converts the schema of a prompt's arguments.
 *
 * @throws TypeError naming `where` and the place inside, when the schema cannot be used.
 */
export function convertPrompt(schema: unknown, where: string): PromptSchema {
  const { json, parse } = convert(schema, 'input', where);
  const required = new Set(Array.isArray(json.required) ? json.required : []);
  const properties = isRecord(json.properties) ? json.properties : {};
  const list = Object.entries(properties).map(([name, property]): PromptArgument => {
    const { title, description } = isRecord(property) ? property : ({} as Json);
    return {
      name,
      ...(typeof title === 'string' && { title }),
      ...(typeof description === 'string' && { description }),
      required: required.has(name),
    };
  });
  // The engine knows of arguments only whether they are there, so whatever else the schema says is for its own parse.
  const whole = isSchema(schema) ? schema : isRawShape(schema) ? new Shape(schema) : undefined;
  const run = parse ?? (whole && parseWith(validateOf(whole), undefined, undefined));
  return { arguments: list, ...(run && { parse: run }), completers: completersOf(whole) };
}

/** The arguments of a prompt as they are advertised. */
export function promptArguments(schema: unknown, where = 'argsSchema'): PromptArgument[] {
  return convertPrompt(schema, where).arguments;
}

function completersOf(schema: object | undefined): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, member] of membersOf(schema)) {
    const complete = completerOf(member);
    if (complete !== undefined) found.set(name, complete);
  }
  return found;
}

function membersOf(schema: object | undefined, depth = 0): [string, unknown][] {
  if (schema instanceof Shape) return schema.members;
  if (depth > 20) return [];
  const def = isZod4(schema) ? schema._zod.def : isZod3(schema) ? (schema._def as Json) : undefined;
  if (def === undefined) return [];
  const shape = typeof def.shape === 'function' ? (def.shape as () => unknown)() : def.shape;
  if (isRecord(shape)) return Object.entries(shape);
  const inner = [def.innerType, def.schema, def.in, def.type, def.left, def.right];
  return inner.flatMap((one) => (typeof one === 'object' && one !== null ? membersOf(one, depth + 1) : []));
}
