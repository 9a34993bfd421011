// The options of a server, and those of other libraries that have no subject here.

import { EngineValidator } from '../arguments/engine_validator.js';
import type { VerifyState } from '../calls/verified_state.js';
import { ConfigurationError } from '../engine/errors.js';
import type { Placement, Transform } from '../engine/native.js';
import type { CacheHint, ResourceSecurity } from '../offers/resource_templates.js';
import {
  EngineTasks,
  type InMemoryTaskMessageQueue,
  type InMemoryTaskStore,
} from '../offers/tasks/in_memory.js';
import type { ProductionOptions } from '../serving/production.js';
import type { TaskSettings } from '../serving/task_settings.js';
import type { ServerCapabilities } from '../types/lifecycle.js';

/** Options of every kind of server. */
export interface ServerOptions extends ProductionOptions {
  /** What the server can do beside what follows from its handlers. */
  capabilities?: ServerCapabilities | undefined;
  /** What a model should know about the server as a whole. */
  instructions?: string | undefined;
  /** How long results may be kept, by method: `tools/list`, `prompts/list`, `resources/list`, … (CACHE-1). */
  cacheHints?: { [method: string]: CacheHint } | undefined;
  /** How many items a page of a list has; all of them when absent. */
  listPageSize?: number | undefined;
  /**
   * Where the I/O is driven: on a thread of its own (`thread`), on the JavaScript thread (`loop`), or where it fits best
   * (`auto`, the default).
   */
  io?: Placement | undefined;
  /** Accepted for code that sets it: a client is never asked what it did not declare. */
  enforceStrictCapabilities?: boolean | undefined;
  /** Accepted for code that sets it: changes of one kind that come together are told once anyway. */
  debouncedNotificationMethods?: string[] | undefined;
  /** Only the engine's own, by whatever name: `new AjvJsonSchemaValidator()`. */
  jsonSchemaValidator?: EngineValidator | undefined;
  /**
   * Secrets of at least 32 bytes that seal what clients carry from one round of a call to the next: the first seals, all open.
   * Processes that serve the same clients need the same. Without it those of the environment variable
   * `OXMCP_REQUEST_STATE_KEYS`, or one that is made at random and gone with the process.
   */
  requestStateKeys?: RequestStateKey | readonly RequestStateKey[] | undefined;
  /** What becomes of that state beside being sealed. */
  requestState?: RequestStateOptions | undefined;
  /** How many calls may wait here for clients of 2026-07-28 to come back with answers. Default 10000. */
  maxParkedCalls?: number | undefined;
  /** How clients that hold a session are asked what a handler returned by `inputRequired(…)`. */
  inputRequired?: InputRequiredOptions | undefined;
  /** How tasks are kept: in memory, or in a file in which they outlive the process. */
  tasks?: TaskSettings | undefined;
  /** Only what stands for the engine's own: `new InMemoryTaskStore()`. */
  taskStore?: InMemoryTaskStore | undefined;
  /** The same: `new InMemoryTaskMessageQueue()`. */
  taskMessageQueue?: InMemoryTaskMessageQueue | undefined;
  /** `tasks.pollIntervalMs` by another name. */
  defaultTaskPollInterval?: number | undefined;
}

/** A secret; text stands for its bytes in UTF-8. */
export type RequestStateKey = string | Uint8Array;

/** What becomes of state that clients carry. */
export interface RequestStateOptions {
  /** Checks what a handler returned as `requestState` when it comes back, and may give what the handler is to read. */
  verify?: VerifyState | undefined;
  /** How long clients may take to come back; ten minutes when absent. */
  ttlSeconds?: number | undefined;
}

/** How clients that hold a session are asked. */
export interface InputRequiredOptions {
  /** Accepted for code that sets it: after 32 rounds without a result the call fails. */
  maxRounds?: number | undefined;
  /** How long an answer may take, in milliseconds; without a limit when absent. */
  roundTimeoutMs?: number | undefined;
  /** Whether they are asked at all; they are, when absent. */
  legacyShim?: boolean | undefined;
}

