// Tools: a function, what it is called, and what callers are told of it.

import { isObject } from '../answers/content.js';
import { encode } from '../answers/encoding.js';
import { type AnySchema, type Converted, convert, type InferArgs } from '../arguments/schemas.js';
import {
  type Requirements,
  type RequirementUpdates,
  requirementsAfter,
} from '../authentication/requirements.js';
import type { Context } from '../calls/context.js';
import type { Engine } from '../engine/engine.js';
import { ConfigurationError, translated } from '../engine/errors.js';
import type { Icon } from '../types/base.js';
import type { ContentBlock } from '../types/content.js';
import type { InputRequiredResult } from '../types/questions.js';
import type { CallToolResult, ToolAnnotations } from '../types/tools.js';
import { markedOf, metaOf, warnOfUnknownHints } from './annotations.js';
import { challenging, type ScopeChallengeHandler } from './challenges.js';
import { Named, NamedHandle } from './handles.js';
import { checkExecution, executionOf, mannerOf, type TaskExecution } from './tasks/support.js';
import { toolRun } from './tool_runs.js';

/**
 * What a tool may return: a whole result, whose content may be left out where there is structured content; text; a content
 * block or several; nothing; or what it has to know first.
 */
export type ToolReturn =
  | CallToolResult
  | InputRequiredResult
  | (Omit<CallToolResult, 'content'> & { content?: ContentBlock[]; structuredContent: unknown })
  | ContentBlock
  | ContentBlock[]
  | string
  | undefined
  // biome-ignore lint/suspicious/noConfusingVoidType: the return type of a handler that returns nothing
  | void;

/** The function of a tool that takes arguments. */
export type ToolFunction<Input> = (args: InferArgs<Input>, ctx: Context) => ToolReturn | Promise<ToolReturn>;

/** The function of a tool: `(args, ctx)` with an input schema, `(ctx)` without. */
export type ToolCallback<Input extends AnySchema | undefined = undefined> = Input extends AnySchema
  ? ToolFunction<Input>
  : (ctx: Context) => ToolReturn | Promise<ToolReturn>;

/** What callers are told of a tool beside its input. */
export interface ToolNotes extends Requirements {
  /** A name for people. */
  title?: string | undefined;
  /** What it does, for the model. */
  description?: string | undefined;
  /** Of the structured content; of the same kinds as an input schema. */
  outputSchema?: AnySchema | undefined;
  /** Hints for those who decide whether the tool may run. */
  annotations?: ToolAnnotations | undefined;
  icons?: Icon[] | undefined;
  _meta?: Record<string, unknown> | undefined;
  /** How long a call may take, in milliseconds; without a limit when absent. */
  timeoutMs?: number | undefined;
  /** Whether arguments must have the schema's types as they are; as the server has it when absent. */
  strictInputValidation?: boolean | undefined;
  /**
   * Whether the function may run again from its beginning, with the answers that its questions got so far, where the call that
   * waits for its client is not in this process any more (from 2026-07-28 on). What it did before it asked, it does twice then.
   */
  replayable?: boolean | undefined;
  /**
   * Whether a person is asked before each call, who says yes to these arguments and no others; where nobody can be asked it is not
   * done. As the section `safety` says when absent; without one, nobody is asked.
   */
  confirm?: boolean | undefined;
  /** Words by which items are shown and hidden together, see `visibility`. Clients see them in `_meta`. */
  tags?: readonly string[] | undefined;
  /** Which of several of one name it is: the highest that may be seen is offered. Clients see it in `_meta`. */
  version?: string | undefined;
  /** Whether it is offered from the start; it is, if absent. */
  enabled?: boolean | undefined;
  /** Whether calls can become tasks, which go on after their request was answered; they cannot when absent. */
  execution?: TaskExecution | undefined;
  /** Says of a call over HTTP whether it takes scopes that its caller lacks, which is told to get them: `requireScopes('write')`. */
  scopeChallenge?: ScopeChallengeHandler | undefined;
}

/** What callers are told of a tool that takes arguments. */
export interface ToolConfigWith<Input> extends ToolNotes {
  /** A raw zod shape, a zod 3 or 4 schema, any Standard Schema, or plain JSON Schema. */
  inputSchema: Input;
}

/** What callers are told of a tool. */
export interface ToolConfig<Input extends AnySchema | undefined = AnySchema | undefined> extends ToolNotes {
  /** A raw zod shape, a zod 3 or 4 schema, any Standard Schema, or plain JSON Schema. */
  inputSchema?: Input;
}

