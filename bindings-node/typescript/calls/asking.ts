// How a question of a call reaches its client and how its answer is read. How it travels is the era's business: up to 2025-11-25
// as a request of the server's, from 2026-07-28 on inside of a result that says what is missing.

import { encode } from '../answers/encoding.js';
import { type Issue, inWords } from '../answers/refusals.js';
import { specTypeSchemas } from '../arguments/spec_schemas/spec_schemas.js';
import { ErrorCode, NotYetError, SdkError, SdkErrorCode } from '../engine/errors.js';
import { QuestionError } from '../engine/question_errors.js';
import type { Asks } from '../engine/questions.js';
import type { Request } from '../types/base.js';
import type { ListRootsResult } from '../types/questions.js';
import type { SpecTypeName, SpecTypes } from '../types/spec_types.js';
import type { RequestOptions, SendRequest } from './questions.js';

/** The methods that the protocol has for questions, and the type of each one's answer. */
const ANSWERS: ReadonlyMap<string, SpecTypeName> = new Map<string, SpecTypeName>([
  ['elicitation/create', 'ElicitResult'],
  ['sampling/createMessage', 'CreateMessageResultWithTools'],
  ['roots/list', 'ListRootsResult'],
  ['ping', 'EmptyResult'],
]);

/**
 * Asks the client of a call, and gives what it answered as it is.
 *
 * @throws QuestionError, MissingCapabilityError or CannotAskError, where there is no answer; NotYetError for `onprogress`.
 */
export function ask(
  asks: Asks,
  method: string,
  params: object | undefined,
  options: RequestOptions = {},
): Promise<unknown> {
  const { signal, timeout, maxTotalTimeout, onprogress } = options;
  if (onprogress !== undefined) {
    throw new NotYetError('onprogress', 'clients are not heard on how far they are with an answer');
  }
  const limits = [timeout, maxTotalTimeout].filter((limit) => limit !== undefined);
  const timeoutMs = limits.length > 0 ? Math.min(...limits) : undefined;
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new RangeError(`timeout must be a positive number of milliseconds, not ${timeoutMs}`);
  }
  const text = encode(params ?? {}, `${method}, params`);
  return asks.ask(method, text, { timeoutMs: Number.isFinite(timeoutMs) ? timeoutMs : undefined, signal });
}

/** The answer as a type of the specification has it. Throws QuestionError when it is none. */
export function answerAs<N extends SpecTypeName>(name: N, method: string, answer: unknown): SpecTypes[N] {
  const read = specTypeSchemas[name].safeParse(answer);
  if (read.success) return read.data as SpecTypes[N];
  const words = inWords(read.error.issues as Issue[]);
  throw new QuestionError(ErrorCode.InvalidParams, `the client's answer to ${method} is none: ${words}`);
}

/** Asks for the folders and files that the server may work in. */
export async function listRoots(
  asks: Asks,
  params: object | undefined,
  options?: RequestOptions,
): Promise<ListRootsResult> {
  return answerAs('ListRootsResult', 'roots/list', await ask(asks, 'roots/list', params, options));
}

/** Asks anything: `(request, options)` with the protocol's own result, `(request, resultSchema, options)` with whichever. */
export function sendRequestOf(asks: () => Asks): SendRequest {
  const send = async (
    request: Request,
    schemaOrOptions?: object,
    last?: RequestOptions,
  ): Promise<unknown> => {
    const schema = isResultSchema(schemaOrOptions) ? schemaOrOptions : undefined;
    const options = schema === undefined ? (schemaOrOptions as RequestOptions | undefined) : last;
    const { method, params } = request;
    const answer = await ask(asks(), method, params, options);
    if (schema !== undefined) return resultBy(schema, method, answer);
    const name = ANSWERS.get(method);
    return name === undefined ? answer : answerAs(name, method, answer);
  };
  return quietly(send) as SendRequest;
}

/** What a result is read by, in the ways that schemas offer it. */
interface ResultSchema {
  '~standard'?: { validate(value: unknown): Validated | Promise<Validated> };
  parse?(value: unknown): unknown;
}

interface Validated {
  value?: unknown;
  issues?: Issue[];
}

function isResultSchema(value: object | undefined): value is ResultSchema {
  return value !== undefined && ('~standard' in value || typeof (value as ResultSchema).parse === 'function');
}

async function resultBy(schema: ResultSchema, method: string, answer: unknown): Promise<unknown> {
  const standard = schema['~standard'];
  if (standard === undefined) return schema.parse?.(answer);
  const { value, issues } = await standard.validate(answer);
  if (issues === undefined) return value;
  throw new SdkError(SdkErrorCode.InvalidResult, `Invalid result for ${method}: ${inWords(issues)}`, answer);
}

/**
 * A function whose promise nobody has to wait for: a client that goes away must not end a program that no longer looks at its
 * question. Whoever waits for it is told all the same.
 */
export function quietly<P extends unknown[], T>(
  asking: (...parts: P) => Promise<T>,
): (...parts: P) => Promise<T> {
  return (...parts) => {
    const answer = asking(...parts);
    answer.catch(() => undefined);
    return answer;
  };
}
