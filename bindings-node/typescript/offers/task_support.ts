// Whether calls of a tool can become tasks, as its author says it.

import { ConfigurationError } from '../engine/errors.js';
import type { ToolExecution } from '../types/tools.js';

/** Whether calls of a tool can become tasks: for clients that take them ('optional'), for nobody else ('required'), or never. */
export interface TaskExecution extends ToolExecution {
  /** How often clients are told to ask for a task, in milliseconds; as the engine has it when absent. */
  pollIntervalMs?: number | undefined;
}

const MODES: unknown[] = ['forbidden', 'optional', 'required'];

/** Throws ConfigurationError for what says nothing of tasks. */
export function checkExecution(execution: TaskExecution | undefined, what: string): void {
  const { taskSupport = 'forbidden', pollIntervalMs = 1 } = execution ?? {};
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
}

/** What callers are told; nothing where there are no tasks. */
export function executionOf({ taskSupport = 'forbidden' }: TaskExecution = {}): ToolExecution | undefined {
  return taskSupport === 'forbidden' ? undefined : { taskSupport };
}