/** What `update` may change. What is absent or undefined stays. */
export interface ToolUpdates<Input extends AnySchema | undefined = undefined> extends RequirementUpdates {
  /** A new name; null removes the tool. */
  name?: string | null | undefined;
  title?: string | undefined;
  description?: string | undefined;
  /** The new input schema. */
  paramsSchema?: Input;
  outputSchema?: AnySchema | undefined;
  annotations?: ToolAnnotations | undefined;
  icons?: Icon[] | undefined;
  _meta?: Record<string, unknown> | undefined;
  timeoutMs?: number | undefined;
  strictInputValidation?: boolean | undefined;
  replayable?: boolean | undefined;
  confirm?: boolean | undefined;
  execution?: TaskExecution | undefined;
  /** null: none any more. */
  scopeChallenge?: ScopeChallengeHandler | null | undefined;
  callback?: ToolCallback<Input>;
  enabled?: boolean | undefined;
}

/** A function of a tool, its types forgotten. */
export type AnyToolFunction = (...parts: never[]) => unknown;

interface State extends Omit<ToolConfig, 'inputSchema' | 'outputSchema' | 'enabled'> {
  name: string;
  inputSchema: unknown;
  outputSchema: unknown;
  input: Converted | undefined;
  output: Converted | undefined;
  callback: AnyToolFunction;
}

/** Names that every client takes. */
const USUAL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** The tools of a server. */
export class Tools extends Named<State> {
  /** What a tool in sight asks for, if it asks for anything. */
  challengeOf(name: string): ScopeChallengeHandler | undefined {
    return this.shown(name)?.scopeChallenge;
  }

  /** The JSON Schema that clients are told of a tool's arguments. */
  inputSchemaJson(name: string): Record<string, unknown> | undefined {
    return this.state(name)?.input?.json;
  }

  constructor(
    engine: Engine,
    private readonly mostElements: number,
    /** Whether text is never taken for what it spells, where a tool does not say. */
    private readonly strict: boolean,
  ) {
    super(engine, 'tool');
  }

  /**
   * Registers a tool.
   *
   * @throws AlreadyRegisteredError when there is one of this name.
   * @throws TypeError when a schema has no JSON Schema; the message names the tool and the place.
   */
  add(name: string, config: ToolConfig, callback: AnyToolFunction): RegisteredTool {
    if (typeof callback !== 'function')
      throw new TypeError(`tool '${name}': the callback must be a function`);
    this.refuseTaken({ name, version: config.version });
    if (!USUAL_NAME.test(name)) {
      const rule = "1 to 128 letters, digits, '_', '.' and '-'";
      console.warn(`Tool name ${JSON.stringify(name)} is not ${rule}: some clients refuse it`);
    }
    const tool: State = {
      name,
      title: config.title,
      description: config.description,
      annotations: config.annotations,
      icons: config.icons,
      _meta: config._meta,
      timeoutMs: config.timeoutMs,
      strictInputValidation: config.strictInputValidation,
      replayable: config.replayable,
      confirm: config.confirm,
      execution: config.execution,
      scopeChallenge: config.scopeChallenge,
      requiredScopes: config.requiredScopes,
      roles: config.roles,
      tags: config.tags,
      version: config.version,
      inputSchema: config.inputSchema,
      outputSchema: config.outputSchema,
      input: schemaOf(config.inputSchema, 'input', `tool '${name}', inputSchema`),
      output: schemaOf(config.outputSchema, 'output', `tool '${name}', outputSchema`),
      callback,
    };
    return this.keep(new RegisteredTool(this, tool), config.enabled);
  }

  /** @internal Tells the engine. */
  offer(state: State, replace: boolean): void {
    warnOfUnknownHints(`tool '${state.name}'`, state.annotations);
    if (state.timeoutMs !== undefined && !(state.timeoutMs > 0)) {
      throw new ConfigurationError(
        `tool '${state.name}': timeoutMs must be a positive number of milliseconds`,
      );
    }
    checkExecution(state.execution, `tool '${state.name}'`);
    const converts = !(state.strictInputValidation ?? this.strict);
    const descriptor = encode(descriptorOf(state, converts), `tool '${state.name}'`);
    const run = challenging(
      toolRun(state, this.engine, this.mostElements, converts),
      state.scopeChallenge,
      'tools/call',
      (args) => ({ name: state.name, arguments: args }),
    );
    const slot = this.engine.slot(run);
    translated(() => this.engine.native.addTool(descriptor, slot, replace));
    this.engine.note('tools', state.callback.length > (state.inputSchema === undefined ? 0 : 1));
  }
}

