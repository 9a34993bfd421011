// A raw shape (`{name: z.string()}`): an object whose members are schemas, perhaps of several libraries at once.

import { isRecord, type StandardIssue, type StandardResult, type Validate } from './described.js';
import { isStandard, isZod4, type Standard } from './recognition.js';
import { zod4Validate } from './zod4_parse.js';

/** A schema's own parse, by the interface all of these libraries have. */
export function validateOf(schema: object): Validate {
  if (isZod4(schema) && isStandard(schema)) return zod4Validate(schema);
  return standardValidate(schema);
}

function standardValidate(schema: object): Validate {
  const standard = (schema as Partial<Standard>)['~standard'];
  if (standard !== undefined) return (value) => standard.validate(value);
  // zod 3 before 3.24
  const { safeParseAsync } = schema as { safeParseAsync?: (value: unknown) => Promise<Parsed> };
  if (typeof safeParseAsync !== 'function') throw new TypeError('the schema has no parse');
  return async (value) => {
    const parsed = await safeParseAsync.call(schema, value);
    return parsed.success ? { value: parsed.data } : { issues: parsed.error?.issues ?? [] };
  };
}

/** What a schema makes of a value; undefined when it refuses it, or when that takes waiting. */
export function parsedNow(schema: object, value: unknown): { value: unknown } | undefined {
  try {
    const result = standardValidate(schema)(value);
    if (!(result instanceof Promise))
      return result.issues === undefined ? { value: result.value } : undefined;
    result.catch(() => undefined);
  } catch {
    // Refused, in the schema's own way.
  }
  return undefined;
}

interface Parsed {
  success: boolean;
  data?: unknown;
  error?: { issues: StandardIssue[] };
}

/** A raw shape as a schema: unknown members are dropped. */
export class Shape {
  readonly members: [name: string, schema: object][];
  readonly '~standard': Standard['~standard'];

  constructor(shape: Record<string, unknown>) {
    this.members = Object.entries(shape) as [string, object][];
    let parts: Part[] | undefined;
    const validate = (value: unknown) => {
      parts ??= this.members.map(([name, schema]) => [name, validateOf(schema), schema]);
      return parse(parts, value);
    };
    this['~standard'] = { version: 1, vendor: 'oxmcp', validate };
  }
}

type Part = [name: string, validate: Validate, schema: object];

/** How zod 4's own objects take an absent member: run for what it becomes, left out, or refused. */
function whenAbsent(schema: object): 'run' | 'leave' | 'refuse' {
  if (!isZod4(schema)) return 'run';
  const { def, optin, optout } = schema._zod;
  if (optin === 'optional' && optout === 'optional' && !hasDefault(schema)) return 'leave';
  // A preprocessing function may make something of it, also in versions that do not say so.
  const isPreprocessed = def.type === 'pipe' && isZod4(def.in) && def.in._zod.def.type === 'transform';
  return optin === undefined && !isPreprocessed ? 'refuse' : 'run';
}

/** Whether there is a default inside of what is optional, which early versions of zod 4 do not say. */
function hasDefault(schema: unknown): boolean {
  if (!isZod4(schema)) return false;
  const { type, innerType } = schema._zod.def;
  return type === 'default' || type === 'prefault' || hasDefault(innerType);
}

const LEFT_OUT: StandardResult = { value: undefined };
const MISSING: StandardResult = { issues: [{ message: 'is required' }] };

function parse(parts: Part[], value: unknown): StandardResult | Promise<StandardResult> {
  if (!isRecord(value)) return { issues: [{ message: 'must be an object' }] };
  const results = parts.map(([name, validate, schema]) => {
    if (Object.hasOwn(value, name)) return validate(value[name]);
    const how = whenAbsent(schema);
    return how === 'run' ? validate(undefined) : how === 'leave' ? LEFT_OUT : MISSING;
  });
  const finish = (done: StandardResult[]): StandardResult => {
    const issues: StandardIssue[] = [];
    const members: [string, unknown][] = [];
    for (const [index, [name]] of parts.entries()) {
      const result = done[index];
      if (result === undefined) continue;
      for (const issue of result.issues ?? []) issues.push({ ...issue, path: [name, ...(issue.path ?? [])] });
      if (result.value !== undefined || Object.hasOwn(value, name)) members.push([name, result.value]);
    }
    return issues.length > 0 ? { issues } : { value: Object.fromEntries(members) };
  };
  const waits = results.some((result) => result instanceof Promise);
  return waits ? Promise.all(results).then(finish) : finish(results as StandardResult[]);
}
