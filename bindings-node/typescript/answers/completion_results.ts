// What a completer returned → what its call is answered with.

import type { Call } from '../engine/call.js';
import { InvalidResultError } from '../engine/errors.js';

/** At most this many suggestions are sent (CMP-2). */
const MOST_SUGGESTIONS = 100;

/** Answers a request for completions with an array of texts. */
export function writeCompletion(call: Call, values: unknown): void {
  if (values === undefined || values === null) {
    call.completeCompletion([], 0, false);
    return;
  }
  if (!Array.isArray(values)) throw new InvalidResultError('a completer returns an array of strings');
  const texts = values.slice(0, MOST_SUGGESTIONS).map(String);
  call.completeCompletion(texts, values.length, values.length > MOST_SUGGESTIONS);
}
