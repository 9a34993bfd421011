// Handlers of what clients tell without wanting an answer.
//
// The engine acts on notifications by itself (a cancelled call is aborted whoever listens) and hands those of legacy sessions
// on to whoever asked for them; the newest protocol has none but cancellation.

import { messageOf } from '../answers/refusals.js';
import type { Engine } from '../engine/engine.js';
import type { Run } from '../engine/event_loop.js';
import type { Read } from './handlers.js';

/** Hears of a notification: `{ method, params }`, or what its schema made of it. */
export type Hear = (notification: unknown) => unknown;

const INITIALIZED = 'notifications/initialized';

/** The notification handlers of one server. */
export class Notifications {
  private readonly handlers = new Map<string, Hear>();
  private initialized: (() => void) | undefined;

  constructor(
    private readonly engine: Engine,
    /** Told what a handler threw: there is nobody else who could be. */
    private readonly failed: (error: Error) => void,
  ) {}

  /** Called at the end of each handshake. */
  get oninitialized(): (() => void) | undefined {
    return this.initialized;
  }
  set oninitialized(callback: (() => void) | undefined) {
    this.initialized = callback;
    this.listen(INITIALIZED);
  }

  /** Sets, or with null takes away, what hears of a notification. */
  set(
    method: string,
    read: Read,
    takesParams: boolean,
    handler: ((...parts: never[]) => unknown) | null,
  ): void {
    if (handler === null) this.handlers.delete(method);
    else this.handlers.set(method, hearing(read, takesParams, handler as (...parts: unknown[]) => unknown));
    this.listen(method);
  }

  private listen(method: string): void {
    const isWanted = this.handlers.has(method) || (method === INITIALIZED && this.initialized !== undefined);
    this.engine.setMethod(method, isWanted ? this.run(method) : null);
  }

  private run(method: string): Run {
    return (call, params) => {
      const report = (reason: unknown): void => {
        this.failed(reason instanceof Error ? reason : new Error(messageOf(reason), { cause: reason }));
      };
      const hear = async (): Promise<void> => {
        const initialized: unknown = method === INITIALIZED ? this.initialized?.() : undefined;
        await this.handlers.get(method)?.({ method, params });
        await initialized;
      };
      // Up to its first wait it runs now, in the order in which notifications came. Until its end it may ask the client.
      const over = (): void => call.completeWhole('{}');
      hear().catch(report).then(over, over);
    };
  }
}

/** A handler that takes `(notification)`, or `(params, notification)` with a schema of the params. */
function hearing(read: Read, takesParams: boolean, handler: (...parts: unknown[]) => unknown): Hear {
  return (notification) => {
    const told = takesParams ? (notification as { params: unknown }).params : notification;
    const heard = read === null ? told : read(told);
    const rest = takesParams ? [notification] : [];
    return heard instanceof Promise
      ? heard.then((settled) => handler(settled, ...rest))
      : handler(heard, ...rest);
  };
}
