// From a call of a tool to its function and back: the path that every call takes, so it does only what its tool needs.

import { inWords, refuse } from '../answers/refusals.js';
import { toolWriter } from '../answers/results.js';
import { settle } from '../answers/settling.js';
import { tooBig } from '../arguments/big_integers.js';
import type { Converted, Parse, ParseOutcome } from '../arguments/schemas.js';
import { withSecondChance } from '../arguments/second_chance.js';
import { Context } from '../calls/context.js';
import type { Call } from '../engine/call.js';
import type { Engine } from '../engine/engine.js';
import { InvalidArgumentsError } from '../engine/errors.js';
import type { Run } from '../engine/event_loop.js';
import { exact } from '../engine/exact_integers.js';

/** What of a tool is needed to run it. */
interface Runnable {
  readonly callback: (...parts: never[]) => unknown;
  readonly input: Converted | undefined;
  readonly output: Converted | undefined;
}

type Invoke = (args: unknown, ctx: Context) => unknown;

/** What runs a call of the tool: chosen once, so that a call does only what this tool needs. */
export function toolRun(tool: Runnable, engine: Engine, mostElements: number, converts: boolean): Run {
  const { input } = tool;
  const write = toolWriter(tool.output);
  const { native } = engine;
  const callback = tool.callback as (...parts: unknown[]) => unknown;
  // Without an input schema the context is all a function gets.
  const invoke: Invoke = input === undefined ? (_args, ctx) => callback(ctx) : callback;
  const run = (call: Call, args: unknown): void => {
    try {
      settle(call, invoke(args, new Context(call, native)), write);
    } catch (error) {
      refuse(call, error);
    }
  };
  return limited(exactly(input, prepared(input, run, converts)), mostElements);
}

/** `run`, for calls whose integers are what the caller sent. */
function exactly(input: Converted | undefined, run: Run): Run {
  if (input === undefined) return run;
  return (call, args) => {
    if (call.inexact === undefined) run(call, args);
    else if (input.bigints === true) run(call, exact(args, call.inexact) as Record<string, unknown>);
    else refuse(call, new InvalidArgumentsError(inWords(tooBig(call.inexact))));
  };
}

/** `run` with the arguments as the schema makes them. */
function prepared(
  input: Converted | undefined,
  run: (call: Call, args: unknown) => void,
  converts: boolean,
): Run {
  if (input?.parse !== undefined) {
    // What the engine checks first, it has converted.
    const parse = converts && !input.checkInRust ? withSecondChance(input.json, input.parse) : input.parse;
    return (call, args) => parsing(call, () => parse(args), run);
  }
  if (input?.prune !== undefined) {
    const { prune } = input;
    return (call, args) => run(call, prune(args));
  }
  return run;
}

/** Goes on with what a schema makes of the arguments, or refuses the call in the schema's words. */
function parsing(call: Call, parse: () => ReturnType<Parse>, run: (call: Call, args: unknown) => void): void {
  const goOn = (outcome: ParseOutcome): void => {
    if (call.isOver) return;
    if ('issues' in outcome) refuse(call, new InvalidArgumentsError(inWords(outcome.issues)));
    else run(call, outcome.value);
  };
  try {
    const outcome = parse();
    if (outcome instanceof Promise) outcome.then(goOn).catch((reason) => refuse(call, reason));
    else goOn(outcome);
  } catch (error) {
    refuse(call, error);
  }
}

/** `run`, for calls whose arguments have no more elements than that. */
function limited(run: Run, mostElements: number): Run {
  if (mostElements === Number.POSITIVE_INFINITY) return run;
  return (call, args) => {
    if (elementsOf(args, mostElements) > mostElements) {
      refuse(call, new InvalidArgumentsError(`the arguments have more than ${mostElements} elements`));
    } else {
      run(call, args);
    }
  };
}

/** The elements of all arrays and the members of all objects in `value` together; stops counting beyond `enough`. */
function elementsOf(value: unknown, enough: number): number {
  let count = 0;
  const waiting: unknown[] = [value];
  while (waiting.length > 0 && count <= enough) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    const members = Array.isArray(next) ? next : Object.values(next);
    count += members.length;
    for (const member of members) waiting.push(member);
  }
  return count;
}
