// The engine's own HTTP listener.

import { graceSeconds } from '../engine/connection_options.js';
import type { Serving } from '../engine/event_loop.js';
import type { HttpOptions } from '../engine/http_options.js';
import { OpenStore } from './event_store.js';
import { endBySignal, TOLD_TWICE } from './signals.js';

/** Options of `listen`. What is not said keeps the engine's default. */
export type ListenOptions = HttpOptions;

/** A server that listens. */
export interface Listening {
  /** Where clients find it, such as `http://127.0.0.1:3000/mcp`; at a Unix socket `unix:` and its path. */
  readonly url: string;
  /** The address it is bound to; at a Unix socket its path. */
  readonly host: string;
  /** The port; at a Unix socket 0. */
  readonly port: number;
  /** Settled when nothing listens any more; rejected when the listener broke down. */
  readonly ended: Promise<void>;
  /**
   * Stops: what runs may finish within `shutdownGraceSeconds`, and is then answered with an error. Other transports of the server
   * go on.
   */
  close(): Promise<void>;
}

/**
 * Listens and serves, every protocol version at one URL.
 *
 * @throws TransportError with Node's `code` (`EADDRINUSE`) when the address cannot be had, ConfigurationError for an option that
 *   cannot be.
 */
export async function listen(serving: Serving, options: ListenOptions): Promise<Listening> {
  const store = new OpenStore(options.eventStore, options.retryInterval);
  const { host, port, encrypted, ended, shutDown, giveUp } = serving.serveHttp(options, store.in(serving));
  const finish = (): Promise<void> => {
    shutDown();
    return ended.catch(() => {});
  };
  const grace = graceSeconds(options.shutdownGraceSeconds) ?? GRACE_SECONDS;
  const release = endBySignal({ serving, grace, finish, giveUp: () => giveUp(TOLD_TWICE) });
  // Whoever does not ask hears nothing of it, but it is no unhandled rejection.
  ended
    .catch(() => {})
    .then(() => {
      release();
      store.close();
    });
  const name = host.includes(':') ? `[${host}]` : host;
  const scheme = encrypted ? 'https' : 'http';
  return {
    url:
      port === 0
        ? `unix:${host}`
        : `${scheme}://${urlHost(name, options.host)}:${port}${options.path ?? '/mcp'}`,
    host,
    port,
    ended,
    close: finish,
  };
}

/** How long calls under way may take at the end when nothing is said about it. */
export const GRACE_SECONDS = 25;

/** What to call an address: the name that was given, and a name one can connect to for all addresses. */
function urlHost(bound: string, given: string | undefined): string {
  if (bound === '0.0.0.0' || bound === '[::]') return 'localhost';
  return given === 'localhost' ? 'localhost' : bound;
}
