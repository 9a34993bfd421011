// Notes that users put on a schema, and values that become part of a JSON Schema.

import { isRecord, type Json } from './described.js';

/** Members that say something about a value without judging it. Others that a user writes replace what we would write. */
const SILENT = new Set([
  'title',
  'description',
  'examples',
  'default',
  'deprecated',
  'readOnly',
  'writeOnly',
  'format',
  'contentEncoding',
  'contentMediaType',
  '$comment',
  '$anchor',
]);

/** Members that judge. */
const ASSERTING = new Set([
  'type',
  'enum',
  'const',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'required',
  'properties',
  'additionalProperties',
  'patternProperties',
  'propertyNames',
  'items',
  'prefixItems',
  'additionalItems',
  'unevaluatedItems',
  'unevaluatedProperties',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'definitions',
  'contains',
  'anyOf',
  'oneOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
  '$ref',
]);

/** Whether a member's name means something in a JSON Schema. */
export function isKeyword(name: string): boolean {
  return SILENT.has(name) || ASSERTING.has(name) || name.startsWith('$') || name.startsWith('x-');
}

/** Notes in the form they take in a JSON Schema; `asserts` when they decide which values are valid. */
export function notesOf(meta: unknown): { notes: Json | undefined; asserts: boolean } {
  if (!isRecord(meta)) return { notes: undefined, asserts: false };
  const notes: Json = {};
  let asserts = false;
  for (const [name, value] of Object.entries(meta)) {
    if (name === 'id' || name === '$schema' || name === '$id' || name === '$defs') continue;
    const json = jsonOf(value);
    if (json === undefined) continue;
    notes[name] = json.value;
    asserts ||= !SILENT.has(name) && ASSERTING.has(name);
  }
  return { notes: Object.keys(notes).length > 0 ? notes : undefined, asserts };
}

/** A value as JSON data of its own, when it is JSON data without loss; dates count as their text. */
export function jsonOf(value: unknown): { value: unknown } | undefined {
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? undefined : { value: value.toISOString() };
  if (!isJson(value, new Set())) return undefined;
  return { value: JSON.parse(JSON.stringify(value)) as unknown };
}

function isJson(value: unknown, above: Set<object>): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || above.has(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null)
    return value instanceof Date;
  above.add(value);
  const fine = Object.values(value).every((inner) => isJson(inner, above));
  above.delete(value);
  return fine;
}

/** What a default is, when it is the same every time and JSON can say it. */
export function fallbackOf(make: () => unknown): { value: unknown } | undefined {
  try {
    const once = jsonOf(make());
    const twice = jsonOf(make());
    return once && twice && JSON.stringify(once) === JSON.stringify(twice) ? once : undefined;
  } catch {
    return undefined;
  }
}

/** The JSON Schema of one of several values. Values JSON does not have are left out; none left accepts nothing. */
export function oneOfValues(values: readonly unknown[]): Json {
  const kinds = new Set(values.map((value) => (value === null ? 'null' : typeof value)));
  const [kind] = kinds;
  const type = kinds.size === 1 && kind !== undefined ? { type: kind } : {};
  if (values.length === 0) return { not: {} };
  if (values.length === 1 && values[0] === null) return { type: 'null' };
  return values.length === 1 ? { ...type, const: values[0] } : { ...type, enum: [...values] };
}
