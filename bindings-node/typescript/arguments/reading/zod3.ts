// Reads zod 3 schemas (also `zod/v3` of zod 4), one level at a time, from their definitions.

import { oneOfValues } from './annotations.js';
import type { Described, Direction, Json, Raw } from './described.js';
import { escaped, portability } from './patterns.js';
import type { Zod3 } from './recognition.js';
import { bigint, bigintLiterals, date, nan, nothing } from './specials.js';
import { enumValues } from './zod4.js';
import { tidyLimits } from './zod4_checks.js';

/** Describes one level of a schema. */
export function describeZod3(schema: Zod3, direction: Direction): Described {
  const def = schema._def;
  const described = read(def, direction);
  // A message of the user's own is only ever seen if nothing else refuses first.
  const bounds = [def.minLength, def.maxLength, def.exactLength, def.minSize, def.maxSize];
  const checks = [...((def.checks as Json[] | undefined) ?? []), ...bounds] as (Json | null | undefined)[];
  const worded = isWorded(def.errorMap) || checks.some((check) => check?.message !== undefined);
  const looser = worded || described.looser === true;
  const judged = looser || described.judged === true;
  const notes = def.description === undefined ? undefined : { description: def.description };
  return { ...described, ...(judged && { judged }), ...(looser && { looser }), ...(notes && { notes }) };
}

/** Whether there are words of the user's own. Wrappers carry a map along that says what would be said anyway. */
function isWorded(errorMap: unknown): boolean {
  if (typeof errorMap !== 'function') return false;
  const usual = 'as usual';
  try {
    return ['invalid_type', 'invalid_enum_value', 'custom'].some((code) =>
      [undefined, null].some((data) => {
        const issue = { code, path: [], expected: 'string', received: typeof data, options: [] };
        return (errorMap(issue, { defaultError: usual, data }) as { message?: unknown }).message !== usual;
      }),
    );
  } catch {
    return true;
  }
}

function read(def: Zod3['_def'], direction: Direction): Described {
  const inner = (def.innerType ?? def.type) as Raw;
  const coerced = def.coerce === true ? { looser: true } : {};
  switch (def.typeName) {
    case 'ZodString':
      return { ...readString(def, direction), ...coerced };
    case 'ZodNumber':
      return { ...readNumber(def), ...coerced };
    case 'ZodBoolean':
      return { kind: 'scalar', json: { type: 'boolean' }, ...coerced };
    case 'ZodNull':
      return { kind: 'scalar', json: { type: 'null' } };
    case 'ZodNever':
      return { kind: 'scalar', json: { not: {} } };
    case 'ZodAny':
    case 'ZodUnknown':
      return { kind: 'anything' };
    case 'ZodUndefined':
    case 'ZodVoid':
      return nothing();
    case 'ZodNaN':
      return nan();
    case 'ZodDate':
      return { ...date(), ...coerced };
    case 'ZodBigInt':
      return bigint();
    case 'ZodEnum':
      return { kind: 'scalar', json: oneOfValues(def.values as string[]) };
    case 'ZodNativeEnum':
      return { kind: 'scalar', json: oneOfValues(enumValues(def.values as Record<string, string | number>)) };
    case 'ZodLiteral':
      return readLiteral(def.value);
    case 'ZodObject':
      return {
        kind: 'object',
        members: Object.entries((def.shape as () => Record<string, Raw>)()),
        rest: readRest(def),
      };
    case 'ZodArray':
      return { kind: 'array', element: inner, bounds: sizes(def, 'Length') };
    case 'ZodSet':
      return { kind: 'set', element: def.valueType as Raw, bounds: sizes(def, 'Size') };
    case 'ZodTuple': {
      const items = def.items as Raw[];
      return { kind: 'tuple', items, rest: (def.rest as Raw | null) ?? undefined, least: items.length };
    }
    case 'ZodRecord':
      return { kind: 'record', key: def.keyType as Raw, value: def.valueType as Raw, mode: 'some' };
    case 'ZodMap':
      return { kind: 'map', key: def.keyType as Raw, value: def.valueType as Raw, bounds: {} };
    case 'ZodUnion':
      return { kind: 'union', options: def.options as Raw[], exclusive: false };
    case 'ZodDiscriminatedUnion': {
      const discriminator = def.discriminator as string;
      return {
        kind: 'union',
        options: Array.from(def.options as Iterable<Raw>),
        exclusive: false,
        discriminator,
      };
    }
    case 'ZodIntersection':
      return { kind: 'intersection', left: def.left as Raw, right: def.right as Raw };
    case 'ZodNullable':
      return { kind: 'nullable', inner };
    case 'ZodOptional':
      return { kind: 'wrapper', inner, optional: true };
    case 'ZodDefault':
      return {
        kind: 'wrapper',
        inner,
        judged: true,
        optional: true,
        fallback: def.defaultValue as () => unknown,
      };
    case 'ZodCatch': {
      const substitute = () => (def.catchValue as (context: object) => unknown)({ error: { issues: [] } });
      return { kind: 'wrapper', inner, looser: true, substitute };
    }
    case 'ZodReadonly':
    case 'ZodBranded':
    case 'ZodPromise':
      return { kind: 'wrapper', inner };
    case 'ZodLazy':
      return { kind: 'wrapper', inner: (def.getter as () => Raw)() };
    case 'ZodPipeline':
      return { kind: 'pipe', from: def.in as Raw, to: def.out as Raw, judged: true };
    case 'ZodEffects':
      return readEffects(def);
    case 'ZodSymbol':
      return { kind: 'impossible', why: 'a symbol has no form in JSON' };
    case 'ZodFunction':
      return { kind: 'impossible', why: 'a function has no form in JSON' };
    default:
      return {
        kind: 'impossible',
        why: `zod's schema of type ${JSON.stringify(def.typeName)} is not known here`,
      };
  }
}

