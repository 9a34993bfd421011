// Tasks: requests whose results are fetched later (2025-11-25 only).

import type { Cursor, NotificationParams, PaginatedRequestParams, RequestParams, Result } from './base.js';

export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';

/** How a request becomes a task. `ttl`: milliseconds for which its result is kept. */
export type TaskMetadata = { ttl?: number | undefined };
/** As the official SDK asks for one. */
export type TaskCreationParams = {
  ttl?: number | null | undefined;
  pollInterval?: number | undefined;
};
/** Names a task in the `_meta` of what belongs to it. */
export type RelatedTaskMetadata = { taskId: string };
export type TaskAugmentedRequestParams = RequestParams & { task?: TaskMetadata | undefined };

export type Task = {
  taskId: string;
  status: TaskStatus;
  /** Milliseconds; null: for ever. */
  ttl: number | null;
  /** ISO 8601. */
  createdAt: string;
  /** ISO 8601. */
  lastUpdatedAt: string;
  /** Milliseconds to wait between questions. */
  pollInterval?: number | undefined;
  statusMessage?: string | undefined;
};
export type CreateTaskResult = Result & { task: Task };

type OfTask<M extends string> = { method: M; params: RequestParams & { taskId: string } };
export type GetTaskRequest = OfTask<'tasks/get'>;
export type GetTaskResult = Result & Task;
export type GetTaskPayloadRequest = OfTask<'tasks/result'>;
/** The result of the request that became a task. */
export type GetTaskPayloadResult = Result;
export type CancelTaskRequest = OfTask<'tasks/cancel'>;
export type CancelTaskResult = Result & Task;
export type ListTasksRequest = { method: 'tasks/list'; params?: PaginatedRequestParams | undefined };
export type ListTasksResult = Result & { tasks: Task[]; nextCursor?: Cursor | undefined };

export type TaskStatusNotificationParams = NotificationParams & Task;
export type TaskStatusNotification = {
  method: 'notifications/tasks/status';
  params: TaskStatusNotificationParams;
};
