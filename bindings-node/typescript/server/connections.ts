// The transports of one server object: any number at once, each with its own end.

import { graceSeconds } from '../engine/connection_options.js';
import type { Engine } from '../engine/engine.js';
import { fromNative, TransportError } from '../engine/errors.js';
import { type FetchOptions, fetchWith } from '../serving/http/fetch.js';
import { aliasesOf } from '../serving/http/http_sessions.js';
import { GRACE_SECONDS, type Listening, type ListenOptions, listen } from '../serving/listen.js';
import { checkTransport, closeTransports, connectTransport, type Transport } from '../serving/transport.js';

export type { FetchOptions } from '../serving/http/fetch.js';
export type { Listening, ListenOptions } from '../serving/listen.js';
export type { Transport } from '../serving/transport.js';

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
  /** The ends of what listens. */
  private readonly listeners = new Set<Promise<unknown>>();
  /** Whether there was a connection since the last end was told. */
  private hasOpened = false;
  private answer: Fetch | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly events: ConnectionEvents,
  ) {
    engine.hasOneConnection = () =>
      this.transports.size === 1 && this.listeners.size === 0 && this.answer === undefined;
  }

  /** The transport that was connected first of those still connected. */
  get first(): Transport | undefined {
    return this.transports.values().next().value;
  }

  /** What the engine calls the session of the only connection there is, if that has a name. */
  onlySession(): string | undefined {
    const id = this.engine.hasOneConnection() ? this.first?.sessionId : undefined;
    return id === undefined ? undefined : (aliasesOf(this.engine.serving).get(id)?.engineId ?? id);
  }

  get isOpen(): boolean {
    return this.transports.size > 0 || this.listeners.size > 0;
  }

  async connect(transport: Transport): Promise<void> {
    checkTransport(transport);
    if (this.transports.has(transport))
      throw new TypeError('this transport is connected to the server already');
    // What is being closed would take the newcomer along.
    await this.closing;
    if (typeof transport !== 'object' || transport === null) {
      return connectTransport(this.engine.serving, transport);
    }
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
      Object.assign(transport, { onclose, onerror });
      throw error;
    }
  }

  async listen(options: ListenOptions): Promise<Listening> {
    await this.closing;
    const { serving } = this.engine;
    const listening = await translatedLater(() => listen(serving, options));
    this.hasOpened = true;
    const ended = listening.ended
      .catch((error) => this.events.failed(error))
      .then(() => {
        this.listeners.delete(ended);
        this.tellEnd();
      });
    this.listeners.add(ended);
    const close = async (): Promise<void> => {
      await listening.close();
      await ended;
      // The last one leaves nothing behind.
      if (!this.isOpen && this.answer === undefined) await this.close();
    };
    return { ...listening, close };
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
    // Nothing new from here on; addresses are free when this is over, and what runs may finish, each transport in its time.
    serving.shutDown();
    await closeTransports(serving);
    await Promise.all(this.listeners);
    await serving.requestsAnswered(graceSeconds(undefined) ?? GRACE_SECONDS);
    serving.giveUp();
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
    throw withoutTrace(fromNative(error));
  }
}

/** Not caught, the refusal of an address is a line: where in this package it came out helps nobody. */
function withoutTrace(error: unknown): unknown {
  if (error instanceof TransportError) {
    error.stack = `${error.name}: ${error.message}`;
    delete error.cause;
  }
  return error;
}
