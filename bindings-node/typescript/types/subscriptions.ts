// Changes a client listens for (2026-07-28).

import type { NotificationParams, RequestId, RequestParams, Result, ResultMetaObject } from './base.js';
import type { SUBSCRIPTION_ID_META_KEY } from './constants.js';

/** Which changes. What is left out is not listened for. */
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
