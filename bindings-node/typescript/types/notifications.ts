// What is told without being asked: log messages, news about a request under way, and the changes a client listens for.

import type {
  NotificationParams,
  ProgressToken,
  RequestId,
  RequestParams,
  Result,
  ResultMetaObject,
} from './base.js';
import type { SUBSCRIPTION_ID_META_KEY } from './constants.js';
import type { Prompt } from './prompts.js';
import type { Resource } from './resources.js';
import type { Tool } from './tools.js';

/** The severities of RFC 5424, least first. */
export type LoggingLevel =
  | 'debug'
  | 'info'
  | 'notice'
  | 'warning'
  | 'error'
  | 'critical'
  | 'alert'
  | 'emergency';

export type SetLevelRequestParams = RequestParams & { level: LoggingLevel };
/** Asks for messages of this severity and above (up to 2025-11-25). */
export type SetLevelRequest = { method: 'logging/setLevel'; params: SetLevelRequestParams };

export type LoggingMessageNotificationParams = NotificationParams & {
  level: LoggingLevel;
  /** Whose message it is. */
  logger?: string | undefined;
  /** The message: text, or anything JSON can say. */
  data: unknown;
};
export type LoggingMessageNotification = {
  method: 'notifications/message';
  params: LoggingMessageNotificationParams;
};

export type Progress = {
  /** Grows with each notification. */
  progress: number;
  /** What `progress` will be at the end, if that is known. */
  total?: number | undefined;
  message?: string | undefined;
};

export type ProgressNotificationParams = NotificationParams & Progress & { progressToken: ProgressToken };
export type ProgressNotification = { method: 'notifications/progress'; params: ProgressNotificationParams };

export type CancelledNotificationParams = NotificationParams & {
  requestId?: RequestId | undefined;
  reason?: string | undefined;
};
/** Nobody waits for the answer any more. */
export type CancelledNotification = {
  method: 'notifications/cancelled';
  params: CancelledNotificationParams;
};

/** Which changes a client listens for (2026-07-28). What is left out is not listened for. */
export type SubscriptionFilter = {
  toolsListChanged?: boolean | undefined;
  promptsListChanged?: boolean | undefined;
  resourcesListChanged?: boolean | undefined;
  /** URIs of resources. */
  resourceSubscriptions?: string[] | undefined;
};

export type SubscriptionsListenRequestParams = RequestParams & { notifications: SubscriptionFilter };
export type SubscriptionsListenRequest = {
  method: 'subscriptions/listen';
  params: SubscriptionsListenRequestParams;
};

/** What the server will tell: the first message of the stream. */
export type SubscriptionsAcknowledgedNotificationParams = NotificationParams & {
  notifications: SubscriptionFilter;
};
export type SubscriptionsAcknowledgedNotification = {
  method: 'notifications/subscriptions/acknowledged';
  params: SubscriptionsAcknowledgedNotificationParams;
};

export type SubscriptionsListenResultMeta = ResultMetaObject & { [SUBSCRIPTION_ID_META_KEY]: RequestId };
/** The stream is over. */
export type SubscriptionsListenResult = Result & { _meta: SubscriptionsListenResultMeta };

// What a client does when a list changed

export type ListChangedOptionsBase = {
  /** Whether the list is fetched anew. */
  autoRefresh?: boolean | undefined;
  /** Milliseconds for which further changes are waited for. */
  debounceMs?: number | undefined;
};
export type ListChangedCallback<T> = (error: Error | null, items: T[] | null) => void;
export type ListChangedOptions<T> = ListChangedOptionsBase & { onChanged: ListChangedCallback<T> };
export type ListChangedHandlers = {
  tools?: ListChangedOptions<Tool> | undefined;
  prompts?: ListChangedOptions<Prompt> | undefined;
  resources?: ListChangedOptions<Resource> | undefined;
};
