// How a handler asks its client, and what may be said with a request or a notification. Nothing is asked yet.

import { NotYetError } from '../engine/errors.js';
import { type NotYet, notYet } from '../engine/not_yet.js';
import type { EmptyResult, Request, RequestId } from '../types/base.js';
import type { RequestMethod, ResultTypeMap } from '../types/methods.js';
import type { Progress } from '../types/notifications.js';
import type {
  ElicitRequestParams,
  ElicitResult,
  ListRootsRequest,
  ListRootsResult,
} from '../types/questions.js';
import type {
  CreateMessageRequestParams,
  CreateMessageRequestParamsBase,
  CreateMessageRequestParamsWithTools,
  CreateMessageResult,
  CreateMessageResultWithTools,
} from '../types/sampling.js';

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

/** How a request to the client is made. Times are milliseconds. */
export type RequestOptions = TransportSendOptions & {
  onprogress?: ProgressCallback | undefined;
  signal?: AbortSignal | undefined;
  timeout?: number | undefined;
  resetTimeoutOnProgress?: boolean | undefined;
  maxTotalTimeout?: number | undefined;
  allowInputRequired?: boolean | undefined;
  task?: { ttl?: number | undefined; pollInterval?: number | undefined } | undefined;
  relatedTask?: { taskId: string } | undefined;
};

/** How a notification is sent. */
export type NotificationOptions = {
  relatedRequestId?: RequestId | undefined;
  relatedTask?: { taskId: string } | undefined;
};

/** A question that is not asked: it rejects, so that it fails where it is awaited. */
export function unasked(name: string): (...parts: unknown[]) => Promise<never> {
  return async () => {
    throw new NotYetError(name, 'a server asks nothing of its clients');
  };
}

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

const { tasks } = notYet('tasks are not served');

/** What a server may ask of its clients by the names of the official packages. Nothing is asked yet: all of it rejects. */
export abstract class Asking {
  /** Not yet: rejects. */
  ping(): Promise<EmptyResult> {
    return unasked('ping')();
  }

  /** Not yet: rejects. */
  createMessage(
    params: CreateMessageRequestParamsBase,
    options?: RequestOptions,
  ): Promise<CreateMessageResult>;
  createMessage(
    params: CreateMessageRequestParamsWithTools,
    options?: RequestOptions,
  ): Promise<CreateMessageResultWithTools>;
  createMessage(
    params: CreateMessageRequestParams,
    options?: RequestOptions,
  ): Promise<CreateMessageResult | CreateMessageResultWithTools>;
  createMessage(): Promise<never> {
    return unasked('createMessage')();
  }

  /** Not yet: rejects. */
  elicitInput(_params: ElicitRequestParams, _options?: RequestOptions): Promise<ElicitResult> {
    return unasked('elicitInput')();
  }

  /** Not yet: what it returns rejects. */
  createElicitationCompletionNotifier(
    _elicitationId: string,
    _options?: NotificationOptions,
  ): () => Promise<void> {
    return unasked('createElicitationCompletionNotifier');
  }

  /** Not yet: rejects. */
  listRoots(_params?: ListRootsRequest['params'], _options?: RequestOptions): Promise<ListRootsResult> {
    return unasked('listRoots')();
  }

  /** Not yet: rejects. */
  get request(): SendRequest {
    return unasked('request');
  }

  /** Not yet: whatever is done with its `tasks` throws. */
  get experimental(): { tasks: NotYet } {
    return { tasks };
  }
}
