// What checks values against JSON Schemas for those who ask for it by itself: the engine.

import { NotYetError } from '../engine/errors.js';
import { fromJsonSchema } from './from_json_schema.js';

/** A JSON Schema. */
export type JsonSchemaType = { [keyword: string]: unknown };

export type JsonSchemaValidatorResult<T> =
  | { valid: true; data: T; errorMessage: undefined }
  | { valid: false; data: undefined; errorMessage: string };

/** Checks values against one schema. */
export type JsonSchemaValidator<T> = (input: unknown) => JsonSchemaValidatorResult<T>;

/** Makes such checks. */
export interface jsonSchemaValidator {
  getValidator<T>(schema: JsonSchemaType): JsonSchemaValidator<T>;
}

export type CfWorkerSchemaDraft = '4' | '7' | '2019-09' | '2020-12';

/** The engine's own check. */
export class EngineValidator implements jsonSchemaValidator {
  /** @throws NotYetError for a validator or settings of one's own, which would change nothing */
  constructor(settings?: object) {
    if (settings !== undefined) {
      throw new NotYetError('A JSON Schema validator with settings of its own', 'leave them out');
    }
  }

  getValidator<T>(schema: JsonSchemaType): JsonSchemaValidator<T> {
    const { validate } = fromJsonSchema<T>(schema)['~standard'];
    return (input) => {
      const outcome = validate(input);
      return 'issues' in outcome
        ? {
            valid: false,
            data: undefined,
            errorMessage: outcome.issues.map(({ message }) => message).join('; '),
          }
        : { valid: true, data: outcome.value, errorMessage: undefined };
    };
  }
}
