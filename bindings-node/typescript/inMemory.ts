// Two ends of a connection within the process, for tests and for servers inside a client.

import type { AuthInfo } from './engine/call_origin.js';
import { errorFrom, type MessageExtraInfo } from './serving/transport.js';

/** Options of `InMemoryTransport.createLinkedPair`. */
export interface InMemoryTransportOptions {
  /** The longest message the server takes, in bytes. A longer one is answered with an error. Default 64 MiB. */
  maxBodyBytes?: number | undefined;
}

/** One end of a connection within the process. Both ends are made together: see `createLinkedPair`. */
export class InMemoryTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: whoever receives says what messages are to him
  onmessage?: ((message: any, extra?: MessageExtraInfo) => void) | undefined;
  sessionId?: string | undefined;
  /** The longest message the server takes, in bytes. */
  readonly maxBodyBytes: number | undefined;
  private other: InMemoryTransport | undefined;
  private started = false;
  private readonly waiting: [message: object, extra: MessageExtraInfo | undefined][] = [];

  constructor(options: InMemoryTransportOptions = {}) {
    this.maxBodyBytes = options.maxBodyBytes;
  }

  /**
   * Makes both ends: one for the client's `connect`, one for the server's, which throws ConfigurationError for an impossible
   * option.
   */
  static createLinkedPair(options: InMemoryTransportOptions = {}): [InMemoryTransport, InMemoryTransport] {
    const one = new InMemoryTransport(options);
    const other = new InMemoryTransport(options);
    one.other = other;
    other.other = one;
    return [one, other];
  }

  /** Hands out what came so far, and from now on what comes. */
  async start(): Promise<void> {
    this.started = true;
    for (const [message, extra] of this.waiting.splice(0)) this.hand(message, extra);
  }

  /**
   * Sends a message to the other end. `authInfo` is told along with it, as if it had been authenticated.
   *
   * @throws Error when the connection is closed.
   */
  async send(
    message: object,
    options?: { relatedRequestId?: string | number; authInfo?: AuthInfo },
  ): Promise<void> {
    const { other } = this;
    if (other === undefined) throw new Error('the in-memory connection is closed');
    const extra = options?.authInfo === undefined ? undefined : { authInfo: options.authInfo };
    if (other.started) other.hand(message, extra);
    else other.waiting.push([message, extra]);
  }

  private hand(message: object, extra: MessageExtraInfo | undefined): void {
    try {
      this.onmessage?.(message, extra);
    } catch (error) {
      // The receiver's own fault, none of the sender's.
      this.onerror?.(errorFrom(error));
    }
  }

  /** Ends the connection for both. */
  async close(): Promise<void> {
    const { other } = this;
    this.other = undefined;
    if (other === undefined) return;
    await other.close();
    this.onclose?.();
  }
}