function readLiteral(value: unknown): Described {
  if (value === undefined) return nothing();
  if (typeof value === 'bigint') return bigintLiterals([value], oneOfValues([`${value}`]));
  return { kind: 'scalar', json: oneOfValues([value]) };
}

function readRest(def: Json): 'strip' | 'strict' | 'loose' | { schema: Raw } {
  const catchall = def.catchall as Zod3;
  if (catchall._def.typeName !== 'ZodNever') return { schema: catchall };
  return def.unknownKeys === 'passthrough' ? 'loose' : (def.unknownKeys as 'strip' | 'strict');
}

function readEffects(def: Json): Described {
  const schema = def.schema as Raw;
  const { type } = def.effect as { type: string };
  if (type === 'refinement') return { kind: 'wrapper', inner: schema, judged: true };
  // Preprocessing: callers send what the inner schema says, or anything that the function makes into it.
  if (type === 'preprocess') return { kind: 'pipe', from: schema, to: schema, looser: true };
  return { kind: 'pipe', from: schema, to: undefined, judged: true };
}

/** `{value: 3}` or null for each of a size's bounds. */
function sizes(def: Json, of: 'Length' | 'Size'): Json {
  const read = (name: string) => (def[name] as { value: number } | null | undefined)?.value;
  const exactly = read(`exact${of}`);
  const [least, most] = [exactly ?? read(`min${of}`), exactly ?? read(`max${of}`)];
  return { ...(least !== undefined && { minItems: least }), ...(most !== undefined && { maxItems: most }) };
}

type Scalar = Extract<Described, { kind: 'scalar' }>;

interface Check {
  readonly kind: string;
  readonly value?: unknown;
  readonly inclusive?: boolean;
  readonly regex?: RegExp;
  readonly position?: number;
  readonly local?: boolean;
  readonly version?: string;
}

/** Formats that have a name in JSON Schema. Nobody is bound to assert it, so zod does. */
const FORMATS: Record<string, string> = { url: 'uri', datetime: 'date-time', ip: 'ip' };

function readString(def: Json, direction: Direction): Scalar {
  let json: Json = { type: 'string' };
  let patterns: string[] = [];
  let [judged, looser, changed] = [false, false, false];
  for (const check of def.checks as Check[]) {
    looser ||= changed;
    switch (check.kind) {
      case 'min':
        json.minLength = Math.max((json.minLength as number | undefined) ?? 0, check.value as number);
        break;
      case 'max':
        json.maxLength = Math.min((json.maxLength as number | undefined) ?? Infinity, check.value as number);
        break;
      case 'length':
        json.minLength = json.maxLength = check.value;
        break;
      case 'startsWith':
        patterns.push(`^${escaped(check.value as string)}`);
        break;
      case 'endsWith':
        patterns.push(`${escaped(check.value as string)}$`);
        break;
      case 'includes':
        if (check.position === undefined) patterns.push(escaped(check.value as string));
        else judged = true;
        break;
      case 'regex': {
        const portable = portability(check.regex as RegExp);
        if (portable !== 'none') patterns.push((check.regex as RegExp).source);
        judged ||= portable !== 'exact';
        break;
      }
      case 'trim':
      case 'toLowerCase':
      case 'toUpperCase':
        judged = changed = true;
        // What held before says nothing about the text that is left.
        if (direction === 'output') [json, patterns] = [{ type: 'string' }, []];
        break;
      default:
        judged = true;
        if (check.kind === 'time' || check.local === true) break;
        json.format =
          check.kind === 'ip' && check.version ? `ip${check.version}` : (FORMATS[check.kind] ?? check.kind);
    }
  }
  const [only] = patterns;
  if (patterns.length === 1) json.pattern = only;
  else if (patterns.length > 1) json.allOf = patterns.map((pattern) => ({ pattern }));
  return { kind: 'scalar', json, ...(judged && { judged }), ...(looser && { looser }) };
}

function readNumber(def: Json): Scalar {
  const json: Json = { type: 'number' };
  let [judged, looser] = [false, false];
  const tighten = (keyword: string, value: number, tighter: (...values: number[]) => number) => {
    if (Number.isFinite(value))
      json[keyword] = tighter((json[keyword] as number | undefined) ?? value, value);
  };
  for (const check of def.checks as Check[]) {
    const value = check.value as number;
    if (check.kind === 'int') json.type = 'integer';
    else if (check.kind === 'min') tighten(check.inclusive ? 'minimum' : 'exclusiveMinimum', value, Math.max);
    else if (check.kind === 'max') tighten(check.inclusive ? 'maximum' : 'exclusiveMaximum', value, Math.min);
    else if (check.kind === 'multipleOf' && json.multipleOf === undefined && value > 0) {
      json.multipleOf = value;
      // Fractions are no exact business; zod has the last word.
      looser ||= !Number.isInteger(value);
    } else judged ||= check.kind !== 'finite';
  }
  return { kind: 'scalar', json: tidyLimits(json), ...(judged && { judged }), ...(looser && { looser }) };
}
