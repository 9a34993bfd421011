// What programs give a server so that it keeps tasks in memory, by the official package's names: here the engine does anyway.

import type { NotYet } from '../../engine/not_yet.js';

/** Stands for the engine's own. */
export class EngineTasks {
  /** Accepted for code that calls it: what is kept ends with the server. */
  cleanup(): void {}
}

/** The engine keeps tasks: `new McpServer(info, { taskStore: new InMemoryTaskStore() })` says no more than that. */
export const InMemoryTaskStore: new () => NotYet = class InMemoryTaskStore extends EngineTasks {};
export type InMemoryTaskStore = NotYet;
/** The same of what a task has to say. */
export const InMemoryTaskMessageQueue: new () => NotYet = class InMemoryTaskMessageQueue extends EngineTasks {};
export type InMemoryTaskMessageQueue = NotYet;
