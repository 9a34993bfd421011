// The checks of zod 4 schemas: those JSON Schema can say become keywords, all others make the schema's own parse run.

import type { Direction, Json } from './described.js';
import { escaped, portability } from './patterns.js';
import type { Zod4 } from './recognition.js';

/** What reading the checks finds out beside keywords. */
export interface Judgement {
  judged: boolean;
  looser: boolean;
}

/** Formats that have a name in JSON Schema. Nobody is bound to assert it, so zod does. */
const FORMATS: Record<string, string> = {
  email: 'email',
  url: 'uri',
  uuid: 'uuid',
  guid: 'uuid',
  datetime: 'date-time',
  date: 'date',
  time: 'time',
  duration: 'duration',
  ipv4: 'ipv4',
  ipv6: 'ipv6',
  json_string: 'json-string',
};

/** Formats that are just their pattern, and a short one: said by it, and then there is nothing left to judge. */
const SAID_BY_PATTERN = new Set([
  'nanoid',
  'cuid',
  'cuid2',
  'ulid',
  'xid',
  'ksuid',
  'e164',
  'lowercase',
  'uppercase',
  'regex',
]);

/** Not formats of a text but conditions on it. */
const CONDITIONS = new Set(['lowercase', 'uppercase', 'regex', 'includes', 'starts_with', 'ends_with']);

