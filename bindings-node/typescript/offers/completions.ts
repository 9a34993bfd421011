// Completions: suggestions for the arguments of prompts and the variables of resource templates.

import { writeCompletion } from '../answers/completion_results.js';
import { respond } from '../answers/settling.js';
import type { Call } from '../engine/call.js';
import type { Engine } from '../engine/engine.js';
import type { Prompts } from './prompts.js';
import type { Resources } from './resources.js';

/** Answers requests for completions from the completers of what is registered, from the first that there is. */
export class Completions {
  private isOffered = false;

  constructor(
    private readonly engine: Engine,
    private readonly prompts: Prompts,
    private readonly resources: Resources,
  ) {}

  /** There is something to complete: from now on the engine announces it and asks. */
  offer(): void {
    if (this.isOffered) return;
    this.isOffered = true;
    this.engine.native.setCompletion(this.engine.slot((call, asked) => this.answer(call, asked)));
  }

  private answer(call: Call, asked: Record<string, unknown>): void {
    respond(call, () => this.suggestions(asked), writeCompletion);
  }

  private suggestions(asked: Record<string, unknown>): unknown {
    const { ref, argument, value, context } = asked as unknown as Question;
    const complete =
      ref.type === 'ref/prompt'
        ? this.prompts.completer(ref.name, argument)
        : this.resources.completer(ref.uri, argument);
    // The context is what was settled before (CMP-4).
    return complete?.(value, { arguments: context });
  }
}

interface Question {
  ref: Reference;
  argument: string;
  value: string;
  context: Record<string, string>;
}

type Reference = { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string };
