// What a transport is, and how one that knows nothing of the engine is bridged to it.

import type { AuthInfo } from '../engine/call_origin.js';
import type { MemoryConnection, Serving } from '../engine/event_loop.js';

export type { AuthInfo } from '../engine/call_origin.js';

/** One JSON-RPC message, or what claims to be one. */
export type TransportMessage = object;

/** Which versions of the protocol a message may be of. */
export interface MessageClassification {
  era: 'legacy' | 'modern';
  revision?: string | undefined;
}

/** What a transport may tell with a message. */
export interface MessageExtraInfo {
  /** Who was authenticated. */
  authInfo?: AuthInfo | undefined;
  /** The request it came with. */
  request?: Request | undefined;
  /** Its headers. */
  requestInfo?: { headers: Record<string, string | string[] | undefined>; url?: URL | undefined } | undefined;
  /** Which versions it may be of. */
  classification?: MessageClassification | undefined;
  /** Of others' transports; not called. */
  closeSSEStream?: (() => void) | undefined;
  closeStandaloneSSEStream?: (() => void) | undefined;
}

/** Anything that carries messages: the transports of this package, of the official SDKs, and one's own. */
export interface Transport {
  /** Begins to receive. Called by `connect`, once the callbacks are in place. */
  start(): Promise<void>;
  /** Sends one message. */
  send(message: never, options?: never): Promise<void>;
  /** Ends the connection. */
  close(): Promise<void>;
  /** The connection ended, whoever ended it. */
  onclose?: (() => void) | undefined;
  /** Something went wrong; the connection may live on. */
  onerror?: ((error: Error) => void) | undefined;
  /** A message arrived. */
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  /** The id of the connection's session, if it has one. */
  sessionId?: string | undefined;
  /** The longest message the server takes, in bytes; a longer one is answered with an error. Default 64 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Of others' transports; not asked: the engine knows the versions. */
  readonly hasPerRequestStream?: boolean | undefined;
  setProtocolVersion?: ((version: string) => void) | undefined;
  setSupportedProtocolVersions?: ((versions: string[]) => void) | undefined;
}

/** A transport the engine drives itself: how it is attached to a server being served. */
export const ATTACH: unique symbol = Symbol.for('oxmcp.attach') as never;

/** A transport the engine drives itself. */
export interface Attachable {
  [ATTACH](serving: Serving): Promise<void>;
}

function isAttachable(transport: object): transport is Attachable {
  return ATTACH in transport;
}

/** Something that `closeTransports` ends. */
export interface Closable {
  close(): Promise<void>;
}

const TRANSPORTS: unique symbol = Symbol.for('oxmcp.transports') as never;

function transportsOf(serving: Serving & { [TRANSPORTS]?: Set<Closable> }): Set<Closable> {
  serving[TRANSPORTS] ??= new Set();
  return serving[TRANSPORTS];
}

/** Notes that a transport serves, so that it is closed with its server. */
export function noteTransport(serving: Serving, transport: Closable): void {
  transportsOf(serving).add(transport);
}

/** Notes that it does not any more. Returns whether it was noted. */
export function dropTransport(serving: Serving, transport: Closable): boolean {
  return transportsOf(serving).delete(transport);
}

/** Closes every transport of a server. */
export async function closeTransports(serving: Serving): Promise<void> {
  const transports = transportsOf(serving);
  const closing = [...transports].map((transport) => transport.close());
  transports.clear();
  await Promise.allSettled(closing);
}

/** Throws TypeError when something is no transport. */
export function checkTransport(transport: unknown): asserts transport is Transport {
  if (typeof transport !== 'object' || transport === null) {
    throw new TypeError(
      `connect takes a transport, such as new StdioServerTransport(), not ${String(transport)}`,
    );
  }
  const { start, send, close } = transport as Partial<Transport>;
  if ([start, send, close].some((method) => typeof method !== 'function')) {
    throw new TypeError(
      'this is no transport: it lacks one of the methods start(), send(message) and close()',
    );
  }
}

/**
 * Serves over a transport.
 *
 * @throws TypeError when it is no transport; what its `start` throws.
 */
export async function connectTransport(serving: Serving, transport: Transport | Attachable): Promise<void> {
  checkTransport(transport);
  if (isAttachable(transport)) return transport[ATTACH](serving);
  const bridge = new Bridge(serving, transport as OpenTransport);
  await bridge.start();
}

/** A transport as the bridge sees it: whatever its messages are called. */
interface OpenTransport extends Omit<Transport, 'send' | 'onmessage'> {
  send(message: object): Promise<void>;
  onmessage?: ((message: unknown, extra?: MessageExtraInfo) => void) | undefined;
}

/** The error that a thrown value is, or stands for. */
export function errorFrom(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** A transport on one side, a connection to the engine on the other. Order is kept both ways; either side ends the other. */
class Bridge {
  private readonly connection: MemoryConnection;
  /** The message that goes out last. */
  private sending: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly serving: Serving,
    private readonly transport: OpenTransport,
  ) {
    const { onclose, onmessage } = transport;
    this.connection = serving.connect(
      (message) => this.deliver(message),
      (error) => this.ended(error),
      { maxBodyBytes: transport.maxBodyBytes },
    );
    transport.onmessage = (message, extra) => {
      onmessage?.call(transport, message, extra);
      this.receive(message, extra);
    };
    transport.onclose = () => {
      onclose?.call(transport);
      this.finish();
    };
  }

  async start(): Promise<void> {
    noteTransport(this.serving, this.transport);
    try {
      await this.transport.start();
    } catch (error) {
      this.finish();
      throw error;
    }
  }

  /** From the transport to the engine. */
  private receive(message: unknown, extra: MessageExtraInfo | undefined): void {
    if (this.closed) return;
    try {
      const told = { authInfo: extra?.authInfo, sessionId: this.transport.sessionId };
      if (!this.connection.send(JSON.stringify(message) ?? 'null', told))
        this.report(new Error('a message came after the connection had ended'));
    } catch (error) {
      this.report(error);
    }
  }

  /** From the engine to the transport. */
  private deliver(message: unknown): void {
    // The answer to a batch: transports that carry objects carry them one by one.
    for (const each of Array.isArray(message) ? (message as object[]) : [message as object]) {
      this.sending = this.sending
        .then(() => this.transport.send(each))
        .catch((error: unknown) => this.report(error));
    }
  }

  /** The engine's side ended. */
  private ended(error: Error | undefined): void {
    if (error !== undefined) this.report(error);
    if (this.closed) return;
    const close = () => this.transport.close();
    this.sending.then(close).catch((error: unknown) => this.report(error));
  }

  /** The transport's side ended. */
  private finish(): void {
    if (this.closed) return;
    this.closed = true;
    dropTransport(this.serving, this.transport);
    this.connection.close();
  }

  private report(error: unknown): void {
    this.transport.onerror?.(errorFrom(error));
  }
}
