// A server over stdio, in one call.

import { serving } from '../../engine/engine.js';
import { type McpServerFactory, type ServableServer, ServerSource } from '../server_source.js';
import { type Attachable, connectTransport, errorFrom, type Transport } from '../transport.js';
import { StdioServerTransport } from './stdio_transport.js';

/** Options of `serveStdio`. */
export interface ServeStdioOptions {
  /** Clients up to 2025-11-25 are served; that cannot be changed on stdio. */
  legacy?: 'serve' | undefined;
  /** What to serve instead of the process's own streams. */
  transport?: Transport | Attachable | undefined;
  /** Hears of what went wrong. Without it, what keeps the server from starting is thrown where nobody catches it. */
  onerror?: ((error: Error) => void) | undefined;
}

/** A server over stdio. */
export interface StdioServerHandle {
  /** Ends the connection. */
  close(): Promise<void>;
}

/**
 * Serves stdio, whatever version the client speaks.
 *
 * @param source A server, or a function that makes one; it is called once.
 * @throws TypeError for an option that has no subject here, or a source that is none.
 */
export function serveStdio(
  source: McpServerFactory | ServableServer,
  options: ServeStdioOptions = {},
): StdioServerHandle {
  const { legacy, transport = new StdioServerTransport(), onerror } = options;
  if (legacy !== undefined && legacy !== 'serve') {
    throw new TypeError(
      `legacy: ${JSON.stringify(legacy)} is not supported on stdio: every client is served; leave it out`,
    );
  }
  if ('maxSubscriptions' in options && options.maxSubscriptions !== undefined) {
    throw new TypeError(
      'the option maxSubscriptions is not supported: the engine limits subscriptions; leave it out',
    );
  }
  const servers = new ServerSource(source);
  const serve = async (): Promise<ServableServer> => {
    const server = await servers.acquire(stdioContext());
    await connectTransport(serving(server), transport);
    return server;
  };
  const started = serve();
  if (onerror !== undefined) {
    (transport as Transport).onerror ??= onerror;
    started.catch((error: unknown) => onerror(errorFrom(error)));
  }
  return {
    close: async () => {
      await started.then(
        () => (transport as Transport).close(),
        () => {},
      );
      await servers.close();
    },
  };
}

/** What a factory is told: on stdio, the era shows only after the server is made. */
function stdioContext() {
  return {
    get era(): never {
      throw new Error('on stdio one server serves clients of every era: a factory cannot depend on it');
    },
    authInfo: undefined,
    requestInfo: undefined,
  };
}
