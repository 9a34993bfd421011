// The explicit way to ask: a handler returns what it needs to know, and is called again with the answers. It serves every
// version of the protocol; clients that hold a session are asked by requests of the server's.

import { isObject } from '../answers/content.js';
import { formMadeOf } from '../arguments/forms/form.js';
import type { StandardSchemaV1 } from '../arguments/standard_schema.js';
import type {
  ElicitRequestURLParams,
  InputRequest,
  InputRequests,
  InputRequiredResult,
  InputResponses,
  Root,
} from '../types/questions.js';
import type {
  CreateMessageRequestParams,
  CreateMessageResult,
  CreateMessageResultWithTools,
} from '../types/sampling.js';
import { type ElicitInputParams, formParams } from './elicitation.js';

/** What is needed before there is a result: answers, or only to be called again. */
export interface InputRequiredSpec {
  /** What is asked, each under a name of the server's. */
  inputRequests?: InputRequests | undefined;
  /** Comes back with the answers; the engine seals it on its way. */
  requestState?: string | undefined;
}

/** Makes what a handler returns, and what is asked in it. */
export interface InputRequiredBuilder {
  /** @throws TypeError without questions and without state. */
  (spec: InputRequiredSpec): InputRequiredResult;
  /**
   * A form to be filled in; `requestedSchema` is a Standard Schema or JSON Schema.
   *
   * @throws TypeError naming the field that no form can have.
   */
  elicit(params: ElicitInputParams): InputRequest;
  /** A page to be visited. */
  elicitUrl(params: Omit<ElicitRequestURLParams, 'mode' | 'elicitationId'>): InputRequest;
  /** Asks the client's model. */
  createMessage(params: CreateMessageRequestParams): InputRequest;
  /** Asks for the folders and files that the server may work in. */
  listRoots(): InputRequest;
}

function made({ inputRequests, requestState }: InputRequiredSpec): InputRequiredResult {
  const asks = inputRequests !== undefined && Object.keys(inputRequests).length > 0;
  if (!asks && typeof requestState !== 'string') {
    throw new TypeError(
      'inputRequired() needs at least one of inputRequests, with an entry, and requestState',
    );
  }
  return {
    resultType: 'input_required',
    ...(inputRequests !== undefined && { inputRequests }),
    ...(requestState !== undefined && { requestState }),
  };
}

/** Says what a handler needs to know before it has a result: `return inputRequired({ inputRequests: { … } })`. */
export const inputRequired: InputRequiredBuilder = Object.assign(made, {
  elicit: (params: ElicitInputParams): InputRequest => ({
    method: 'elicitation/create',
    params: formParams(params, 'inputRequired.elicit, requestedSchema'),
  }),
  elicitUrl: (params: Omit<ElicitRequestURLParams, 'mode' | 'elicitationId'>): InputRequest => ({
    method: 'elicitation/create',
    params: { ...params, mode: 'url' } as ElicitRequestURLParams,
  }),
  createMessage: (params: CreateMessageRequestParams): InputRequest => ({
    method: 'sampling/createMessage',
    params,
  }),
  listRoots: (): InputRequest => ({ method: 'roots/list' }),
});

/** One answer, told by its kind; `missing` is also what is none. */
export type InputResponseView =
  | { kind: 'missing' }
  | { kind: 'elicit'; action: 'accept' | 'decline' | 'cancel'; content?: Record<string, unknown> }
  | { kind: 'sampling'; result: CreateMessageResult | CreateMessageResultWithTools }
  | { kind: 'roots'; roots: Root[] };

type Responses = InputResponses | Record<string, unknown> | undefined;

/** One of the answers in `ctx.mcpReq.inputResponses`. What clients send is nowhere checked. */
export function inputResponse(responses: Responses, key: string): InputResponseView {
  const given: unknown = isObject(responses) ? responses[key] : undefined;
  if (!isObject(given)) return { kind: 'missing' };
  const { action, content, roots, role } = given;
  if (action === 'accept' || action === 'decline' || action === 'cancel') {
    return { kind: 'elicit', action, ...(isObject(content) && { content }) };
  }
  if (Array.isArray(roots)) return { kind: 'roots', roots: roots as Root[] };
  if (typeof role === 'string' && content !== undefined) {
    return { kind: 'sampling', result: given as unknown as CreateMessageResult };
  }
  return { kind: 'missing' };
}

/**
 * What was filled in, where the form was accepted; undefined otherwise, and where it does not fit the schema.
 *
 * @throws TypeError for a schema that takes time.
 */
export function acceptedContent<T extends Record<string, unknown> = Record<string, unknown>>(
  responses: Responses,
  key: string,
): T | undefined;
export function acceptedContent<S extends StandardSchemaV1>(
  responses: Responses,
  key: string,
  schema: S,
): StandardSchemaV1.InferOutput<S> | undefined;
export function acceptedContent(responses: Responses, key: string, schema?: StandardSchemaV1): unknown {
  const view = inputResponse(responses, key);
  if (view.kind !== 'elicit' || view.action !== 'accept' || view.content === undefined) return undefined;
  if (schema === undefined) return view.content;
  const { content } = view;
  // The schema that the form was made of reads it as `ctx.elicit` does.
  const outcome = formMadeOf(schema)?.read(content) ?? schema['~standard'].validate(content);
  if (outcome instanceof Promise) throw new TypeError('acceptedContent needs a schema that answers at once');
  const { issues, value } = outcome as { issues?: unknown; value?: unknown };
  return issues === undefined ? value : undefined;
}
