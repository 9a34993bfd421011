// Which kind of schema a value is, told by its structure: the libraries themselves are never imported.

import { isRecord, type Json, type StandardResult } from './described.js';

/** A zod 4 schema, of zod or zod/mini. */
export interface Zod4 {
  readonly _zod: { readonly def: Json & { readonly type: string }; readonly [member: string]: unknown };
  readonly meta?: () => unknown;
}

/** A zod 3 schema. */
export interface Zod3 {
  readonly _def: Json & { readonly typeName: string; readonly description?: string };
}

/** An implementation of Standard Schema, version 1. */
export interface Standard {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>;
    readonly jsonSchema?: {
      readonly input?: (options: { target: string }) => unknown;
      readonly output?: (options: { target: string }) => unknown;
    };
  };
}

function member(value: unknown, name: string): unknown {
  const holds = (typeof value === 'object' || typeof value === 'function') && value !== null;
  return holds ? (value as Json)[name] : undefined;
}

export function isZod4(value: unknown): value is Zod4 {
  return typeof member(member(member(value, '_zod'), 'def'), 'type') === 'string';
}

export function isZod3(value: unknown): value is Zod3 {
  return !isZod4(value) && typeof member(member(value, '_def'), 'typeName') === 'string';
}

/** Zod's schemas are Standard Schemas too: ask for them first. */
export function isStandard(value: unknown): value is Standard {
  return typeof member(member(value, '~standard'), 'validate') === 'function';
}

/** Whether a value is a schema of any library. Plain JSON Schema is not: it is told from a shape by this. */
export function isSchema(value: unknown): value is Zod3 | Zod4 | Standard {
  return isZod4(value) || isZod3(value) || isStandard(value);
}

/** Whether a value is an object literal, of whatever realm: not an instance of some class. */
export function isPlainObject(value: unknown): value is Json {
  if (!isRecord(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether a value is an object whose members are schemas, `{}` included. */
export function isRawShape(value: unknown): value is Json {
  return isPlainObject(value) && !isSchema(value) && Object.values(value).every(isSchema);
}