/** A registered tool, to be switched off and on, changed and removed; clients are told. */
export class RegisteredTool extends NamedHandle<State> {
  get title(): string | undefined {
    return this.current.title;
  }
  get description(): string | undefined {
    return this.current.description;
  }
  /** As it was given. */
  get inputSchema(): unknown {
    return this.current.inputSchema;
  }
  /** As it was given. */
  get outputSchema(): unknown {
    return this.current.outputSchema;
  }
  /** As clients are told it. */
  get outputSchemaJson(): Record<string, unknown> | undefined {
    return this.current.output?.json;
  }
  get execution(): TaskExecution | undefined {
    return this.current.execution;
  }
  get scopeChallenge(): ScopeChallengeHandler | undefined {
    return this.current.scopeChallenge;
  }
  get requiredScopes(): string | readonly string[] | undefined {
    return this.current.requiredScopes;
  }
  get roles(): string | readonly string[] | undefined {
    return this.current.roles;
  }
  get annotations(): ToolAnnotations | undefined {
    return this.current.annotations;
  }
  get icons(): Icon[] | undefined {
    return this.current.icons;
  }
  get _meta(): Record<string, unknown> | undefined {
    return this.current._meta;
  }
  /** The function, as it was given. */
  get handler(): AnyToolFunction {
    return this.current.callback;
  }

  /**
   * Changes it; all at once or, where something cannot be registered, not at all.
   *
   * @throws AlreadyRegisteredError when the new name is taken.
   */
  update<Input extends AnySchema | undefined = undefined>(updates: ToolUpdates<Input>): void {
    if (updates.name === null) {
      this.remove();
      return;
    }
    const before = this.current;
    const next: State = { ...before, ...withoutUndefined(updates) };
    next.name = updates.name ?? before.name;
    if (updates.paramsSchema !== undefined) {
      next.inputSchema = updates.paramsSchema;
      next.input = schemaOf(updates.paramsSchema, 'input', `tool '${next.name}', paramsSchema`);
    }
    if (updates.outputSchema !== undefined) {
      next.output = schemaOf(updates.outputSchema, 'output', `tool '${next.name}', outputSchema`);
    }
    if (updates.scopeChallenge === null) next.scopeChallenge = undefined;
    Object.assign(next, requirementsAfter(before, updates));
    this.change(next, updates.enabled);
  }
}

/** The updates that say something, without those that are no part of a tool's state. */
function withoutUndefined(updates: object): object {
  const kept = Object.entries(updates).filter(
    ([key, value]) => value !== undefined && !['name', 'paramsSchema', 'enabled'].includes(key),
  );
  return Object.fromEntries(kept);
}

function schemaOf(schema: unknown, direction: 'input' | 'output', where: string): Converted | undefined {
  return schema === undefined || schema === null ? undefined : convert(schema, direction, where);
}

/** A tool without arguments. */
const NO_ARGUMENTS = { type: 'object', properties: {} };

function descriptorOf(state: State, converts: boolean): object {
  const { input, output } = state;
  const outputSchema = output === undefined ? undefined : objectsNamed(output.json);
  return {
    name: state.name,
    title: state.title,
    description: state.description,
    inputSchema: input === undefined ? NO_ARGUMENTS : input.json,
    outputSchema,
    annotations: state.annotations,
    icons: state.icons,
    _meta: metaOf(state),
    execution: executionOf(state.execution),
    oxmcp: {
      checkArguments: input !== undefined && input.checkInRust !== false,
      convertArguments: converts,
      checkOutput: output !== undefined && output.checkInRust !== false,
      timeoutMs: state.timeoutMs === undefined ? undefined : Math.max(1, Math.round(state.timeoutMs)),
      replayable: state.replayable === true,
      confirm: state.confirm,
      ...markedOf(state, `tool '${state.name}'`),
      task: mannerOf(state.execution),
      // Versions that know only objects get anything else as `{"result": …}` (DOWN-4).
      wrapOutput: outputSchema !== undefined && outputSchema.type !== 'object',
    },
  };
}

/** The schema, with `type: object` at its root where nothing but objects fits it: versions that know only objects look for that. */
function objectsNamed(schema: object): Record<string, unknown> {
  const root = schema as Record<string, unknown>;
  return root.type === undefined && isOfObjects(root, root, 0) ? { type: 'object', ...root } : root;
}

/** References that lead on and on lead nowhere. */
const FARTHEST = 32;

/** Whether nothing but objects fits a schema: its type says so, or every schema of its union. */
function isOfObjects(schema: unknown, root: Record<string, unknown>, depth: number): boolean {
  if (!isObject(schema) || depth > FARTHEST) return false;
  if (schema.type !== undefined) return schema.type === 'object';
  const { $ref, anyOf, oneOf } = schema;
  if (typeof $ref === 'string') return isOfObjects(target(root, $ref), root, depth + 1);
  const union = anyOf ?? oneOf;
  return (
    Array.isArray(union) && union.length > 0 && union.every((each) => isOfObjects(each, root, depth + 1))
  );
}

/** What a reference within the schema points at. */
function target(root: Record<string, unknown>, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  let found: unknown = root;
  for (const step of reference.slice(2).split('/')) {
    found = isObject(found) ? found[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  }
  return found;
}
