// JSON Schemas as users or other libraries write them, brought to dialect 2020-12.

import { isRecord, type Json } from './described.js';
import { portability } from './patterns.js';

/** Under this an object made by `fromJsonSchema` keeps its schema. */
export const PLAIN = Symbol.for('oxmcp.jsonSchema');

/** The JSON Schema that such an object is nothing but; undefined for any other value. */
export function jsonSchemaIn(schema: unknown): Json | undefined {
  return isRecord(schema) ? (schema as { [PLAIN]?: Json })[PLAIN] : undefined;
}

/** Keywords whose value is a schema, a list of schemas, an object of schemas. */
const ONE = new Set([
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'items',
  'contains',
  'unevaluatedItems',
  'additionalItems',
  'not',
  'if',
  'then',
  'else',
  'contentSchema',
]);
const LIST = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']);
const MEMBERS = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
]);

/** The same schema with every schema in it replaced, inner ones first. */
export function mapSchemas(schema: Json, replace: (schema: Json) => Json): Json {
  const inner = (value: unknown) => (isRecord(value) ? mapSchemas(value, replace) : value);
  const entries = Object.entries(schema).map(([keyword, value]): [string, unknown] => {
    if (LIST.has(keyword) && Array.isArray(value)) return [keyword, value.map(inner)];
    if (ONE.has(keyword)) return [keyword, inner(value)];
    if (MEMBERS.has(keyword) && isRecord(value)) {
      return [
        keyword,
        Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inner(member)])),
      ];
    }
    return [keyword, value];
  });
  return replace(Object.fromEntries(entries));
}

const LATEST = 'https://json-schema.org/draft/2020-12/schema';

/** Older dialects that differ from 2020-12 in ways that can be rewritten. */
const UPGRADED = /^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/;

/**
 * Brings drafts 6 and 7, and schemas that do not say, to 2020-12. Other dialects stay as they are, named by `$schema`; who
 * wrote that it is 2020-12 finds it as it was written, too.
 */
export function upgraded(schema: Json): Json {
  const { $schema, ...rest } = schema;
  if ($schema === undefined) return mapSchemas(rest, upgrade);
  if ($schema === LATEST) return { $schema, ...mapSchemas(rest, upgrade) };
  return typeof $schema === 'string' && UPGRADED.test($schema) ? mapSchemas(rest, upgrade) : schema;
}

function upgrade(schema: Json): Json {
  if (!Array.isArray(schema.items) && !isRecord(schema.dependencies)) return schema;
  const { items, additionalItems, dependencies, ...upgradedSchema } = schema as Json & { items?: unknown };
  if (Array.isArray(items)) {
    if (items.length > 0) upgradedSchema.prefixItems = items;
    if (additionalItems !== undefined) upgradedSchema.items = additionalItems;
  } else if (items !== undefined) {
    upgradedSchema.items = items;
  }
  for (const [name, dependency] of Object.entries(isRecord(dependencies) ? dependencies : {})) {
    const keyword = Array.isArray(dependency) ? 'dependentRequired' : 'dependentSchemas';
    upgradedSchema[keyword] = { ...(upgradedSchema[keyword] as Json | undefined), [name]: dependency };
  }
  return upgradedSchema;
}

/** Without patterns that only a backtracking engine can run. For schemas whose own parse judges them anyway. */
export function portable(schema: Json): Json {
  const { $schema, ...unnamed } = upgraded(schema);
  const dialect = $schema === undefined || $schema === LATEST ? {} : { $schema };
  return mapSchemas({ ...dialect, ...unnamed }, (inner) => {
    const { pattern, ...rest } = inner;
    if (typeof pattern !== 'string' || runs(pattern)) return inner;
    return rest;
  });
}

function runs(pattern: string): boolean {
  try {
    return portability(new RegExp(pattern, 'u')) !== 'none';
  } catch {
    return false;
  }
}

/** What a tool takes is an object: says so at the root. Nothing when that contradicts what is there. */
export function withObjectRoot(json: Json): Json | undefined {
  if (json.type === 'object') return json;
  const { type, anyOf, ...rest } = json;
  if (Array.isArray(type)) return type.includes('object') ? { ...json, type: 'object' } : undefined;
  if (type !== undefined || !mayBeObject(json)) return undefined;
  const options = Array.isArray(anyOf)
    ? anyOf.filter((option) => !isRecord(option) || mayBeObject(option))
    : undefined;
  // `z.object({…}).nullable()`: null never arrives
  if (options?.length === 1 && isRecord(options[0])) return withObjectRoot({ ...options[0], ...rest });
  return { type: 'object', ...rest, ...(options && { anyOf: options }) };
}

function mayBeObject(json: Json): boolean {
  const { type } = json;
  if (type !== undefined) return Array.isArray(type) ? type.includes('object') : type === 'object';
  if ('const' in json) return isRecord(json.const);
  if (Array.isArray(json.enum)) return json.enum.some(isRecord);
  if (isRecord(json.not) && Object.keys(json.not).length === 0) return false;
  const some = (options: unknown) =>
    !Array.isArray(options) || options.some((option) => !isRecord(option) || mayBeObject(option));
  const all = !Array.isArray(json.allOf) || json.allOf.every((part) => !isRecord(part) || mayBeObject(part));
  return some(json.anyOf) && some(json.oneOf) && all;
}
