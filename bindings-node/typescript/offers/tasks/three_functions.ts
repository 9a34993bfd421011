// Tools by three functions, as the official package has them for tasks: one begins it, one tells where it is, one what came of it.

import type { AnySchema, InferArgs } from '../../arguments/schemas.js';
import type { Context } from '../../calls/context.js';
import { ToolError } from '../../engine/errors.js';
import type { CreateTaskResult, GetTaskResult, Task } from '../../types/tasks.js';
import type { CallToolResult } from '../../types/tools.js';
import { CallTaskStore, isTerminal, type RequestTaskStore } from './store.js';

/** What the first function is told of its call. */
export type CreateTaskRequestHandlerExtra = Omit<Context, 'taskStore'> & { taskStore: RequestTaskStore };
/** What the others are told. */
export type TaskRequestHandlerExtra = CreateTaskRequestHandlerExtra & { taskId: string };

/** A function of a tool: `(args, extra)` with an input schema, `(extra)` without. */
export type BaseToolCallback<
  R,
  Extra,
  Args extends AnySchema | undefined = undefined,
> = Args extends AnySchema
  ? (args: InferArgs<Args>, extra: Extra) => R | Promise<R>
  : (extra: Extra) => R | Promise<R>;
export type CreateTaskRequestHandler<
  R = CreateTaskResult,
  Args extends AnySchema | undefined = undefined,
> = BaseToolCallback<R, CreateTaskRequestHandlerExtra, Args>;
export type TaskRequestHandler<R, Args extends AnySchema | undefined = undefined> = BaseToolCallback<
  R,
  TaskRequestHandlerExtra,
  Args
>;

/** The three functions of a tool. */
export interface ToolTaskHandler<Args extends AnySchema | undefined = undefined> {
  /** Begins the work and returns: `{ task: await extra.taskStore.createTask() }`. */
  createTask: CreateTaskRequestHandler<CreateTaskResult, Args>;
  /** Where the task is. Asked from time to time, by this side alone, until the task is over or its result is stored. */
  getTask: TaskRequestHandler<GetTaskResult, Args>;
  /** What came of it. Asked once. */
  getTaskResult: TaskRequestHandler<CallToolResult, Args>;
}

/** How often a task is looked at which does not say. */
const POLL_INTERVAL_MS = 1000;

/** The one function of such a tool: as long as its task. */
export function taskTool(handler: ToolTaskHandler, takesArguments: boolean): (...parts: never[]) => unknown {
  const run = async (args: unknown, context: Context): Promise<CallToolResult> => {
    const store = new CallTaskStore(context);
    const invoke = <R>(name: keyof ToolTaskHandler, extra: object): R => {
      const call = handler[name].bind(handler) as (...parts: unknown[]) => R;
      return takesArguments ? call(args, extra) : call(extra);
    };
    const extra = told(context, { taskStore: store });
    const { task } = await invoke<Promise<CreateTaskResult>>('createTask', extra);
    // One that is kept elsewhere is one to the client, too.
    if (context.task === undefined) context.becomeTask();
    const ofTask = told(context, { taskStore: store, taskId: task.taskId });
    const last = await over(task, store, context.signal, () => invoke<Promise<Task>>('getTask', ofTask));
    if (last.status === 'cancelled') throw new ToolError(last.statusMessage ?? 'the task was cancelled');
    const result = await invoke<Promise<CallToolResult>>('getTaskResult', ofTask);
    return last.status === 'failed' ? { ...result, isError: true } : result;
  };
  return takesArguments
    ? (args: unknown, context: Context) => run(args, context)
    : (context: Context) => run(undefined, context);
}

/** The context with more members; the rest is its own. */
function told(context: Context, members: Record<string, unknown>): object {
  const described = Object.entries(members).map(([name, value]) => [name, { value, enumerable: true }]);
  return Object.create(context, Object.fromEntries(described));
}

/** The task once it is over. Throws the reason where nobody waits for it any more. */
async function over(
  begun: Task,
  store: CallTaskStore,
  signal: AbortSignal,
  look: () => Promise<Task>,
): Promise<Task> {
  let task = begun;
  while (!isTerminal(task.status)) {
    await pause(task.pollInterval ?? POLL_INTERVAL_MS, store.ended, signal);
    signal.throwIfAborted();
    task = await look();
  }
  return task;
}

/** Some time, or less: until the task is over, or nobody waits for it any more. */
async function pause(milliseconds: number, ended: Promise<void>, signal: AbortSignal): Promise<void> {
  let stop: () => void = () => {};
  const waited = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    stop = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  signal.addEventListener('abort', stop);
  await Promise.race([waited, ended]);
  signal.removeEventListener('abort', stop);
  stop();
}
