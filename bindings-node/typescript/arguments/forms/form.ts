// Forms: what people are asked to fill in, from whatever a schema is written with, and how their answers are read.

import { type NativeSchema, native } from '../../engine/native.js';
import type { ElicitRequestFormParams } from '../../types/questions.js';
import { convertNamed } from '../conversion.js';
import type { ParseOutcome } from '../parsing.js';
import { isRecord, type Json, Place, Unusable } from '../reading/described.js';
import type { Converted } from '../schemas.js';
import { withSecondChance } from '../second_chance.js';
import { fieldOf } from './fields.js';
import { resolved } from './references.js';

/** What a client is told of a form. */
export type RequestedSchema = ElicitRequestFormParams['requestedSchema'];

/** A form, ready to be sent. */
export interface Form {
  readonly requestedSchema: RequestedSchema;
  /** Reads what was filled in: with defaults where nothing was said, and as the schema promises it. */
  read(content: Json): ParseOutcome | Promise<ParseOutcome>;
}

/** The name of the only field, where a schema is of one value. */
const VALUE = 'value';

const made = new WeakMap<object, Form>();

/**
 * The form of a schema: a shape, a schema of zod 3 or 4, a Standard Schema, JSON Schema; of an object whose members are the
 * fields, or of one value. Or a list of choices: texts, or `{const, title}`; a list around it lets people choose several.
 *
 * @param where For messages: `ctx.elicit, schema`.
 * @throws TypeError naming `where` and the field that no form can have.
 */
export function formOf(schema: object, where: string): Form {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const { converted, isNamed } = convertNamed(choosing(schema), VALUE, where);
  const { requestedSchema, nullable } = requested(converted.json, where);
  const read = reader(converted, requestedSchema, nullable);
  const form: Form = { requestedSchema, read: isNamed ? (content) => unnamed(read(content)) : read };
  made.set(schema, form);
  return form;
}

/** The form that was made of a schema before, if one was. */
export const formMadeOf = (schema: object): Form | undefined => made.get(schema);

/** A list of choices as JSON Schema. */
function choosing(schema: object): object {
  if (!Array.isArray(schema)) return schema;
  const [first] = schema as unknown[];
  if (schema.length === 1 && Array.isArray(first))
    return { type: 'array', items: choice(first), uniqueItems: true };
  return choice(schema);
}

function choice(choices: readonly unknown[]): object {
  return choices.every((each) => typeof each === 'string')
    ? { type: 'string', enum: choices }
    : { type: 'string', oneOf: choices.map((each) => (typeof each === 'string' ? { const: each } : each)) };
}

/**
 * What a client is told of a schema.
 *
 * @throws TypeError naming `where` and the field that no form can have.
 */
function requested(json: Json, where: string): { requestedSchema: RequestedSchema; nullable: Set<string> } {
  const nullable = new Set<string>();
  const fields = fieldsOf(json, where).map(([name, field]) => {
    if (field.nullable) nullable.add(name);
    return [name, field.definition] as const;
  });
  const needed = (Array.isArray(json.required) ? json.required : []).filter((name) => !nullable.has(name));
  const requestedSchema: RequestedSchema = {
    type: 'object',
    properties: Object.fromEntries(fields),
    ...(needed.length > 0 && { required: needed }),
  };
  return { requestedSchema, nullable };
}

/**
 * Throws TypeError where a schema that is to be sent as it is has a field that no form can have.
 */
export function checkRequested(schema: unknown, where: string): void {
  fieldsOf(isRecord(schema) ? schema : {}, where);
}

function fieldsOf(schema: Json, where: string): [name: string, field: ReturnType<typeof fieldOf>][] {
  try {
    const json = resolved(schema, schema);
    if (!isRecord(json.properties)) throw new Unusable(Place.root, 'a form is an object with named fields');
    return Object.entries(json.properties).map(([name, field]) => [
      name,
      fieldOf(field, schema, Place.root.member(name)),
    ]);
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    const { path } = error.place;
    throw new TypeError(path === '' ? `${where}: ${error.why}` : `${where}, at ${path}: ${error.why}`);
  }
}

function reader(converted: Converted, form: RequestedSchema, nullable: ReadonlySet<string>): Form['read'] {
  const defaults = converted.parse === undefined ? defaultsOf(form) : [];
  const parse =
    converted.parse === undefined ? checking(converted) : withSecondChance(converted.json, converted.parse);
  const without = [...nullable].filter((name) => form.properties[name]?.default === undefined);
  return (content) => {
    const filled: Json = { ...content };
    for (const [name, value] of defaults) if (filled[name] === undefined) filled[name] = value;
    for (const name of without) filled[name] ??= null;
    return parse(filled);
  };
}

function defaultsOf({ properties }: RequestedSchema): [name: string, value: unknown][] {
  return Object.entries(properties)
    .filter(([, field]) => field.default !== undefined)
    .map(([name, field]) => [name, field.default]);
}

/** The engine's check, for schemas that have no parse of their own. */
function checking({ json, prune }: Converted): (content: Json) => ParseOutcome {
  let schema: NativeSchema | undefined;
  return (content) => {
    schema ??= new native.Schema(JSON.stringify(json));
    const outcome: unknown = JSON.parse(schema.checkArguments(JSON.stringify(content)));
    if (!Array.isArray(outcome)) return { value: prune === undefined ? outcome : prune(outcome) };
    const flaws = outcome as [path: string, sentence: string][];
    return { issues: flaws.map(([path, message]) => ({ path: path === '' ? [] : [path], message })) };
  };
}

function unnamed(outcome: ParseOutcome | Promise<ParseOutcome>): ParseOutcome | Promise<ParseOutcome> {
  if (outcome instanceof Promise) return outcome.then(unnamed);
  return 'issues' in outcome ? outcome : { value: (outcome.value as Json)[VALUE] };
}
