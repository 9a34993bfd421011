// The transports of one server object: any number at once, each with its own end.

import { fromNative } from '../errors.js';
import { type FetchOptions, fetchWith } from '../fetch.js';
import { type Listening, type ListenOptions, listen } from '../listen.js';
import { checkTransport, closeTransports, connectTransport, type Transport } from '../transport.js';
import type { Engine } from './serving.js';

export type { FetchOptions } from '../fetch.js';
export type { Listening, ListenOptions } from '../listen.js';
export type { Transport } from '../transport.js';

/** Answers one HTTP request. */
export type Fetch = (request: Request, options?: FetchOptions) => Promise<Response>;

/** Hears of the ends and faults of connections. */
export interface ConnectionEvents {
  /** The last connection ended. */
  ended(): void;
  failed(error: Error): void;
}

/** What serves one server object at present. */
export class Connections {
  private readonly transports = new Set<Transport>();
  /** One promise for each listener, settled when it is gone. */
  private readonly listeners = new Set<Promise<void>>();
  /** Whether there was a connection since the last end was told. */
  private hasOpened = false;
  private answer: Fetch | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly events: ConnectionEvents,
  ) {}

  /** The transport that was connected first of those still connected. */
  get first(): Transport | undefined {
    return this.transports.values().next().value;
  }

  get isOpen(): boolean {
    return this.transports.size > 0 || this.listeners.size > 0;
  }

  async connect(transport: Transport): Promise<void> {
    checkTransport(transport);
    if (this.transports.has(transport))
      throw new TypeError('this transport is connected to the server already');
    const { onclose, onerror } = transport;
    transport.onclose = () => {
      onclose?.call(transport);
      if (this.transports.delete(transport)) this.tellEnd();
    };
    transport.onerror = (error) => {
      onerror?.call(transport, error);
      this.events.failed(error);
    };
    this.transports.add(transport);
    this.hasOpened = true;
    try {
      await connectTransport(this.engine.serving, transport);
    } catch (error) {
      this.transports.delete(transport);
      throw error;
    }
  }

  async listen(options: ListenOptions): Promise<Listening> {
    const { serving } = this.engine;
    const listening = await translatedLater(() => listen(serving, options, () => this.close()));
    const gone: Promise<void> = listening.ended
      .catch((error) => this.events.failed(error))
      .then(() => {
        this.listeners.delete(gone);
        this.tellEnd();
      });
    this.listeners.add(gone);
    this.hasOpened = true;
    return listening;
  }

  /** Answers requests that somebody else received. */
  readonly fetch: Fetch = (request, options) => {
    this.answer ??= fetchWith(() => this.engine.serving);
    return this.answer(request, options);
  };

  close(): Promise<void> {
    this.closing ??= this.end().finally(() => {
      this.closing = undefined;
    });
    return this.closing;
  }

  private async end(): Promise<void> {
    const { engine } = this;
    if (!engine.isServed) return;
    const { serving } = engine;
    await closeTransports(serving);
    if (this.listeners.size > 0) {
      // Streams get their closing results, and the ports are free afterwards.
      serving.shutDown();
      await Promise.all(this.listeners);
    }
    // What is left are requests that others received.
    engine.stop();
    this.answer = undefined;
    this.transports.clear();
    this.tellEnd();
  }

  private tellEnd(): void {
    if (this.isOpen || !this.hasOpened) return;
    this.hasOpened = false;
    this.events.ended();
  }
}

async function translatedLater<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fromNative(error);
  }
}
