// Log messages to the client.

import type { NotificationParams, RequestParams } from './base.js';

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
