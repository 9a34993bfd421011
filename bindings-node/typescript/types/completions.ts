// Suggestions for what somebody is typing into an argument.

import type { RequestParams, Result } from './base.js';

export type PromptReference = { type: 'ref/prompt'; name: string; title?: string | undefined };

export type ResourceTemplateReference = {
  type: 'ref/resource';
  /** A URI template, or a URI. */
  uri: string;
};
/** @deprecated Use `ResourceTemplateReference`. */
export type ResourceReference = ResourceTemplateReference;

export type CompleteRequestParams = RequestParams & {
  ref: PromptReference | ResourceTemplateReference;
  /** What is being typed, so far. */
  argument: { name: string; value: string };
  /** What is settled already. */
  context?: { arguments?: { [name: string]: string } | undefined } | undefined;
};
export type CompleteRequest = { method: 'completion/complete'; params: CompleteRequestParams };

/** A request for suggestions for an argument of a prompt. */
export type CompleteRequestPrompt = CompleteRequest & { params: { ref: PromptReference } };
/** A request for suggestions for a variable of a URI template. */
export type CompleteRequestResourceTemplate = CompleteRequest & {
  params: { ref: ResourceTemplateReference };
};

export type CompleteResult = Result & {
  completion: {
    /** At most 100. */
    values: string[];
    /** How many there are, shown or not. */
    total?: number | undefined;
    hasMore?: boolean | undefined;
  };
};

function assertReference(request: CompleteRequest, type: 'ref/prompt' | 'ref/resource'): void {
  const got = request.params.ref.type;
  if (got !== type) throw new TypeError(`This completion is for a '${got}', not for a '${type}'.`);
}

/** @throws TypeError when the request is about something else than a prompt */
export function assertCompleteRequestPrompt(
  request: CompleteRequest,
): asserts request is CompleteRequestPrompt {
  assertReference(request, 'ref/prompt');
}

/** @throws TypeError when the request is about something else than a URI template */
export function assertCompleteRequestResourceTemplate(
  request: CompleteRequest,
): asserts request is CompleteRequestResourceTemplate {
  assertReference(request, 'ref/resource');
}
