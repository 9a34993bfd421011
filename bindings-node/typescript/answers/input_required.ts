// The result that is none yet: what a handler has to know first (MRTR-2, MRTR-3).

import type { Call } from '../engine/call.js';
import { InvalidResultError } from '../engine/errors.js';
import { isObject } from './content.js';
import { encode } from './encoding.js';

/** Whether a value asks for input in the place of a result. */
export const isInputRequired = (value: unknown): boolean =>
  isObject(value) && value.resultType === 'input_required';

/** Answers a call with questions and state. Throws InvalidResultError for what is neither. */
export function writeInputRequired(call: Call, value: unknown): void {
  const { inputRequests = {}, requestState } = value as Record<string, unknown>;
  if (!isObject(inputRequests)) throw new InvalidResultError('inputRequests: must be an object');
  if (requestState !== undefined && typeof requestState !== 'string') {
    throw new InvalidResultError('requestState: must be a string');
  }
  const entries = Object.entries(inputRequests);
  if (entries.length === 0 && requestState === undefined) {
    throw new InvalidResultError('an input_required result needs inputRequests or requestState');
  }
  const requests = entries.map(([key, request]) => {
    const { method, params = {} } = isObject(request) ? request : {};
    if (typeof method !== 'string' || !isObject(params)) {
      throw new InvalidResultError(`inputRequests.${key}: must be an object with method and params`);
    }
    return { key, method, params: encode(params, `inputRequests.${key}.params`) };
  });
  call.completeInputRequired(requests, requestState);
}
