// Prompts: a function that writes messages, and what callers are told of it.

import { encode } from '../answers/encoding.js';
import { writePrompt } from '../answers/prompt_results.js';
import { inWords, refuse } from '../answers/refusals.js';
import { respond } from '../answers/settling.js';
import {
  type AnySchema,
  type CompleteCallback,
  type Converted,
  convert,
  type InferArgs,
  type ParseOutcome,
  type PromptArgument,
  promptArguments,
} from '../arguments/schemas.js';
import { withSecondChance } from '../arguments/second_chance.js';
import {
  type Requirements,
  type RequirementUpdates,
  requirementsAfter,
} from '../authentication/requirements.js';
import { Context } from '../calls/context.js';
import type { Call } from '../engine/call.js';
import type { Engine } from '../engine/engine.js';
import { InvalidArgumentsError, translated } from '../engine/errors.js';
import type { Run } from '../engine/event_loop.js';
import { type NativeSchema, native } from '../engine/native.js';
import type { Icon } from '../types/base.js';
import type { ContentBlock } from '../types/content.js';
import type { GetPromptResult, PromptMessage } from '../types/prompts.js';
import type { InputRequiredResult } from '../types/questions.js';
import { markedOf, metaOf } from './annotations.js';
import { challenging, type ScopeChallengeHandler } from './challenges.js';
import { Named, NamedHandle } from './handles.js';

/** What a prompt may return: a whole result; messages; or text and content blocks, which are said by the user. */
export type PromptReturn =
  | InputRequiredResult
  | GetPromptResult
  | PromptMessage
  | ContentBlock
  | string
  | (PromptMessage | ContentBlock | string)[];

/** The function of a prompt that takes arguments. */
export type PromptFunction<Args> = (
  args: InferArgs<Args>,
  ctx: Context,
) => PromptReturn | Promise<PromptReturn>;

/** The function of a prompt: `(args, ctx)` with arguments, `(ctx)` without. */
export type PromptCallback<Args extends AnySchema | undefined = undefined> = Args extends AnySchema
  ? PromptFunction<Args>
  : (ctx: Context) => PromptReturn | Promise<PromptReturn>;

/** What callers are told of a prompt beside its arguments. */
export interface PromptNotes extends Requirements {
  /** A name for people. */
  title?: string | undefined;
  description?: string | undefined;
  icons?: Icon[] | undefined;
  _meta?: Record<string, unknown> | undefined;
  /** Whether the function may run again from its beginning; see `replayable` of a tool. */
  replayable?: boolean | undefined;
  /** Words by which items are shown and hidden together, see `visibility`. Clients see them in `_meta`. */
  tags?: readonly string[] | undefined;
  /** Which of several of one name it is: the highest that may be seen is offered. Clients see it in `_meta`. */
  version?: string | undefined;
  /** Whether it is offered from the start; it is, if absent. */
  enabled?: boolean | undefined;
  /** Says of a request over HTTP whether it takes scopes that its caller lacks; see that of a tool. */
  scopeChallenge?: ScopeChallengeHandler | undefined;
}

/** What callers are told of a prompt that takes arguments. */
export interface PromptConfigWith<Args> extends PromptNotes {
  /** The arguments, whose values are strings (PRM-6): a schema of any kind with properties. */
  argsSchema: Args;
}

/** What callers are told of a prompt. */
export interface PromptConfig<Args extends AnySchema | undefined = AnySchema | undefined>
  extends PromptNotes {
  /** The arguments, whose values are strings (PRM-6): a schema of any kind with properties. */
  argsSchema?: Args;
}

/** What `update` may change. What is absent or undefined stays. */
export interface PromptUpdates<Args extends AnySchema | undefined = undefined> extends RequirementUpdates {
  /** A new name; null removes the prompt. */
  name?: string | null | undefined;
  title?: string | undefined;
  description?: string | undefined;
  argsSchema?: Args;
  icons?: Icon[] | undefined;
  _meta?: Record<string, unknown> | undefined;
  replayable?: boolean | undefined;
  /** null: none any more. */
  scopeChallenge?: ScopeChallengeHandler | null | undefined;
  callback?: PromptCallback<Args>;
  enabled?: boolean | undefined;
}

