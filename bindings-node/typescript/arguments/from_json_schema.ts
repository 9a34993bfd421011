// Plain JSON Schema in the shape of a Standard Schema, with the type its values have.

import { native } from '../engine/native.js';
import type { Json } from './reading/described.js';
import { PLAIN } from './reading/json_schema.js';

/** A Standard Schema made of a JSON Schema. */
export interface JsonSchemaStandard<T = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => { readonly value: T } | { readonly issues: readonly { readonly message: string }[] };
    readonly types?: { readonly input: T; readonly output: T } | undefined;
    readonly jsonSchema: {
      readonly input: (options?: unknown) => Record<string, unknown>;
      readonly output: (options?: unknown) => Record<string, unknown>;
    };
  };
}

/** What checks values against a JSON Schema. */
export interface JsonSchemaValidator {
  /** A check of one schema; what it returns tells whether a value is valid, and if not why. */
  getValidator<T>(schema: Json): (value: unknown) => { valid: boolean; data?: T; errorMessage?: string };
}

/**
 * Gives a plain JSON Schema the type of its values: `fromJsonSchema<{name: string}>({type: 'object', …})`.
 *
 * As the schema of a tool it is checked by the engine, as if it had been given as it is.
 *
 * @param schema A JSON Schema.
 * @param validator What its `~standard.validate` checks with, for those who call it themselves; without one, the engine.
 */
export function fromJsonSchema<T = unknown>(
  schema: object,
  validator?: JsonSchemaValidator,
): JsonSchemaStandard<T> {
  const json = schema as Json;
  let check: ((value: unknown) => string | undefined) | undefined;
  const made: JsonSchemaStandard<T> & { [PLAIN]: Json | undefined } = {
    // With a validator of the user's own, that one decides.
    [PLAIN]: validator === undefined ? json : undefined,
    '~standard': {
      version: 1,
      vendor: 'oxmcp',
      validate: (value) => {
        check ??= validator === undefined ? engineCheck(json) : customCheck(validator, json);
        const message = check(value);
        return message === undefined ? { value: value as T } : { issues: [{ message }] };
      },
      jsonSchema: { input: () => json, output: () => json },
    },
  };
  return made;
}

function engineCheck(json: Json): (value: unknown) => string | undefined {
  const schema = new native.Schema(JSON.stringify(json));
  return (value) => {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) return 'the value is not JSON';
    const problems = JSON.parse(schema.check(text)) as [path: string, sentence: string][];
    return problems.length > 0
      ? problems.map(([path, problem]) => (path ? `${path}: ${problem}` : problem)).join('; ')
      : undefined;
  };
}

function customCheck(validator: JsonSchemaValidator, json: Json): (value: unknown) => string | undefined {
  const check = validator.getValidator(json);
  return (value) => {
    const result = check(value);
    return result.valid ? undefined : (result.errorMessage ?? 'does not match the schema');
  };
}
