// Where version 1 of the official package has the type of a handler's second argument, and what may be said with requests.

import type { Context } from '../calls/context.js';
import type { RequestOptions } from '../calls/questions.js';
import type { ServerOptions } from '../server/options.js';

export type { NotificationOptions, ProgressCallback, RequestOptions } from '../calls/questions.js';
export { Protocol } from '../later/serving.js';
export { mergeCapabilities } from '../server/options.js';

/** What a handler is told of its call. The parameters are those of version 1; nothing depends on them here. */
export type RequestHandlerExtra<_Request = unknown, _Notification = unknown> = Context;

/** Options of both sides. */
export type ProtocolOptions = Pick<
  ServerOptions,
  'enforceStrictCapabilities' | 'debouncedNotificationMethods' | 'defaultTaskPollInterval'
>;
export type TaskRequestOptions = Omit<RequestOptions, 'relatedTask'>;
export type { RequestTaskStore } from '../offers/tasks/store.js';

/** How long a request may take by default, in milliseconds. */
export const DEFAULT_REQUEST_TIMEOUT_MSEC = 60_000;
