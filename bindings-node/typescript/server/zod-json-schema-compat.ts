// Where version 1 of the official package turns schemas into JSON Schema.

import { convert } from '../arguments/schemas.js';
import { methodOf } from './handlers.js';
import { safeParse } from './zod-compat.js';

/**
 * The JSON Schema that is advertised for a schema.
 *
 * @throws TypeError when the schema cannot be used
 */
export const toJsonSchemaCompat = (
  schema: object,
  options: { pipeStrategy?: 'input' | 'output' | undefined; [option: string]: unknown } = {},
): Record<string, unknown> => convert(schema, options.pipeStrategy ?? 'input', 'schema').json;

/** The method a request's schema is about. @throws TypeError for a schema without a literal method */
export const getMethodLiteral = (schema: object): string => methodOf(schema);

/** What a schema makes of a value. @throws the schema's own error */
export function parseWithCompat(schema: object, data: unknown): unknown {
  const result = safeParse(schema, data);
  if (!result.success) throw result.error;
  return result.data;
}
