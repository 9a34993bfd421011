// The import path `experimental/tasks` of the official package.

import type { TaskCreationParams } from '../../types/tasks.js';

export * from '../../later/tasks.js';
export { InMemoryTaskMessageQueue, InMemoryTaskStore } from '../../offers/tasks/in_memory.js';
export { isTerminal, type RequestTaskStore } from '../../offers/tasks/store.js';
export type {
  BaseToolCallback,
  CreateTaskRequestHandler,
  CreateTaskRequestHandlerExtra,
  TaskRequestHandler,
  TaskRequestHandlerExtra,
  ToolTaskHandler,
} from '../../offers/tasks/three_functions.js';
/** What a task is asked for with. `context` is accepted for code that gives some. */
export type CreateTaskOptions = TaskCreationParams & { context?: Record<string, unknown> | undefined };
export { ExperimentalMcpServerTasks, type TaskToolExecution } from './experimental.js';
