// A raw shape (`{name: z.string()}`): an object whose members are schemas, perhaps of several libraries at once.

import { isRecord, type StandardIssue, type StandardResult, type Validate } from './described.js';
import type { Standard } from './recognition.js';

/** A schema's own parse, by the interface all of these libraries have. */
export function validateOf(schema: object): Validate {
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
    const result = validateOf(schema)(value);
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
    let parts: [string, Validate][] | undefined;
    const validate = (value: unknown) => {
      parts ??= this.members.map(([name, schema]) => [name, validateOf(schema)]);
      return parse(parts, value);
    };
    this['~standard'] = { version: 1, vendor: 'oxmcp', validate };
  }
}

function parse(parts: [string, Validate][], value: unknown): StandardResult | Promise<StandardResult> {
  if (!isRecord(value)) return { issues: [{ message: 'must be an object' }] };
  const results = parts.map(([name, validate]) =>
    validate(Object.hasOwn(value, name) ? value[name] : undefined),
  );
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