const RANGES: Record<string, [type: string, minimum: number, maximum: number]> = {
  safeint: ['integer', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int32: ['integer', -2147483648, 2147483647],
  uint32: ['integer', 0, 4294967295],
  float32: ['number', -3.4028234663852886e38, 3.4028234663852886e38],
};

/** The checks in the order they run. A format is a schema and its own first check. */
function checksOf(schema: Zod4): (Json & { check: string })[] {
  const def = schema._zod.def;
  const own = typeof def.check === 'string' ? [def] : [];
  const others = (def.checks as { _zod: { def: Json } }[] | undefined) ?? [];
  return [...own, ...others.map((check) => check._zod.def)] as (Json & { check: string })[];
}

/** Metadata of zod/mini travels among the checks. */
const isRemark = (check: Json) =>
  check.check === 'describe' || check.check === 'meta' || check.check === 'metadata';

/** Bounds of a length or size under the given keywords; with empty ones every check is left to zod. */
export function checkBounds(schema: Zod4, low: string, high: string, judgement: Judgement): Json {
  const json: Json = {};
  for (const check of checksOf(schema)) {
    if (isRemark(check)) continue;
    if (check.error !== undefined) judgement.looser = true;
    const kind = check.check.replace('size', 'length').replace('length_equals', 'equals_length');
    if (low === '' || !addLength(json, kind, check, low, high)) judgement.judged = true;
  }
  return json;
}

function addLength(json: Json, kind: string, check: Json, low: string, high: string): boolean {
  if (kind === 'min_length') narrow(json, low, check.minimum as number, Math.max);
  else if (kind === 'max_length') narrow(json, high, check.maximum as number, Math.min);
  else if (kind === 'equals_length') {
    const exactly = (check.length ?? check.size) as number;
    narrow(json, low, exactly, Math.max);
    narrow(json, high, exactly, Math.min);
  } else return false;
  return true;
}

function narrow(json: Json, keyword: string, value: number, tighter: (...values: number[]) => number): void {
  const known = json[keyword];
  json[keyword] = typeof known === 'number' ? tighter(known, value) : value;
}

/** A text. */
export function readString(schema: Zod4, direction: Direction, judgement: Judgement): Json {
  const def = schema._zod.def;
  if (def.coerce === true) judgement.looser = true;
  let json: Json = { type: 'string' };
  let patterns: string[] = [];
  if (def.type === 'template_literal') {
    const pattern = schema._zod.pattern as RegExp;
    const portable = portability(pattern);
    if (portable !== 'none') patterns.push(pattern.source);
    if (portable !== 'exact') judgement.judged = true;
  }
  let changed = false;
  for (const check of checksOf(schema)) {
    if (isRemark(check)) continue;
    if (check.error !== undefined || changed) judgement.looser = true;
    const kind = check.check.replace('length_equals', 'equals_length');
    if (addLength(json, kind, check, 'minLength', 'maxLength')) continue;
    if (check.check === 'string_format') {
      const said = readFormat(json, check, patterns);
      judgement.judged ||= !said;
    } else {
      judgement.judged = true;
    }
    if (check.check === 'overwrite') {
      changed = true;
      // What held before says nothing about the text that is left.
      if (direction === 'output') [json, patterns] = [{ type: 'string' }, []];
    }
  }
  const [only] = patterns;
  if (patterns.length === 1) json.pattern = only;
  else if (patterns.length > 1) json.allOf = patterns.map((pattern) => ({ pattern }));
  return json;
}

/** Adds what can be said of a format; returns whether that is all of it. */
function readFormat(json: Json, check: Json, patterns: string[]): boolean {
  const format = check.format as string;
  const condition = CONDITIONS.has(format) ? readCondition(check) : undefined;
  if (condition !== undefined) {
    patterns.push(condition);
    return true;
  }
  const lax =
    format === 'time' || (format === 'datetime' && (check.local === true || check.precision === -1));
  if (!CONDITIONS.has(format) && !lax) json.format = FORMATS[format] ?? format;
  if (format === 'base64' || format === 'base64url') json.contentEncoding = format;
  const pattern = check.pattern;
  if (!(pattern instanceof RegExp) || (!SAID_BY_PATTERN.has(format) && !lax)) return false;
  const portable = portability(pattern);
  if (portable !== 'none') patterns.push(pattern.source);
  return portable === 'exact';
}

function readCondition(check: Json): string | undefined {
  if (check.format === 'starts_with') return `^${escaped(check.prefix as string)}`;
  if (check.format === 'ends_with') return `${escaped(check.suffix as string)}$`;
  if (check.format === 'includes' && check.position === undefined) return escaped(check.includes as string);
  return undefined;
}

/** A number. */
export function readNumber(schema: Zod4, judgement: Judgement): Json {
  if (schema._zod.def.coerce === true) judgement.looser = true;
  const json: Json = { type: 'number' };
  for (const check of checksOf(schema)) {
    if (isRemark(check)) continue;
    if (check.error !== undefined) judgement.looser = true;
    const range = check.check === 'number_format' ? RANGES[check.format as string] : undefined;
    if (range !== undefined) {
      const [type, minimum, maximum] = range;
      if (type === 'integer') json.type = type;
      narrow(json, 'minimum', minimum, Math.max);
      narrow(json, 'maximum', maximum, Math.min);
    } else if (check.check === 'greater_than' || check.check === 'less_than') {
      addLimit(json, check, judgement);
    } else if (check.check === 'multiple_of' && json.multipleOf === undefined && Number(check.value) > 0) {
      json.multipleOf = check.value;
      // Fractions are no exact business; zod has the last word.
      if (!Number.isInteger(check.value)) judgement.looser = true;
    } else if (check.check !== 'number_format') {
      judgement.judged = true;
    }
  }
  return tidyLimits(json);
}

function addLimit(json: Json, check: Json, judgement: Judgement): void {
  const value = check.value;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    judgement.judged ||=
      !(value === Infinity && check.check === 'less_than') &&
      !(value === -Infinity && check.check === 'greater_than');
    return;
  }
  const above = check.check === 'greater_than';
  const keyword = above
    ? check.inclusive
      ? 'minimum'
      : 'exclusiveMinimum'
    : check.inclusive
      ? 'maximum'
      : 'exclusiveMaximum';
  narrow(json, keyword, value, above ? Math.max : Math.min);
}

/** Of two limits on the same side only the tighter one is worth saying. */
export function tidyLimits(json: Json): Json {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = json as Record<string, number | undefined>;
  if (minimum !== undefined && exclusiveMinimum !== undefined) {
    delete json[exclusiveMinimum >= minimum ? 'minimum' : 'exclusiveMinimum'];
  }
  if (maximum !== undefined && exclusiveMaximum !== undefined) {
    delete json[exclusiveMaximum <= maximum ? 'maximum' : 'exclusiveMaximum'];
  }
  return json;
}