/** A function of a prompt, its types forgotten. */
export type AnyPromptFunction = (...parts: never[]) => unknown;

interface State extends Omit<PromptConfig, 'argsSchema' | 'enabled'> {
  name: string;
  argsSchema: unknown;
  args: Arguments | undefined;
  callback: AnyPromptFunction;
}

/** The arguments of a prompt. */
interface Arguments {
  listed: Omit<PromptArgument, 'complete'>[];
  completers: ReadonlyMap<string, CompleteCallback>;
  /** The values as the schema makes them. Throws InvalidArgumentsError, or rejects with it. */
  read(values: Record<string, unknown>): unknown;
}

/** The prompts of a server. */
export class Prompts extends Named<State> {
  constructor(
    engine: Engine,
    /** Told when a prompt with completers is offered. */
    private readonly onCompletable: () => void,
  ) {
    super(engine, 'prompt');
  }

  /**
   * Registers a prompt.
   *
   * @throws AlreadyRegisteredError when there is one of this name.
   */
  add(name: string, config: PromptConfig, callback: AnyPromptFunction): RegisteredPrompt {
    if (typeof callback !== 'function')
      throw new TypeError(`prompt '${name}': the callback must be a function`);
    this.refuseTaken({ name, version: config.version });
    const prompt: State = {
      name,
      title: config.title,
      description: config.description,
      icons: config.icons,
      _meta: config._meta,
      replayable: config.replayable,
      scopeChallenge: config.scopeChallenge,
      requiredScopes: config.requiredScopes,
      roles: config.roles,
      tags: config.tags,
      version: config.version,
      argsSchema: config.argsSchema,
      args: argumentsOf(config.argsSchema, `prompt '${name}', argsSchema`),
      callback,
    };
    return this.keep(new RegisteredPrompt(this, prompt), config.enabled);
  }

  /** What a prompt in sight asks for, if it asks for anything. */
  challengeOf(name: string): ScopeChallengeHandler | undefined {
    return this.shown(name)?.scopeChallenge;
  }

  /** The completer of an argument, if there is one. */
  completer(prompt: string, argument: string): CompleteCallback | undefined {
    return this.state(prompt)?.args?.completers.get(argument);
  }

  /** @internal Tells the engine. */
  offer(state: State, replace: boolean): void {
    const descriptor = encode(
      {
        name: state.name,
        title: state.title,
        description: state.description,
        arguments: state.args?.listed,
        icons: state.icons,
        _meta: metaOf(state),
        oxmcp: { replayable: state.replayable === true, ...markedOf(state, `prompt '${state.name}'`) },
      },
      `prompt '${state.name}'`,
    );
    const run = challenging(runOf(state, this.engine), state.scopeChallenge, 'prompts/get', (args) => ({
      name: state.name,
      arguments: args,
    }));
    const slot = this.engine.slot(run);
    translated(() => this.engine.native.addPrompt(descriptor, slot, replace));
    this.engine.note('prompts', state.callback.length > (state.args === undefined ? 0 : 1));
    if (state.args !== undefined && state.args.completers.size > 0) this.onCompletable();
  }
}

