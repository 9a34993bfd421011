// Tasks of 2025-11-25: requests whose results are fetched later. Their schemas and types are among the others.

import { type NotYet, notYet } from '../engine/not_yet.js';

export {
  CancelTaskRequestSchema,
  CancelTaskResultSchema,
  ClientTasksCapabilitySchema,
  CreateTaskResultSchema,
  GetTaskPayloadRequestSchema,
  GetTaskRequestSchema,
  GetTaskResultSchema,
  ListTasksRequestSchema,
  ListTasksResultSchema,
  RelatedTaskMetadataSchema,
  ServerTasksCapabilitySchema,
  TaskCreationParamsSchema,
  TaskSchema,
  TaskStatusNotificationParamsSchema,
  TaskStatusNotificationSchema,
} from '../arguments/spec_schemas/spec_schemas.js';
export type {
  NotYet as AsyncGeneratorValue,
  NotYet as BaseQueuedMessage,
  NotYet as BaseResponseMessage,
  NotYet as ErrorMessage,
  NotYet as QueuedError,
  NotYet as QueuedMessage,
  NotYet as QueuedNotification,
  NotYet as QueuedRequest,
  NotYet as QueuedResponse,
  NotYet as ResponseMessage,
  NotYet as ResultMessage,
  NotYet as TaskCreatedMessage,
  NotYet as TaskMessageQueue,
  NotYet as TaskStatusMessage,
  NotYet as TaskStore,
} from '../engine/not_yet.js';
export type * from '../types/tasks.js';

// The engine keeps tasks; tools say of themselves that they have some.

export const {
  ExperimentalClientTasks,
  ExperimentalServerTasks,
  assertClientRequestTaskCapability,
  assertToolsCallTaskCapability,
  takeResult,
  toArrayAsync,
} = notYet("a tool with `execution: { taskSupport: 'optional' }` has tasks, which the engine keeps");
export type ExperimentalClientTasks<A = unknown, B = unknown, C = unknown> = NotYet<A, B, C>;
export type ExperimentalServerTasks<A = unknown, B = unknown, C = unknown> = NotYet<A, B, C>;
