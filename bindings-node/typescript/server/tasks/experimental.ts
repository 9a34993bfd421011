// `server.experimental.tasks` of the official package.

import type { AnySchema } from '../../arguments/schemas.js';
import { ConfigurationError } from '../../engine/errors.js';
import { type ToolTaskHandler, taskTool } from '../../offers/tasks/three_functions.js';
import type { RegisteredTool, ToolCallback, ToolConfig, ToolConfigWith } from '../../offers/tools.js';
import type { ToolExecution } from '../../types/tools.js';

/** Whether calls of such a tool can be something else than tasks ('optional'), or cannot ('required'). */
export type TaskToolExecution<Support = ToolExecution['taskSupport']> = Omit<ToolExecution, 'taskSupport'> & {
  taskSupport: Support extends 'forbidden' | undefined ? never : Support;
};

type Config<C> = Omit<C, 'execution'> & { execution?: TaskToolExecution | undefined };

/** What registers tools. */
interface Registers {
  registerTool(name: string, config: ToolConfig<undefined>, callback: ToolCallback): RegisteredTool;
}

/** What is there for tasks by the older names. `registerTool` with `execution` needs less. */
export class ExperimentalMcpServerTasks {
  constructor(private readonly server: Registers) {}

  /**
   * Registers a tool by three functions: one that begins a task (`createTask`), one that tells where it is (`getTask`) and one
   * that tells what came of it (`getTaskResult`). The engine keeps the task, and answers its client; the functions are asked by
   * this side, whose client need not take tasks where the tool says 'optional'. 'required' when absent.
   *
   * @throws ConfigurationError when the tool is never to be a task.
   */
  registerToolTask(
    name: string,
    config: Config<ToolConfig<undefined>>,
    handler: ToolTaskHandler,
  ): RegisteredTool;
  registerToolTask<const Input extends AnySchema>(
    name: string,
    config: Config<ToolConfigWith<Input>>,
    handler: ToolTaskHandler<Input>,
  ): RegisteredTool;
  registerToolTask(name: string, config: Config<ToolConfig>, handler: object): RegisteredTool {
    const execution: ToolExecution = { taskSupport: 'required', ...config.execution };
    if (execution.taskSupport === 'forbidden') {
      throw new ConfigurationError(`tool '${name}': one that is never a task is for registerTool`);
    }
    for (const part of ['createTask', 'getTask', 'getTaskResult'] as const) {
      if (typeof (handler as ToolTaskHandler)?.[part] !== 'function') {
        throw new TypeError(`tool '${name}': ${part} must be a function`);
      }
    }
    const callback = taskTool(handler as ToolTaskHandler, config.inputSchema !== undefined);
    return this.server.registerTool(
      name,
      { ...config, execution: { ...execution, begins: 'when told' } } as ToolConfig<undefined>,
      callback as ToolCallback,
    );
  }
}
