// Handlers of whole methods: by the method's name, by name with schemas, or by a schema whose shape holds the name.

import { isObject } from '../answers/content.js';
import { type Issue, inWords } from '../answers/refusals.js';
import { respond } from '../answers/settling.js';
import { writeWhole } from '../answers/whole_results.js';
import { tooBig } from '../arguments/big_integers.js';
import type { Context } from '../calls/context.js';
import { InvalidArgumentsError } from '../engine/errors.js';
import type { Run } from '../engine/event_loop.js';
import { exact } from '../engine/exact_integers.js';
import type { InexactInteger } from '../engine/native.js';

/** A schema of a whole request: its shape has a literal `method`. */
export interface RequestSchema<T = unknown> {
  parse(value: unknown): T;
}

/** The part of Standard Schema that reads a value. */
export interface ReadingSchema<T = unknown> {
  readonly '~standard': {
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: unknown; readonly output: T } | undefined;
  };
}

/** What a request of this method is read by: null where it is taken as it is. */
export type Read = ((value: unknown) => unknown) | null;

/** Runs a handler that takes `{ method, params }`, or only the params, after reading them. */
export function methodRun(
  method: string,
  read: Read,
  takesParams: boolean,
  handler: (...parts: never[]) => unknown,
  makeContext: (call: Parameters<Run>[0]) => Context,
): Run {
  const handle = handler as (...parts: unknown[]) => unknown;
  return (call, params) => {
    respond(
      call,
      () => {
        if (call.inexact !== undefined) refuseUnlessAttached(params, call.inexact);
        const request = takesParams ? params : { method, params };
        const ctx = makeContext(call);
        if (read === null) return handle(request, ctx);
        const asked = read(request);
        return asked instanceof Promise ? asked.then((settled) => handle(settled, ctx)) : handle(asked, ctx);
      },
      (_call, value) => writeWhole(call, method, value),
    );
  };
}

/** Refuses integers that a JavaScript number does not hold; what a client attaches in `_meta` is made exact instead. */
function refuseUnlessAttached(params: unknown, inexact: InexactInteger[]): void {
  const refused = inexact.filter(([[first]]) => first !== '_meta');
  if (refused.length > 0) throw new InvalidArgumentsError(inWords(tooBig(refused)));
  exact(params, inexact);
}

/** A handler as the three ways to set one give it: `(method, h)`, `(method, { params }, h)`, `(schema, h)`. */
export function handlerOf(
  target: string | object,
  schemasOrHandler: object,
  last: ((...parts: never[]) => unknown) | undefined,
): { method: string; read: Read; takesParams: boolean; handler: (...parts: never[]) => unknown } {
  const method = typeof target === 'string' ? target : methodOf(target);
  const takesParams = last !== undefined;
  const handler = last ?? (schemasOrHandler as (...parts: never[]) => unknown);
  if (typeof handler !== 'function') throw new TypeError(`${method}: the handler must be a function`);
  const schema = takesParams ? (schemasOrHandler as { params?: object }).params : target;
  const read = typeof schema === 'object' && schema !== null ? reading(schema) : null;
  return { method, read, takesParams, handler };
}

/** Reads by whatever a schema offers: `safeParse`, Standard Schema, or `parse`. Throws InvalidArgumentsError. */
function reading(schema: object): (value: unknown) => unknown {
  const { safeParse, parse } = schema as { safeParse?: unknown; parse?: unknown };
  const standard = (schema as Partial<ReadingSchema>)['~standard'];
  if (typeof safeParse === 'function') {
    return (value) => {
      const outcome = safeParse.call(schema, value) as {
        success: boolean;
        data?: unknown;
        error?: { issues?: Issue[]; message?: string };
      };
      if (outcome.success) return outcome.data;
      const { issues, message } = outcome.error ?? {};
      throw new InvalidArgumentsError(issues === undefined ? (message ?? 'invalid') : inWords(issues));
    };
  }
  if (typeof standard?.validate === 'function') {
    const settled = (outcome: unknown): unknown => {
      const { issues, value } = outcome as { issues?: Issue[]; value?: unknown };
      if (issues !== undefined) throw new InvalidArgumentsError(inWords(issues));
      return value;
    };
    return (value) => {
      const outcome = standard.validate(value);
      return outcome instanceof Promise ? outcome.then(settled) : settled(outcome);
    };
  }
  if (typeof parse === 'function') {
    return (value) => {
      try {
        return parse.call(schema, value);
      } catch (error) {
        throw new InvalidArgumentsError(error instanceof Error ? error.message : String(error));
      }
    };
  }
  throw new TypeError('a schema needs safeParse, parse or the Standard Schema interface');
}

/**
 * The method that a request schema is for: zod 3, zod 4, zod mini, or ours.
 *
 * @throws TypeError when its shape has no literal `method`.
 */
export function methodOf(schema: unknown): string {
  const method = literalOf(shapeOf(schema)?.method);
  if (typeof method === 'string') return method;
  throw new TypeError(
    "the first argument must be a method's name, or an object schema with a literal method: z.object({ method: z.literal('…') })",
  );
}

/** The members of an object schema. */
export function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  if (!isObject(schema)) return undefined;
  const definition = isObject(schema._zod) ? schema._zod.def : schema._def;
  const shape = schema.shape ?? (isObject(definition) ? definition.shape : undefined);
  const given: unknown = typeof shape === 'function' ? shape.call(definition) : shape;
  return isObject(given) ? given : undefined;
}

/** The value of a literal schema. */
export function literalOf(schema: unknown): unknown {
  if (typeof schema === 'string') return schema;
  if (!isObject(schema)) return undefined;
  const definition = isObject(schema._zod) ? schema._zod.def : schema._def;
  if (isObject(definition)) {
    if (Array.isArray(definition.values)) return definition.values[0];
    if ('value' in definition) return definition.value;
  }
  return schema.value ?? schema.const;
}

/** Methods that the engine answers whatever an author sets. */
const ENGINE_METHODS = new Set(['initialize', 'server/discover', 'subscriptions/listen']);

/** Throws TypeError for a method that no author's handler would ever be asked. */
export function checkMethod(method: string): void {
  if (ENGINE_METHODS.has(method)) {
    throw new TypeError(`${method} is answered by the engine; a handler for it would never be called`);
  }
}