/** A registered prompt, to be switched off and on, changed and removed; clients are told. */
export class RegisteredPrompt extends NamedHandle<State> {
  get title(): string | undefined {
    return this.current.title;
  }
  get description(): string | undefined {
    return this.current.description;
  }
  /** As it was given. */
  get argsSchema(): unknown {
    return this.current.argsSchema;
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
  get icons(): Icon[] | undefined {
    return this.current.icons;
  }
  get _meta(): Record<string, unknown> | undefined {
    return this.current._meta;
  }
  /** The function, as it was given. */
  get callback(): AnyPromptFunction {
    return this.current.callback;
  }

  /**
   * Changes it; all at once or, where something cannot be registered, not at all.
   *
   * @throws AlreadyRegisteredError when the new name is taken.
   */
  update<Args extends AnySchema | undefined = undefined>(updates: PromptUpdates<Args>): void {
    if (updates.name === null) {
      this.remove();
      return;
    }
    const before = this.current;
    const { argsSchema } = updates;
    const next: State = {
      name: updates.name ?? before.name,
      title: updates.title ?? before.title,
      description: updates.description ?? before.description,
      icons: updates.icons ?? before.icons,
      _meta: updates._meta ?? before._meta,
      replayable: updates.replayable ?? before.replayable,
      scopeChallenge:
        updates.scopeChallenge === null ? undefined : (updates.scopeChallenge ?? before.scopeChallenge),
      ...requirementsAfter(before, updates),
      tags: before.tags,
      version: before.version,
      argsSchema: argsSchema ?? before.argsSchema,
      args:
        argsSchema === undefined
          ? before.args
          : argumentsOf(argsSchema, `prompt '${updates.name ?? before.name}', argsSchema`),
      callback: updates.callback ?? before.callback,
    };
    this.change(next, updates.enabled);
  }
}

function argumentsOf(schema: unknown, where: string): Arguments | undefined {
  if (schema === undefined || schema === null) return undefined;
  const listed: Arguments['listed'] = [];
  const completers = new Map<string, CompleteCallback>();
  for (const { complete, ...argument } of promptArguments(schema, where)) {
    listed.push(argument);
    if (complete !== undefined) completers.set(argument.name, complete as CompleteCallback);
  }
  return { listed, completers, read: reader(convert(schema, 'input', where)) };
}

/** Reads the arguments of a prompt; that all values are text the engine has seen to (PRM-6). */
function reader(converted: Converted): (values: Record<string, unknown>) => unknown {
  const { json, checkInRust, prune } = converted;
  const parse =
    checkInRust || converted.parse === undefined ? converted.parse : withSecondChance(json, converted.parse);
  // Of a prompt the engine asks only which arguments are missing.
  const schema = checkInRust ? translated(() => new native.Schema(encode(json, 'argsSchema'))) : undefined;
  const settled = (outcome: ParseOutcome): unknown => {
    if ('issues' in outcome) throw new InvalidArgumentsError(inWords(outcome.issues));
    return outcome.value;
  };
  return (values) => {
    const given = schema === undefined ? values : checked(schema, values);
    if (parse === undefined) return prune === undefined ? given : prune(given);
    const outcome = parse(given);
    return outcome instanceof Promise ? outcome.then(settled) : settled(outcome);
  };
}

/** The values with text read as what it spells, where the schema asks for something else than text. */
function checked(schema: NativeSchema, values: Record<string, unknown>): unknown {
  const outcome: unknown = JSON.parse(schema.checkArguments(JSON.stringify(values)));
  if (!Array.isArray(outcome)) return outcome;
  const flaws = outcome as [path: string, sentence: string][];
  const issues = flaws.map(([path, message]) => ({ path: path === '' ? [] : [path], message }));
  throw new InvalidArgumentsError(inWords(issues));
}

function runOf(state: State, engine: Engine): Run {
  const { args, description } = state;
  const callback = state.callback as (...parts: unknown[]) => unknown;
  const write = (call: Call, value: unknown): void => writePrompt(call, value, description);
  return (call, values) => {
    const ctx = new Context(call, engine.native);
    if (args === undefined) {
      respond(call, () => callback(ctx), write);
      return;
    }
    try {
      const read = args.read(values);
      if (read instanceof Promise) {
        read.then(
          (settled) => respond(call, () => callback(settled, ctx), write),
          (reason) => refuse(call, reason),
        );
      } else {
        respond(call, () => callback(read, ctx), write);
      }
    } catch (error) {
      refuse(call, error);
    }
  };
}
