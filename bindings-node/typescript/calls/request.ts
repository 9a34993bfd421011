// The request of a call and what surrounds it, as a handler sees them.

import type { AuthInfo } from '../engine/call_origin.js';
import type { Notification, RequestId, RequestMeta } from '../types/base.js';
import type { RequestMetaObject } from '../types/lifecycle.js';
import type { LoggingLevel } from '../types/notifications.js';
import type { ElicitRequestParams, ElicitResult } from '../types/questions.js';
import type {
  CreateMessageRequestParams,
  CreateMessageResult,
  CreateMessageResultWithTools,
} from '../types/sampling.js';
import type { RequestOptions, SendRequest } from './questions.js';

/** Sends log messages of one call, by level. Each returns whether the client will see it (LOG-3). */
export interface Logger {
  debug(data: unknown, logger?: string): boolean;
  info(data: unknown, logger?: string): boolean;
  notice(data: unknown, logger?: string): boolean;
  warning(data: unknown, logger?: string): boolean;
  /** `warning`, by the name of `console`. */
  warn(data: unknown, logger?: string): boolean;
  error(data: unknown, logger?: string): boolean;
  critical(data: unknown, logger?: string): boolean;
  alert(data: unknown, logger?: string): boolean;
  emergency(data: unknown, logger?: string): boolean;
}

/** The HTTP request of a call, as far as a handler may see it. */
export interface RequestInfo {
  /** Names are in lower case. */
  readonly headers: Record<string, string>;
  /** Where it was sent, if the transport told. */
  readonly url?: URL | undefined;
}

/** The HTTP side of a call. */
export interface HttpContext {
  /** The request itself where it came as one, its body read already; otherwise its headers. */
  readonly req: Request | { readonly headers: Headers };
  /** Who asks, as the application's own authentication found out. */
  readonly authInfo?: AuthInfo | undefined;
  /** Closes the stream of this request, for its client to come back; see `closeSSEStream` of the context. */
  readonly closeSSE?: (() => void) | undefined;
  /** The same for the streams of what belongs to no request. */
  readonly closeStandaloneSSE?: (() => void) | undefined;
}

/** The request of a call. */
export interface RequestContext {
  /** The request's id, as the client wrote it; an integer that a number does not hold as its digits. */
  readonly id: RequestId;
  /** What is asked, such as `tools/call`. */
  readonly method: string;
  /** The request's own `_meta`. Integers that a number does not hold are bigints; of the progress token, digits. */
  readonly _meta: RequestMeta | undefined;
  /** Aborts when the client cancels or goes away. */
  readonly signal: AbortSignal;
  /** Sends a notification on the request's own stream. */
  readonly notify: (notification: Notification) => Promise<void>;
  /** Sends a log message on the request's own stream. */
  readonly log: (level: LoggingLevel, data: unknown, logger?: string) => Promise<void>;
  /** What a request of 2026-07-28 says of itself, under the keys of its `_meta`; undefined for older ones. */
  readonly envelope: RequestMetaEnvelope | undefined;
  /**
   * For a handler that returned `inputRequired(…)` and is called again: what the client answered so far, by key; undefined in the
   * first round. Answers to what was not asked, or of another kind, are not among them.
   */
  readonly inputResponses?: Record<string, unknown> | undefined;
  /** Nothing is dropped: what is no answer is refused. */
  readonly droppedInputResponseKeys?: string[] | undefined;
  /** What the handler returned along with its questions, or what the server's `requestState.verify` made of it. */
  readonly requestState: RequestStateAccessor;
  /** Asks people to fill in a form, or to visit a page. */
  readonly elicitInput: (params: ElicitRequestParams, options?: RequestOptions) => Promise<ElicitResult>;
  /** Asks the client's model. */
  readonly requestSampling: (
    params: CreateMessageRequestParams,
    options?: RequestOptions,
  ) => Promise<CreateMessageResult | CreateMessageResultWithTools>;
  /** Asks the client anything. */
  readonly send: SendRequest;
}

/** `legacy` up to 2025-11-25, `modern` from 2026-07-28 on. */
export type ProtocolEra = 'legacy' | 'modern';

/** Reads what the server kept with its questions. */
export type RequestStateAccessor = <T = unknown>() => T | undefined;

/** What a request of 2026-07-28 says of itself. */
export type RequestMetaEnvelope = Partial<Omit<RequestMetaObject, 'progressToken'>>;
