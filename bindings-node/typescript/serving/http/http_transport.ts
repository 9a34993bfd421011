// What the HTTP transports of both generations show of themselves.

import type { Serving } from '../../engine/event_loop.js';
import { refusing } from '../../engine/not_yet.js';
import type { RequestId } from '../../types/base.js';
import { ATTACH } from '../transport.js';
import { FACE } from './http_exchange.js';
import { HttpTransportFace, type HttpTransportOptions } from './http_transport_face.js';
import type { SendOptions } from './passage.js';

/** What the HTTP transports have in common. Not for direct use. */
export abstract class HttpTransport {
  /** The id of the session that began last. */
  sessionId?: string | undefined;
  /** The transport is closed, or the last session that began through it is over. */
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  /**
   * Takes each message that comes. Whoever puts a function around it, or around `send`, after `connect` sees all messages; as
   * long as nobody does, messages pass by both.
   */
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  /** @internal */
  readonly [FACE]: HttpTransportFace;

  /** @throws TypeError for an option that has no subject here; RangeError for an impossible limit. */
  constructor(options: HttpTransportOptions = {}) {
    this[FACE] = new HttpTransportFace(this, HttpTransport.prototype.send, options);
  }

  /** @internal */
  async [ATTACH](serving: Serving): Promise<void> {
    this[FACE].attach(serving, this);
  }

  /** Accepted for code that calls it: there is nothing to start. */
  async start(): Promise<void> {}

  /**
   * Sends a message of the server on its way: see `onmessage`.
   *
   * @throws Error for a message that is none of the server's: its methods, and those of the context, are the way.
   */
  async send(message: object, options?: SendOptions): Promise<void> {
    this[FACE].passage.goOn(message, options);
  }

  /** Accepted for code that calls it: every version is served. */
  setSupportedProtocolVersions(_versions: string[]): void {}

  /** @throws NotYetError always */
  setScopeChallengeResolver(_resolver: unknown): never {
    return refusing('setScopeChallengeResolver')();
  }

  /**
   * Closes the stream of a request under way, for a client that comes back for the rest (2025-11-25). Does nothing without an
   * `eventStore`.
   */
  closeSSEStream(requestId: RequestId): void {
    this[FACE].closeStream(requestId);
  }

  /** The same for the streams of what belongs to no request. */
  closeStandaloneSSEStream(): void {
    this[FACE].closeSessionStreams();
  }

  /** Cancels what is under way and ends the sessions that began through this transport. */
  close(): Promise<void> {
    return this[FACE].close();
  }
}
