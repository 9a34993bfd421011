// Elicitation: asking people for input by a form, or to visit a page (ELI-*).

import { randomUUID } from 'node:crypto';
import { isObject } from '../answers/content.js';
import { inWords } from '../answers/refusals.js';
import { EngineValidator } from '../arguments/engine_validator.js';
import { checkRequested, formOf } from '../arguments/forms/form.js';
import { type AnySchema, type InferAnswer, isSchema } from '../arguments/schemas.js';
import type { StandardSchemaWithJSON } from '../arguments/standard_schema.js';
import { ErrorCode } from '../engine/errors.js';
import { QuestionError } from '../engine/question_errors.js';
import type { Asks } from '../engine/questions.js';
import type { ElicitRequestFormParams, ElicitRequestParams, ElicitResult } from '../types/questions.js';
import { answerAs, ask, quietly } from './asking.js';
import type { AskOptions, RequestOptions } from './questions.js';

/** What a person answered to a form. */
export type Elicited<T = Record<string, unknown>> =
  | {
      action: 'accept';
      /** What was filled in, as the schema promises it. */
      data: T;
      /** What was filled in, as it was sent. */
      content: NonNullable<ElicitResult['content']>;
    }
  | { action: 'decline' | 'cancel'; data?: undefined; content?: undefined };

/** One of the choices of a list. */
export type Choice = string | { readonly const: string; readonly title?: string };

/** Asks people to fill in a form. */
export interface Elicit {
  /**
   * @param message What people read above the form.
   * @param schema Of an object whose members are the fields, or of one value: a shape, a schema of zod 3 or 4, a Standard
   *   Schema, JSON Schema; or a list of choices, in a list of its own where several may be chosen.
   * @throws TypeError naming the field that no form can have.
   * @throws QuestionError when what was filled in does not fit the schema, or when the client answers with an error.
   * @throws MissingCapabilityError when the client has no forms.
   */
  <const C extends readonly Choice[] | readonly [readonly Choice[]]>(
    message: string,
    choices: C,
    options?: AskOptions,
  ): Promise<Elicited<InferAnswer<C>>>;
  <const S extends AnySchema>(
    message: string,
    schema: S,
    options?: AskOptions,
  ): Promise<Elicited<InferAnswer<S>>>;
  /** Without a schema it asks for no more than consent. */
  (message: string, schema?: undefined, options?: AskOptions): Promise<Elicited>;
}

/** Asks people to visit a page: what they enter there never passes through the client. */
export type ElicitUrl = (
  message: string,
  url: string | URL,
  options?: AskOptions & {
    /** Names the visit in `createElicitationCompletionNotifier`; made at random when absent. */
    elicitationId?: string | undefined;
  },
) => Promise<ElicitResult & { elicitationId: string }>;

const METHOD = 'elicitation/create';
const WITHOUT_FIELDS = { type: 'object', properties: {} };

/** `ctx.elicit`. */
export function elicitOf(asks: Asks): Elicit {
  const elicit = async (
    message: string,
    schema: object = WITHOUT_FIELDS,
    options?: AskOptions,
  ): Promise<Elicited<unknown>> => {
    const form = formOf(schema, 'ctx.elicit, schema');
    const params = { mode: 'form', message, requestedSchema: form.requestedSchema };
    const { action, content = {} } = answerAs(
      'ElicitResult',
      METHOD,
      await ask(asks, METHOD, params, options),
    );
    if (action !== 'accept') return { action };
    const read = await form.read(content);
    if ('issues' in read) throw misfit(inWords(read.issues));
    return { action, data: read.value, content };
  };
  return quietly(elicit) as Elicit;
}

/** `ctx.elicitUrl`. */
export function elicitUrlOf(asks: Asks): ElicitUrl {
  return quietly(async (message, url, options = {}) => {
    const { elicitationId = randomUUID(), ...rest } = options;
    const params = { mode: 'url', message, url: String(url), elicitationId };
    if (!URL.canParse(params.url)) throw new TypeError(`ctx.elicitUrl: ${params.url} is no absolute URL`);
    const answer = answerAs('ElicitResult', METHOD, await ask(asks, METHOD, params, rest));
    return { ...answer, elicitationId };
  });
}

/** What a form is asked with where its schema may be one of a library. */
export type ElicitInputParams = Omit<ElicitRequestFormParams, 'requestedSchema'> & {
  requestedSchema: ElicitRequestFormParams['requestedSchema'] | StandardSchemaWithJSON;
};

/** The parameters of a form in the protocol's terms. Throws TypeError naming the field that no form can have. */
export function formParams(params: ElicitInputParams, where: string): ElicitRequestFormParams {
  const { requestedSchema } = params;
  if (isSchema(requestedSchema)) {
    return { ...params, mode: 'form', requestedSchema: formOf(requestedSchema, where).requestedSchema };
  }
  checkRequested(requestedSchema, where);
  return {
    ...params,
    mode: 'form',
    requestedSchema: requestedSchema as ElicitRequestFormParams['requestedSchema'],
  };
}

/** Asks as the official packages do: the protocol's parameters in, its result out, after it was held against the form. */
export async function elicitInput(
  asks: Asks,
  params: ElicitRequestParams | ElicitInputParams,
  options?: RequestOptions,
): Promise<ElicitResult> {
  const isPage = params.mode === 'url';
  const sent = isPage ? params : formParams(params as ElicitInputParams, 'elicitInput, requestedSchema');
  const answer = answerAs('ElicitResult', METHOD, await ask(asks, METHOD, sent, options));
  if (!isPage && answer.action === 'accept' && isObject(answer.content)) {
    const { requestedSchema } = sent as ElicitRequestFormParams;
    const { valid, errorMessage } = new EngineValidator().getValidator(requestedSchema)(answer.content);
    if (!valid) throw misfit(errorMessage);
  }
  return answer;
}

const misfit = (words: string): QuestionError =>
  new QuestionError(
    ErrorCode.InvalidParams,
    `Elicitation response content does not match requested schema: ${words}`,
  );
