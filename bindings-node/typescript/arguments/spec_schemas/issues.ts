// What a schema says about a value that does not fit.

import { OxmcpError } from '../../engine/errors.js';

/** By it `instanceof` knows an instance of the copy that `require` loads, and the other way round. */
const BRAND = Symbol.for('oxmcp.errors.SchemaError');

/** One thing that is wrong, and where. */
export interface SchemaIssue {
  /** Member names and array positions, from the outside in. */
  readonly path: readonly (string | number)[];
  /** As in "is required" or "must be a string". */
  readonly message: string;
}

/** `params.items[0].name`; a name that is no plain word as `["a name"]`. */
function spelled(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[\p{L}\p{N}_$@-]+$/u.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** Says that a value is not what it was taken for. */
export class SchemaError extends OxmcpError {
  /** Everything that was found wrong. */
  readonly issues: readonly SchemaIssue[];

  /** @param name what the value should have been, as in "CallToolRequest" */
  constructor(name: string, issues: readonly SchemaIssue[]) {
    const all = issues.map((issue) => `${spelled(issue.path) || 'the value'} ${issue.message}`);
    super(`${/^[AEIOU]/.test(name) ? 'Not an' : 'Not a'} ${name}: ${all.join('; ')}.`);
    this.name = 'SchemaError';
    this.issues = issues;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** The path that the engine spells as `params.items[0]["a name"]`, in steps. */
export function steps(field: string): (string | number)[] {
  return [...field.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[]+)/g)].map(
    ([, position, quoted, name]) => {
      if (position !== undefined) return Number(position);
      return quoted === undefined ? (name ?? '') : (JSON.parse(quoted) as string);
    },
  );
}
