// Whether calls of a tool can become tasks, as its author says it.

import { ConfigurationError } from '../../engine/errors.js';
import type { ToolExecution } from '../../types/tools.js';

/** Whether calls of a tool can become tasks: for clients that take them ('optional'), for nobody else ('required'), or never. */
export interface TaskExecution extends ToolExecution {
  /** How often clients are told to ask for a task, in milliseconds; as the engine has it when absent. */
  pollIntervalMs?: number | undefined;
  /**
   * When a call becomes a task: before the function runs ('at once', the default), or when that says `ctx.becomeTask()`, for one
   * that may ask its client first.
   */
  begins?: 'at once' | 'when told' | undefined;
}

const MODES: unknown[] = ['forbidden', 'optional', 'required'];

/** Throws ConfigurationError for what says nothing of tasks. */
export function checkExecution(execution: TaskExecution | undefined, what: string): void {
  const { taskSupport = 'forbidden', pollIntervalMs = 1, begins = 'at once' } = execution ?? {};
  if (!MODES.includes(taskSupport)) {
    const given = JSON.stringify(taskSupport);
    throw new ConfigurationError(
      `${what}: execution.taskSupport must be 'forbidden', 'optional' or 'required', not ${given}`,
    );
  }
  if (!(Number.isInteger(pollIntervalMs) && pollIntervalMs > 0)) {
    throw new ConfigurationError(
      `${what}: execution.pollIntervalMs must be a whole number of milliseconds above 0`,
    );
  }
  if (!['at once', 'when told'].includes(begins)) {
    throw new ConfigurationError(`${what}: execution.begins must be 'at once' or 'when told'`);
  }
}

/** What the engine is told beside that. */
export function mannerOf({ pollIntervalMs, begins }: TaskExecution = {}): object {
  return { pollIntervalMs, begins };
}

/** What callers are told; nothing where there are no tasks. */
export function executionOf({ taskSupport = 'forbidden' }: TaskExecution = {}): ToolExecution | undefined {
  return taskSupport === 'forbidden' ? undefined : { taskSupport };
}
