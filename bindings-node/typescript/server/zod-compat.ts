// Where version 1 of the official package speaks with both generations of zod.

import { isZod4 } from '../arguments/reading/recognition.js';
import type { InferArgs, AnySchema as Schema, ShapeInput } from '../arguments/schemas.js';
import { NotYetError } from '../engine/errors.js';
import { notYet } from '../engine/not_yet.js';
import { literalOf, shapeOf } from './handlers.js';

export type AnySchema = Schema;
export type AnyObjectSchema = Schema;
export type ZodRawShapeCompat = ShapeInput;
export type SchemaOutput<S> = InferArgs<S>;
export type SchemaInput<S> = InferArgs<S>;
export type ShapeOutput<Shape extends ZodRawShapeCompat> = InferArgs<Shape>;
export type { NotYet as ZodV3Internal, NotYet as ZodV4Internal } from '../engine/not_yet.js';

type Outcome<S> = { success: true; data: SchemaOutput<S> } | { success: false; error: unknown };
type Parsing<S> = {
  safeParse?(data: unknown): Outcome<S>;
  safeParseAsync?(data: unknown): Promise<Outcome<S>>;
};

/** Whether a schema is one of zod 4. */
export const isZ4Schema = (schema: unknown): boolean => isZod4(schema);

/** What the schema's own `safeParse` says. */
export function safeParse<S extends object>(schema: S, data: unknown): Outcome<S> {
  const { safeParse: parse } = schema as Parsing<S>;
  if (parse === undefined) throw new NotYetError('safeParse of a schema without one');
  return parse.call(schema, data);
}

/** What the schema's own `safeParseAsync` says. */
export async function safeParseAsync<S extends object>(schema: S, data: unknown): Promise<Outcome<S>> {
  const { safeParseAsync: parse } = schema as Parsing<S>;
  return parse === undefined ? safeParse(schema, data) : parse.call(schema, data);
}

/** The members of an object schema. */
export const getObjectShape = (schema: unknown): Record<string, unknown> | undefined => shapeOf(schema);

/** The value of a literal schema. */
export const getLiteralValue = (schema: unknown): unknown => literalOf(schema);

export const {
  getParseErrorMessage,
  getSchemaDescription,
  isSchemaOptional,
  normalizeObjectSchema,
  objectFromShape,
} = notYet('ask zod itself');
