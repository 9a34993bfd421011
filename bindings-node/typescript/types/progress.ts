// News about a request that is under way.

import type { NotificationParams, ProgressToken, RequestId } from './base.js';

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
