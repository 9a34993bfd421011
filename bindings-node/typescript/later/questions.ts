// What a result of 2026-07-28 may ask of its client before it is one.

import { notYet } from '../engine/not_yet.js';

export type {
  NotYet as ElicitInputParams,
  NotYet as InputRequiredSpec,
  NotYet as InputResponseView,
  NotYet as RequestStateCodec,
  NotYet as RequestStateCodecOptions,
} from '../engine/not_yet.js';

export const { acceptedContent, createRequestStateCodec, inputRequired, inputResponse } = notYet(
  'a handler has what its arguments say',
);
