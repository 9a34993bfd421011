// What may be said with a request or a notification to a client.

import type { Request, RequestId } from '../types/base.js';
import type { RequestMethod, ResultTypeMap } from '../types/methods.js';
import type { Progress } from '../types/notifications.js';

/** Hears how far a request has come. */
export type ProgressCallback = (progress: Progress) => void;

/** What a transport may be told with a message. */
export type TransportSendOptions = {
  relatedRequestId?: RequestId | undefined;
  resumptionToken?: string | undefined;
  onresumptiontoken?: ((token: string) => void) | undefined;
  requestSignal?: AbortSignal | undefined;
  onRequestStreamEnd?: (() => void) | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
};

/** How a request to the client is made. Times are milliseconds; without one a question waits for as long as its call. */
export type RequestOptions = TransportSendOptions & {
  /** Not yet: a question with it is refused. */
  onprogress?: ProgressCallback | undefined;
  /** Takes the question back. */
  signal?: AbortSignal | undefined;
  timeout?: number | undefined;
  resetTimeoutOnProgress?: boolean | undefined;
  maxTotalTimeout?: number | undefined;
  allowInputRequired?: boolean | undefined;
  task?: { ttl?: number | undefined; pollInterval?: number | undefined } | undefined;
  relatedTask?: { taskId: string } | undefined;
};

/** How a context asks. */
export type AskOptions = Pick<RequestOptions, 'signal' | 'timeout'>;

/** How a notification is sent. */
export type NotificationOptions = {
  relatedRequestId?: RequestId | undefined;
  relatedTask?: { taskId: string } | undefined;
};

/** Asks the client anything. */
export interface SendRequest {
  <M extends RequestMethod>(
    request: { method: M; params?: Record<string, unknown> },
    options?: RequestOptions,
  ): Promise<ResultTypeMap[M]>;
  <T>(
    request: Request,
    resultSchema: { parse(value: unknown): T } | object,
    options?: RequestOptions,
  ): Promise<T>;
}
