// Pieces of serving that other packages hand out, and transports of older kinds.

import { type NotYet, notYet } from '../engine/not_yet.js';

export type {
  NotYet as InboundClassificationOutcome,
  NotYet as InboundHttpRequest,
  NotYet as InboundLadderRejection,
  NotYet as InboundLegacyRoute,
  NotYet as InboundLegacyRouteReason,
  NotYet as InboundModernRoute,
  NotYet as InboundValidationRung,
  NotYet as LegacyHttpHandler,
  NotYet as LegacyStatelessFallbackOptions,
  NotYet as PerRequestHTTPServerTransportOptions,
  NotYet as PerRequestMessageExtra,
  NotYet as PerRequestResponseMode,
} from '../engine/not_yet.js';

/** The longest body that is read, by default, in bytes. */
export const DEFAULT_MAX_REQUEST_BODY_SIZE = 4 * 1024 * 1024;
/** The most messages of one batch, in the official package. */
export const MAX_BATCH_SIZE = 100;
/** How often a silent stream says that it is alive, by default, in milliseconds. */
export const DEFAULT_SSE_KEEP_ALIVE_MS = 15_000;

// The engine reads, sorts and answers requests as a whole.

export const { Protocol } = notYet('use Server');
export type Protocol<A = unknown, B = unknown, C = unknown> = NotYet<A, B, C>;

export const {
  PerRequestHTTPServerTransport,
  armSseKeepAlive,
  classifyInboundRequest,
  legacyStatelessFallback,
  readRequestBody,
  requestBodyTooLargeMessage,
  resolveMaxRequestBodySize,
} = notYet('use createMcpHandler, which serves clients of every version');
export type PerRequestHTTPServerTransport = NotYet;

// Redirects a client may follow.

export const {
  fetchLeavingRedirects,
  fetchWithinOrigin,
  followWithinOrigin,
  isWithinOrigin,
  unfollowedRedirect,
} = notYet();