/** Options of an `McpServer`. */
export interface McpServerOptions extends ServerOptions {
  /**
   * How many elements of arrays and members of objects the arguments of one tool call may have together: at least 1, or
   * Infinity, the default.
   */
  maxToolInputElements?: number | undefined;
  /**
   * Whether arguments must have the schema's types as they are. Without it, text that spells what the schema asks for
   * (`"5"`, `"[1, 2]"`) is taken for that where the schema admits no text. A tool's own setting goes before.
   */
  strictInputValidation?: boolean | undefined;
  /** What becomes of the offers before clients see them, in order: `toolSearch(…)`, `resultBudget(…)`, `inlineReferences(…)`. */
  transforms?: readonly Transform[] | undefined;
  /** Which values of the variables of resource templates are refused, where a template does not say. */
  resourceSecurity?: ResourceSecurity | undefined;
}

/** Known options of others, and why they cannot be taken. */
const WITHOUT_SUBJECT: ReadonlyMap<string, string> = new Map([
  ['taskStore', 'the engine keeps tasks'],
  ['taskMessageQueue', 'what a task says is not queued'],
  ['maxTaskQueueSize', 'what a task says is not queued'],
  ['jsonSchemaValidator', 'schemas are checked by the engine'],
  ['supportedProtocolVersions', 'every version of the protocol is served'],
  ['eventStore', 'streams are kept where they are served, by listen() and the transports'],
]);

/** Whether an option says no more than that the engine does it. */
const isOfTheEngine = (value: unknown): boolean =>
  value instanceof EngineValidator || value instanceof EngineTasks;

/** Throws ConfigurationError for an option that cannot be honoured, rather than ignoring it. */
export function checkOptions(options: ServerOptions): void {
  const { io, listPageSize } = options;
  if (io !== undefined && !['auto', 'loop', 'thread'].includes(io)) {
    throw new ConfigurationError(`io must be 'auto', 'loop' or 'thread', not ${JSON.stringify(io)}`);
  }
  if (listPageSize !== undefined && !(Number.isInteger(listPageSize) && listPageSize >= 1)) {
    throw new ConfigurationError('listPageSize must be a whole number of at least 1');
  }
  const { maxParkedCalls } = options;
  if (maxParkedCalls !== undefined && !(Number.isInteger(maxParkedCalls) && maxParkedCalls >= 1)) {
    throw new ConfigurationError('maxParkedCalls must be a whole number of at least 1');
  }
  const { roundTimeoutMs = 1 } = options.inputRequired ?? {};
  const { ttlSeconds = 1 } = options.requestState ?? {};
  if (!(roundTimeoutMs > 0)) {
    throw new ConfigurationError('inputRequired.roundTimeoutMs must be a positive number of milliseconds');
  }
  if (!(ttlSeconds > 0 && Number.isFinite(ttlSeconds))) {
    throw new ConfigurationError('requestState.ttlSeconds must be a positive number of seconds');
  }
  for (const [name, value] of Object.entries(options)) {
    const why = WITHOUT_SUBJECT.get(name);
    if (why !== undefined && value !== undefined && !isOfTheEngine(value)) {
      throw new ConfigurationError(`the option ${name} is not supported: ${why}; leave it out`);
    }
  }
}

/** The secrets as bytes. */
export function keysOf({ requestStateKeys: keys }: ServerOptions): Uint8Array[] | undefined {
  if (keys === undefined) return undefined;
  const list = typeof keys === 'string' || keys instanceof Uint8Array ? [keys] : keys;
  return list.map((key) => (typeof key === 'string' ? new TextEncoder().encode(key) : key));
}

/** The limit on the elements of a tool's arguments. Throws ConfigurationError when it is no limit. */
export function mostElements(options: McpServerOptions): number {
  const { maxToolInputElements: most = Number.POSITIVE_INFINITY } = options;
  if (typeof most !== 'number' || !(most >= 1)) {
    throw new ConfigurationError('maxToolInputElements must be a number of at least 1, or Infinity');
  }
  return most;
}

/** Two declarations of capabilities as one; what `more` says wins. */
export function mergeCapabilities(base: ServerCapabilities, more: ServerCapabilities): ServerCapabilities {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(more)) {
    const known = merged[name];
    merged[name] =
      typeof known === 'object' && known !== null && typeof value === 'object' && value !== null
        ? { ...known, ...value }
        : value;
  }
  return merged as ServerCapabilities;
}
