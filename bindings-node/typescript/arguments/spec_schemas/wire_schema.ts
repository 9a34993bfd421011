// A schema of the specification, usable where code written for zod's objects expects one: `parse`, `safeParse`, `shape`,
// and the Standard Schema interface. Nothing is compiled before the first value is checked.

import { type NativeSchema, native } from '../../engine/native.js';
import { definitions } from './definitions.js';
import { SchemaError, type SchemaIssue, steps } from './issues.js';

/** What `safeParse` says. */
export type SafeParseResult<T> = { success: true; data: T } | { success: false; error: SchemaError };

/** Members by name, those that only an index signature allows left out. */
type KnownKey<T> = keyof { [K in keyof T as string extends K ? never : K]: unknown } & keyof T;

/** The schema of a member. If there is one value only, `value` says which. */
export type MemberSchema<T> = WireSchema<T> & { readonly value: T };

/** Checks values against a definition of the specification. The value itself is returned, unknown members included. */
export interface WireSchema<T> {
  /** @throws SchemaError when the value does not fit */
  parse(value: unknown): T;
  safeParse(value: unknown): SafeParseResult<T>;
  /** Rejects with a SchemaError when the value does not fit. */
  parseAsync(value: unknown): Promise<T>;
  safeParseAsync(value: unknown): Promise<SafeParseResult<T>>;
  /** The schemas of the members. */
  readonly shape: { readonly [K in KnownKey<T>]-?: MemberSchema<Exclude<T[K], undefined>> };
  /** Standard Schema 1.0, with the JSON Schema it checks. */
  readonly '~standard': StandardProps<T>;
  /** Only a type, for `z.infer`. */
  readonly _zod: { readonly input: T; readonly output: T };
}

/** See https://standardschema.dev. */
export interface StandardProps<T> {
  readonly version: 1;
  readonly vendor: 'oxmcp';
  readonly types?: { readonly input: T; readonly output: T } | undefined;
  readonly validate: (
    value: unknown,
  ) => { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };
  readonly jsonSchema: {
    /** @throws TypeError for a target other than `draft-2020-12` */
    readonly input: (options: { readonly target: string }) => Record<string, unknown>;
    /** @throws TypeError for a target other than `draft-2020-12` */
    readonly output: (options: { readonly target: string }) => Record<string, unknown>;
  };
}

type Definition = { $ref?: string; const?: unknown; properties?: Record<string, unknown> };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text of a definition that others refer to. */
function textOf(name: string): string {
  const text = definitions[name];
  if (text === undefined) throw new TypeError(`There is no definition of ${name}.`);
  return text;
}

/** A document of its own: the schema with every definition it leads to. */
function documentOf(text: string): string {
  const reached = new Map<string, string>();
  const queue = [text];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const [, name] of next.matchAll(/"#\/\$defs\/(\w+)"/g)) {
      if (name === undefined || reached.has(name)) continue;
      const found = textOf(name);
      reached.set(name, found);
      queue.push(found);
    }
  }
  if (reached.size === 0) return text;
  const all = [...reached].map(([name, found]) => `"${name}":${found}`);
  return `{"$defs":{${all.join(',')}},${text.slice(1)}`;
}

/** Puts in what may be left out. Returns another value if something was. */
export type Fill = (value: unknown) => unknown;

/** A schema made of a definition, or a part of one. */
export class DefinitionSchema<T> implements WireSchema<T> {
  /** Only a constant has one. */
  declare readonly value: T;
  declare readonly _zod: WireSchema<T>['_zod'];
  readonly #name: string;
  readonly #text: string;
  readonly #fill: Fill | undefined;
  #compiled: NativeSchema | undefined;
  #shape: WireSchema<T>['shape'] | undefined;
  #standard: StandardProps<T> | undefined;

  /**
   * @param name what the value is called in errors
   * @param text JSON Schema; the text of the definition of that name if left out
   */
  constructor(name: string, text: string = textOf(name), fill?: Fill) {
    this.#name = name;
    this.#text = text;
    this.#fill = fill;
  }

  /** What is wrong with it. */
  #issues(value: unknown): SchemaIssue[] {
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (error) {
      return [{ path: [], message: `cannot be written as JSON (${(error as Error).message})` }];
    }
    if (text === undefined) return [{ path: [], message: 'is required' }];
    this.#compiled ??= new native.Schema(documentOf(this.#text));
    const found = JSON.parse(this.#compiled.check(text)) as [string, string][];
    return found.map(([field, message]) => ({ path: steps(field), message }));
  }

  safeParse(given: unknown): SafeParseResult<T> {
    const value = this.#fill === undefined ? given : this.#fill(given);
    const issues = this.#issues(value);
    if (issues.length > 0) return { success: false, error: new SchemaError(this.#name, issues) };
    return { success: true, data: value as T };
  }

  parse(value: unknown): T {
    const result = this.safeParse(value);
    if (!result.success) throw result.error;
    return result.data;
  }

  async parseAsync(value: unknown): Promise<T> {
    return this.parse(value);
  }

  async safeParseAsync(value: unknown): Promise<SafeParseResult<T>> {
    return this.safeParse(value);
  }

  get shape(): WireSchema<T>['shape'] {
    if (this.#shape === undefined) {
      let definition: Definition = JSON.parse(this.#text);
      while (definition.$ref !== undefined) {
        definition = JSON.parse(textOf(definition.$ref.replace('#/$defs/', '')));
      }
      const members = Object.entries(definition.properties ?? {}).map(([key, member]) => {
        const schema = new DefinitionSchema<unknown>(`${this.#name}.${key}`, JSON.stringify(member));
        if (!isObject(member) || !('const' in member)) return [key, schema];
        return [key, Object.assign(schema, { value: member.const })];
      });
      this.#shape = Object.fromEntries(members) as WireSchema<T>['shape'];
    }
    return this.#shape;
  }

  get '~standard'(): StandardProps<T> {
    if (this.#standard === undefined) {
      const describe = ({ target }: { readonly target: string }): Record<string, unknown> => {
        if (target === 'draft-2020-12') return JSON.parse(documentOf(this.#text));
        throw new TypeError(`${this.#name} is known in JSON Schema draft-2020-12 only, not in ${target}.`);
      };
      this.#standard = {
        version: 1,
        vendor: 'oxmcp',
        validate: (value) => {
          const result = this.safeParse(value);
          return result.success ? { value: result.data } : { issues: result.error.issues };
        },
        jsonSchema: { input: describe, output: describe },
      };
    }
    return this.#standard;
  }
}
