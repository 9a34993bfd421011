// A connection to the engine over a pair of streams that are not the process's own.

import { AsyncResource } from 'node:async_hooks';
import type { Writable } from 'node:stream';
import type { ConnectionOptions } from '../../engine/connection_options.js';
import type { MemoryConnection, Serving } from '../../engine/event_loop.js';
import { MessageWay, type Wrappable } from './message_way.js';

/** A connection to the engine whose messages are lines. */
export class StreamConnection {
  /** The way of its messages through the transport's functions. */
  readonly way: MessageWay;
  private readonly connection: MemoryConnection;
  /** What comes on the streams runs in the context in which they were connected, whoever writes to them. */
  private readonly scope = new AsyncResource('oxmcp.stdio');
  private readonly waiting = new Set<unknown>();
  /** How many messages are on their way through functions of others. */
  private passing = 0;
  private finishing = false;
  private gaveUp = false;
  private patience: NodeJS.Timeout | undefined;

  constructor(
    serving: Serving,
    transport: Wrappable,
    ownSend: unknown,
    private readonly output: Writable,
    options: ConnectionOptions,
    onEnd: (error?: Error) => void,
  ) {
    this.connection = serving.connect((message, text) => this.say(message, text), onEnd, options);
    this.way = new MessageWay(transport, ownSend, {
      receive: (text) => this.receive(text),
      write: (text) => this.write(text),
      // Asked for each message: nothing is faster than that here.
      onWatched: () => {},
    });
  }

  /** Takes a line that was read. */
  send(line: string): void {
    this.scope.runInAsyncScope(() => {
      if (this.way.isWatched) this.pass(this.way.comeIn(line));
      else this.receive(line);
    });
  }

  /** A message of the engine's, and its text where JavaScript's numbers do not hold all of its integers. */
  private say(message: unknown, text: string | undefined): void {
    const said = text ?? JSON.stringify(message);
    if (this.way.isWatched) this.pass(this.way.goOut(said));
    else this.write(said);
    for (const each of Array.isArray(message) ? message : [message]) {
      if (!('method' in each)) this.waiting.delete(each.id);
    }
    this.closeIfDone();
  }

  private receive(text: string): void {
    for (const id of requestIds(text)) this.waiting.add(id);
    this.connection.send(text);
  }

  private write(text: string): void {
    this.output.write(`${text}\n`);
  }

  private pass(passed: Promise<void>): void {
    this.passing += 1;
    void passed.then(() => {
      this.passing -= 1;
      this.closeIfDone();
    });
  }

  /** Whether there is something to be answered, or on its way. */
  private get isWaitedFor(): boolean {
    return this.waiting.size > 0 || (this.passing > 0 && !this.gaveUp);
  }

  private closeIfDone(): void {
    if (this.finishing && !this.isWaitedFor) this.close();
  }

  /** Ends the connection when all requests are answered; those that take too long, with an error. */
  finish(seconds: number): void {
    if (this.finishing) return;
    this.finishing = true;
    this.closeIfDone();
    if (!this.isWaitedFor) return;
    const words = `the input has ended, and this did not finish within the ${seconds} seconds it then had`;
    const giveUp = (): void => {
      this.gaveUp = true;
      this.connection.giveUp(words);
      this.closeIfDone();
    };
    this.patience = setTimeout(giveUp, Math.min(seconds * 1000, 2 ** 31 - 1));
    this.patience.unref();
  }

  close(): void {
    this.finishing = true;
    clearTimeout(this.patience);
    this.connection.close();
  }
}

/** The ids of the requests on a line. */
function requestIds(line: string): unknown[] {
  try {
    const message: unknown = JSON.parse(line);
    return (Array.isArray(message) ? message : [message])
      .filter((each) => each?.method !== undefined && each.id !== undefined)
      .map((each) => each.id);
  } catch {
    // The engine answers it, without an id.
    return [];
  }
}
