// The engine's own HTTP listener.

import type { Serving } from '../engine/event_loop.js';
import type { HttpOptions } from '../engine/http_options.js';

/** Options of `listen`. What is not said keeps the engine's default. */
export type ListenOptions = HttpOptions;

/** A server that listens. */
export interface Listening {
  /** Where clients find it, such as `http://127.0.0.1:3000/mcp`. */
  readonly url: string;
  /** The address it is bound to. */
  readonly host: string;
  readonly port: number;
  /** Settled when nothing listens any more; rejected when the listener broke down. */
  readonly ended: Promise<void>;
  /** Stops: what runs may finish, then everything ends. */
  close(): Promise<void>;
}

/**
 * Listens and serves, every protocol version at one URL.
 *
 * @param close Ends the server: a listener ends with it.
 * @throws An error with a `code` of the engine's when the address cannot be had.
 */
export async function listen(
  serving: Serving,
  options: ListenOptions,
  close: () => void | Promise<void>,
): Promise<Listening> {
  const { host, port, ended } = serving.serveHttp(options);
  // Whoever does not ask hears nothing of it, but it is no unhandled rejection.
  ended.catch(() => {});
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${urlHost(name, options.host)}:${port}${options.path ?? '/mcp'}`,
    host,
    port,
    ended,
    close: async () => {
      serving.shutDown();
      await ended.catch(() => {});
      await close();
    },
  };
}

/** What to call an address: the name that was given, and a name one can connect to for all addresses. */
function urlHost(bound: string, given: string | undefined): string {
  if (bound === '0.0.0.0' || bound === '[::]') return 'localhost';
  return given === 'localhost' ? 'localhost' : bound;
}
