// The one conversion of a schema, at registration.

import { type Parse, parseWith } from './parsing.js';
import { type Prune, Pruner } from './pruning.js';
import { isKeyword } from './reading/annotations.js';
import { type Direction, isRecord, type Json, Place, type Raw, Unusable } from './reading/described.js';
import { jsonSchemaIn, upgraded, withObjectRoot } from './reading/json_schema.js';
import { Reader } from './reading/reading.js';
import { isPlainObject, isRawShape, isSchema } from './reading/recognition.js';
import { Shape, validateOf } from './reading/shape.js';
import { toJsonForms } from './reading/specials.js';
import { Reviver } from './revival.js';
import { Writer } from './writer.js';

/** A schema as the engine and the call path need it. */
export interface Converted {
  /** JSON Schema 2020-12, to be advertised. An input's root has `type: object`. */
  json: Json;
  /**
   * Whether the engine may check values against `json`. False when the schema's own parse accepts more (coercion), or has
   * words of its own for what it refuses; `parse` is there then. For outputs: whether there is no `parse`.
   */
  checkInRust: boolean;
  /**
   * The schema's own parse; there only when it checks or changes something that `json` does not say. Inputs arrive in
   * their JSON form and leave as the schema promises them; outputs the other way round.
   */
  parse?: Parse;
  /** Whether there is a bigint in it, so that `parse` takes integers beyond 2^53 as such. */
  bigints?: boolean;
  /** Drops members that objects in strip mode do not know; there only without `parse`, and when there are such objects. */
  prune?: Prune;
}

/**
 * Converts a schema: a raw shape, a schema of zod 3 or 4, a Standard Schema, or plain JSON Schema.
 *
 * @param where For messages: `tool 'add', inputSchema`.
 * @throws TypeError naming `where`, the place inside and what to do, when the schema cannot be used.
 */
export function convert(schema: unknown, direction: Direction, where: string): Converted {
  try {
    const plain = jsonSchemaIn(schema);
    if (plain !== undefined) return convertJson(plain, direction);
    if (isSchema(schema)) return convertSchema(schema, direction);
    if (isRawShape(schema)) return convertSchema(new Shape(schema), direction);
    if (!isPlainObject(schema)) throw new Unusable(Place.root, `${described(schema)} is not a schema`);
    return convertJson(plainJson(schema), direction);
  } catch (error) {
    if (!(error instanceof Unusable)) {
      throw new TypeError(`${where}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    const { path } = error.place;
    throw new TypeError(path === '' ? `${where}: ${error.why}` : `${where}, at ${path}: ${error.why}`);
  }
}

/**
 * The same for a schema of any one value: one that no object fits becomes the member `name` of an object.
 *
 * @throws TypeError as `convert` does.
 */
export function convertNamed(
  schema: unknown,
  name: string,
  where: string,
): { converted: Converted; isNamed: boolean } {
  const json = jsonOf(schema);
  const isNamed = json !== undefined && withObjectRoot(json) === undefined;
  return { converted: convert(isNamed ? named(schema, name) : schema, 'input', where), isNamed };
}

/** A schema's JSON Schema; undefined for a shape, and where `convert` will say why there is none. */
function jsonOf(schema: unknown): Json | undefined {
  const plain = jsonSchemaIn(schema);
  if (plain !== undefined) return upgraded(plain);
  if (isSchema(schema)) {
    try {
      return new Writer(new Reader('input')).document(schema, Place.root);
    } catch {
      return undefined;
    }
  }
  return isPlainObject(schema) && !isRawShape(schema) ? upgraded(schema) : undefined;
}

function named(schema: unknown, name: string): object {
  const plain = jsonSchemaIn(schema);
  if (plain === undefined && isSchema(schema)) return { [name]: schema };
  return { type: 'object', properties: { [name]: plain ?? schema }, required: [name] };
}

function described(value: unknown): string {
  if (isRecord(value)) return `an instance of ${value.constructor?.name ?? 'a class'}`;
  return value === null || value === undefined
    ? String(value)
    : Array.isArray(value)
      ? 'an array'
      : `a ${typeof value}`;
}

function convertSchema(schema: Raw, direction: Direction): Converted {
  const reader = new Reader(direction);
  const writer = new Writer(reader);
  const json = rooted(writer.document(schema, Place.root), direction);
  let judged = writer.judged || writer.looser;
  const pruner = new Pruner(reader);
  const prune = judged ? undefined : pruner.of(schema, Place.root);
  judged ||= pruner.ambiguous;
  if (!judged) return { json, checkInRust: true, ...(prune && { prune }) };
  const input = direction === 'input';
  const revive = input ? new Reviver(reader).of(schema, Place.root) : undefined;
  const parse = parseWith(validateOf(schema), revive, !input && writer.special ? toJsonForms : undefined);
  const bigints = input && writer.bigints;
  return { json, checkInRust: input && !writer.looser, parse, ...(bigints && { bigints }) };
}

/** An object that holds neither schemas nor functions is taken for JSON Schema. */
function plainJson(schema: Json): Json {
  for (const [name, value] of Object.entries(schema)) {
    if (isSchema(value)) {
      const others = Object.entries(schema).filter(([, other]) => !isSchema(other));
      const [other] = others.map(([key]) => key);
      throw new Unusable(
        Place.root.member(other ?? name),
        `this is not a schema, while its neighbour ${JSON.stringify(name)} is one; give a shape of schemas alone, or JSON Schema alone`,
      );
    }
  }
  const names = Object.keys(schema);
  if (!names.some(isKeyword)) {
    const [name] = names;
    throw new Unusable(
      Place.root,
      `neither a shape of schemas nor JSON Schema: ${JSON.stringify(name)} is no keyword, and what it holds is no schema`,
    );
  }
  const text = JSON.stringify(schema, (_key, value: unknown) => {
    if (isSchema(value))
      throw new Unusable(Place.root, "a library's schema cannot be a part of a plain JSON Schema");
    if (typeof value === 'bigint')
      throw new Unusable(Place.root, 'a bigint cannot be a part of a plain JSON Schema');
    return value;
  });
  return JSON.parse(text) as Json;
}

function convertJson(schema: Json, direction: Direction): Converted {
  return { json: rooted(upgraded(schema), direction), checkInRust: true };
}

/** What callers send is an object. */
function rooted(json: Json, direction: Direction): Json {
  if (direction === 'output') return json;
  const root = withObjectRoot(json);
  if (root !== undefined) return root;
  const type =
    typeof json.type === 'string'
      ? `not of type ${JSON.stringify(json.type)}`
      : 'which this schema does not admit';
  throw new Unusable(
    Place.root,
    `what a caller sends is an object, ${type}: name the value, as in {value: …}`,
  );
}
