// Reads zod 4 schemas (zod and zod/mini, 4.0 and later), one level at a time, from their definitions.

import { notesOf, oneOfValues } from './annotations.js';
import type { Described, Direction, Json, Raw } from './described.js';
import type { Zod4 } from './recognition.js';
import { bigint, bigintLiterals, date, nan, nothing } from './specials.js';
import { checkBounds, type Judgement, readNumber, readString } from './zod4_checks.js';

/** Describes one level of a schema. */
export function describeZod4(schema: Zod4, direction: Direction): Described {
  const judgement: Judgement = { judged: false, looser: false };
  const described = read(schema, schema._zod.def, direction, judgement);
  const { notes, asserts } = notesOf(metaOf(schema));
  // A message of the user's own is only ever seen if nothing else refuses first.
  const worded = schema._zod.def.error !== undefined;
  const looser = judgement.looser || asserts || worded || described.looser === true;
  const judged = judgement.judged || looser || described.judged === true;
  return { ...described, ...(judged && { judged }), ...(looser && { looser }), ...(notes && { notes }) };
}

/** What registries know of a schema: titles, descriptions, examples. */
function metaOf(schema: Zod4): unknown {
  if (typeof schema.meta === 'function') return schema.meta();
  const registry = (globalThis as { __zod_globalRegistry?: { get(schema: unknown): unknown } })
    .__zod_globalRegistry;
  return registry?.get(schema);
}

function read(
  schema: Zod4,
  def: Json & { type: string },
  direction: Direction,
  judgement: Judgement,
): Described {
  const inner = def.innerType as Raw;
  const bounds = (low: string, high: string) => checkBounds(schema, low, high, judgement);
  switch (def.type) {
    case 'string':
      return { kind: 'scalar', json: readString(schema, direction, judgement) };
    case 'number':
    case 'int':
      return { kind: 'scalar', json: readNumber(schema, judgement) };
    case 'template_literal':
      return { kind: 'scalar', json: readString(schema, direction, judgement) };
    case 'date':
    case 'bigint':
    case 'custom':
      // Their checks are never said in the JSON Schema; what needs no words is judged anyway.
      bounds('', '');
      if (def.coerce === true) judgement.looser = true;
      if (def.type === 'custom') return { kind: 'anything', judged: true };
      return def.type === 'date' ? date() : bigint();
    case 'array':
      return { kind: 'array', element: def.element as Raw, bounds: bounds('minItems', 'maxItems') };
    case 'set':
      return { kind: 'set', element: def.valueType as Raw, bounds: bounds('minItems', 'maxItems') };
    case 'map':
      return {
        kind: 'map',
        key: def.keyType as Raw,
        value: def.valueType as Raw,
        bounds: bounds('minItems', 'maxItems'),
      };
    default:
  }
  bounds('', '');
  switch (def.type) {
    case 'boolean':
      if (def.coerce === true) judgement.looser = true;
      return { kind: 'scalar', json: { type: 'boolean' } };
    case 'null':
      return { kind: 'scalar', json: { type: 'null' } };
    case 'never':
      return { kind: 'scalar', json: { not: {} } };
    case 'any':
    case 'unknown':
      return { kind: 'anything' };
    case 'undefined':
    case 'void':
      return nothing();
    case 'nan':
      return nan();
    case 'enum':
      return {
        kind: 'scalar',
        json: oneOfValues(enumValues(def.entries as Record<string, string | number>)),
      };
    case 'literal':
      return readLiterals(def.values as unknown[]);
    case 'object':
      return {
        kind: 'object',
        members: Object.entries(def.shape as Record<string, Raw>),
        rest: readRest(def.catchall as Zod4 | undefined),
      };
    case 'tuple':
      return {
        kind: 'tuple',
        items: def.items as Raw[],
        rest: (def.rest as Raw | null | undefined) ?? undefined,
      };
    case 'record':
      return readRecord(def);
    case 'union':
      return {
        kind: 'union',
        options: def.options as Raw[],
        exclusive: def.inclusive === false,
        ...(typeof def.discriminator === 'string' && { discriminator: def.discriminator }),
      };
    case 'intersection':
      return { kind: 'intersection', left: def.left as Raw, right: def.right as Raw };
    case 'nullable':
      return { kind: 'nullable', inner };
    case 'optional':
      return { kind: 'wrapper', inner, optional: true };
    case 'nonoptional':
      return { kind: 'wrapper', inner, required: true, judged: true };
    case 'default':
    case 'prefault': {
      const fallback = () => def.defaultValue;
      const unparsed = def.type === 'default' && { substitute: fallback };
      return { kind: 'wrapper', inner, judged: true, optional: true, fallback, ...unparsed };
    }
    case 'catch': {
      const substitute = () =>
        (def.catchValue as (context: object) => unknown)({ issues: [], error: { issues: [] } });
      return { kind: 'wrapper', inner, looser: true, substitute };
    }
    case 'readonly':
    case 'promise':
      return { kind: 'wrapper', inner };
    case 'lazy':
      return { kind: 'wrapper', inner: (def.getter as () => Raw)() };
    case 'pipe':
      return readPipe(def);
    case 'transform':
      return direction === 'input' ? { kind: 'anything', looser: true } : { kind: 'anything', judged: true };
    case 'success':
      return direction === 'output'
        ? { kind: 'scalar', json: { type: 'boolean' }, judged: true }
        : { kind: 'wrapper', inner, looser: true };
    case 'symbol':
      return { kind: 'impossible', why: 'a symbol has no form in JSON' };
    case 'function':
      return { kind: 'impossible', why: 'a function has no form in JSON' };
    case 'file':
      return {
        kind: 'impossible',
        why: 'a File has no form in JSON; take text in base64 instead, as z.base64() does',
      };
    default:
      return {
        kind: 'impossible',
        why: `zod's schema of type ${JSON.stringify(def.type)} is not known here`,
      };
  }
}

