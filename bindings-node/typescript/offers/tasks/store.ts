// The task of one call, by the methods of the official package's store: the engine keeps it, this says what becomes of it.

import { randomUUID } from 'node:crypto';
import type { Context } from '../../calls/context.js';
import { ProtocolError } from '../../engine/errors.js';
import type { Result } from '../../types/base.js';
import { INVALID_PARAMS } from '../../types/constants.js';
import type { Task, TaskCreationParams, TaskStatus } from '../../types/tasks.js';

/** What a tool of `registerToolTask` makes its task with, and says what came of it. */
export interface RequestTaskStore {
  /** Makes a task of the call. What is asked for counts where the call can be none. */
  createTask(params?: TaskCreationParams): Promise<Task>;
  getTask(taskId: string): Promise<Task>;
  /** What the call is answered with. */
  storeTaskResult(taskId: string, status: 'completed' | 'failed', result: Result): Promise<void>;
  getTaskResult(taskId: string): Promise<Result>;
  updateTaskStatus(taskId: string, status: TaskStatus, statusMessage?: string): Promise<void>;
  listTasks(cursor?: string): Promise<{ tasks: Task[]; nextCursor?: string }>;
}

/** Whether a task stays as it is. */
export const isTerminal = (status: TaskStatus): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';

/** The store of one call, with the one task that this may become. */
export class CallTaskStore implements RequestTaskStore {
  private task: Task | undefined;
  private result: Result | undefined;
  private end: () => void = () => {};
  /** Fulfilled when its task is over. */
  readonly ended = new Promise<void>((resolve) => {
    this.end = resolve;
  });

  constructor(private readonly context: Context) {}

  async createTask({ ttl = null, pollInterval }: TaskCreationParams = {}): Promise<Task> {
    this.context.becomeTask();
    const now = new Date().toISOString();
    const { taskId, ...facts } = this.context.task ?? { taskId: randomUUID(), ttl, pollInterval };
    this.task = {
      taskId,
      status: 'working',
      createdAt: now,
      lastUpdatedAt: now,
      ttl: facts.ttl,
      ...(facts.pollInterval !== undefined && { pollInterval: facts.pollInterval }),
    };
    return { ...this.task };
  }

  async getTask(taskId: string): Promise<Task> {
    return { ...this.known(taskId) };
  }

  async storeTaskResult(taskId: string, status: 'completed' | 'failed', result: Result): Promise<void> {
    this.change(taskId, status);
    this.result = result;
    this.end();
  }

  async getTaskResult(taskId: string): Promise<Result> {
    this.known(taskId);
    if (this.result === undefined)
      throw new ProtocolError(INVALID_PARAMS, `task ${taskId} has no result yet`);
    return this.result;
  }

  async updateTaskStatus(taskId: string, status: TaskStatus, statusMessage?: string): Promise<void> {
    const task = this.change(taskId, status);
    if (statusMessage !== undefined) {
      task.statusMessage = statusMessage;
      this.context.task?.updateStatus(statusMessage);
    }
    if (isTerminal(status)) this.end();
  }

  async listTasks(): Promise<{ tasks: Task[] }> {
    return { tasks: this.task === undefined ? [] : [{ ...this.task }] };
  }

  private change(taskId: string, status: TaskStatus): Task {
    const task = this.known(taskId);
    if (isTerminal(task.status)) {
      throw new ProtocolError(INVALID_PARAMS, `task ${taskId} is ${task.status} already`);
    }
    task.status = status;
    task.lastUpdatedAt = new Date().toISOString();
    return task;
  }

  private known(taskId: string): Task {
    if (this.task?.taskId !== taskId) throw new ProtocolError(INVALID_PARAMS, `Task not found: ${taskId}`);
    return this.task;
  }
}
