// The questions of one call: what is asked in one turn of the event loop crosses together, and each answer comes by its number.

import { exact } from './exact_integers.js';
import type { InexactInteger } from './native.js';
import { type UnansweredPayload, unanswered } from './question_errors.js';

/** Not for the client: whatever stands around a method asks what comes next. */
export const NEXT = 'oxmcp/next';

/** Whoever can ask a client. */
export interface Asks {
  /** `params` is JSON text. Resolves with the client's result, rejects with what came instead. */
  ask(method: string, params: string, options: QuestionOptions): Promise<unknown>;
}

/** A call that asks. */
export interface Asker extends Asks {
  /** Asks all of these now; `0` is no limit. Returns the number of the first, or null when the call is over. */
  send(methods: string[], params: string[], timeoutsMs: number[]): number | null;
  /** Takes a question back. */
  withdraw(number: number): void;
  /** Why it asks nothing any more. */
  whyNotAsked(): Error;
}

/** A question that waits for its answer. */
interface Waiting {
  readonly method: string;
  readonly params: string;
  readonly timeoutMs: number | undefined;
  /** Known once it has crossed. */
  number: number | undefined;
  isSettled: boolean;
  resolve(result: unknown): void;
  reject(reason: unknown): void;
}

/** What a question is asked with. */
export interface QuestionOptions {
  /** Milliseconds; without a limit when absent. */
  readonly timeoutMs?: number | undefined;
  /** Takes the question back. */
  readonly signal?: AbortSignal | undefined;
}

/** The questions of one call. */
export class Questions {
  private turn: Waiting[] = [];
  private readonly asked = new Map<number, Waiting>();

  constructor(private readonly call: Asker) {}

  /** Asks the client; `params` is JSON text. Resolves with its result, rejects with what came instead. */
  ask(method: string, params: string, { timeoutMs, signal }: QuestionOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const waiting: Waiting = {
        method,
        params,
        timeoutMs,
        number: undefined,
        isSettled: false,
        resolve,
        reject,
      };
      if (signal !== undefined) this.takeBackBy(signal, waiting);
      this.turn.push(waiting);
      if (this.turn.length > 1) return;
      // Behind the microtasks of this turn, which may ask, too: `Promise.all` over functions that ask is one crossing.
      queueMicrotask(() => process.nextTick(this.cross));
    });
  }

  private takeBackBy(signal: AbortSignal, waiting: Waiting): void {
    const takeBack = (): void => {
      waiting.reject(signal.reason);
      if (waiting.number !== undefined && this.asked.delete(waiting.number))
        this.call.withdraw(waiting.number);
      waiting.isSettled = true;
    };
    const settled = (): void => signal.removeEventListener('abort', takeBack);
    const { resolve, reject } = waiting;
    waiting.resolve = (result) => {
      settled();
      resolve(result);
    };
    waiting.reject = (reason) => {
      settled();
      reject(reason);
    };
    signal.addEventListener('abort', takeBack, { once: true });
  }

  private readonly cross = (): void => {
    const together = this.turn.filter(({ isSettled }) => !isSettled);
    this.turn = [];
    if (together.length === 0) return;
    const first = this.call.send(
      together.map(({ method }) => method),
      together.map(({ params }) => params),
      together.map(({ timeoutMs }) => timeoutMs ?? 0),
    );
    for (const [index, waiting] of together.entries()) {
      if (first === null) {
        waiting.reject(this.call.whyNotAsked());
      } else {
        waiting.number = first + index;
        this.asked.set(first + index, waiting);
      }
    }
  };

  /** What came of the question with this number. */
  answered(
    number: number,
    result: unknown,
    failure: UnansweredPayload | undefined,
    inexact?: readonly InexactInteger[],
  ): void {
    const waiting = this.asked.get(number);
    this.asked.delete(number);
    // What clients say is read as numbers; what a handler of ours said goes on as it was.
    if (waiting?.method === NEXT && inexact !== undefined) exact(result, inexact);
    if (failure === undefined) waiting?.resolve(result);
    else waiting?.reject(unanswered(failure));
  }

  /** The call is over, and with it what it still waits for. */
  end(reason: unknown): void {
    const open = [...this.turn, ...this.asked.values()];
    this.turn = [];
    this.asked.clear();
    for (const waiting of open) waiting.reject(reason);
  }
}
