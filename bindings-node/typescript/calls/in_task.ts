// What a call has to do with the task that it is.

import type { Call } from '../engine/call.js';
import type { TaskFacts } from '../engine/native.js';

/** The task that a call is: what its client knows it by, and what is told of it meanwhile. */
export interface CallTask extends TaskFacts {
  /** Says in words where the task is; its client reads it as `statusMessage`. Returns whether that is still told. */
  updateStatus(message: string): boolean;
}

/** The task that a call is, if it is one. */
export function taskOf(call: Call): CallTask | undefined {
  const facts = call.task;
  return facts === undefined
    ? undefined
    : { ...facts, updateStatus: (message) => call.taskStatus(String(message)) };
}