function readLiterals(values: unknown[]): Described {
  const texts = values
    .filter((value) => value !== undefined)
    .map((value) => (typeof value === 'bigint' ? `${value}` : value));
  if (values.every((value) => value !== undefined && typeof value !== 'bigint')) {
    return { kind: 'scalar', json: oneOfValues(values) };
  }
  return texts.length === 0 ? nothing() : bigintLiterals(values, oneOfValues(texts));
}

/** TypeScript's numeric enums have each member a second time, the other way round. */
export function enumValues(entries: Record<string, string | number>): (string | number)[] {
  const numbers = new Set(Object.values(entries).filter((value) => typeof value === 'number'));
  return [
    ...new Set(
      Object.entries(entries).flatMap(([name, value]) => (numbers.has(Number(name)) ? [] : [value])),
    ),
  ];
}

function readRest(catchall: Zod4 | undefined): 'strip' | 'strict' | 'loose' | { schema: Raw } {
  const type = catchall?._zod.def.type;
  if (catchall === undefined || catchall === null) return 'strip';
  if (type === 'never') return 'strict';
  return type === 'unknown' || type === 'any' ? 'loose' : { schema: catchall };
}

function readRecord(def: Json): Described {
  const partial = def.partial === true || (def.keyType as Zod4)._zod.values === undefined;
  const mode = def.mode === 'loose' ? 'loose' : partial ? 'some' : 'all';
  return { kind: 'record', key: def.keyType as Raw, value: def.valueType as Raw, mode };
}

function readPipe(def: Json): Described {
  const [from, to] = [def.in as Zod4, def.out as Zod4];
  if (from._zod.def.type === 'transform') {
    // Preprocessing: callers send what the inner schema says, or anything that the function makes into it.
    return { kind: 'pipe', from: to, to, looser: true };
  }
  return { kind: 'pipe', from, to: to._zod.def.type === 'transform' ? undefined : to, judged: true };
}
