// Where a handler's servers come from: one for all, or one for each request.

import type { AuthInfo } from '../engine/call_origin.js';
import { ENGINE, type Servable } from '../engine/engine.js';
import { errorFrom } from './transport.js';

/** What a factory is told. */
export interface McpRequestContext {
  /** The era of the request: `legacy` up to 2025-11-25. */
  readonly era: 'legacy' | 'modern';
  /** Who was authenticated. */
  readonly authInfo?: AuthInfo | undefined;
  /** The request. */
  readonly requestInfo?: Request | undefined;
}

/** A server that can also be closed. */
export interface ServableServer extends Servable {
  close(): Promise<void>;
}

/** Makes a server. */
export type McpServerFactory = (context: McpRequestContext) => ServableServer | Promise<ServableServer>;

/** Whether something is a server rather than what makes one. */
export function isServer(source: unknown): source is ServableServer {
  return typeof source === 'object' && source !== null && ENGINE in source;
}

function checked(server: unknown): ServableServer {
  if (isServer(server)) return server;
  throw new TypeError(
    `the factory must return an McpServer or a Server, not ${server === null ? 'null' : typeof server}`,
  );
}

/**
 * Hands out servers for requests.
 *
 * A factory that takes no argument makes the same server every time: it is called once, and its server serves everything. One
 * that takes the request's context may make another server for everybody who asks: it is called for each request.
 */
export class ServerSource {
  private shared: Promise<ServableServer> | undefined;
  /** How many requests each server is serving, where there is one for each request. */
  private readonly users = new Map<ServableServer, number>();

  /** @throws TypeError when it is neither. */
  constructor(
    private readonly source: McpServerFactory | ServableServer,
    private readonly onerror: (error: Error) => void = () => {},
  ) {
    if (!isServer(source) && typeof source !== 'function') {
      throw new TypeError('expected a server, or a function that makes one');
    }
  }

  /** Whether a server is made for each request. */
  get isPerRequest(): boolean {
    return typeof this.source === 'function' && this.source.length > 0;
  }

  /** The servers that serve now. */
  async live(): Promise<Iterable<ServableServer>> {
    if (this.isPerRequest) return this.users.keys();
    return isServer(this.source) ? [this.source] : this.shared === undefined ? [] : [await this.shared];
  }

  /** The one server of a source that is not `isPerRequest`, if it is there already. */
  get ready(): ServableServer | undefined {
    return isServer(this.source) ? this.source : undefined;
  }

  /** A server for a request. */
  async acquire(context: McpRequestContext): Promise<ServableServer> {
    const { source } = this;
    if (isServer(source)) return source;
    if (!this.isPerRequest) {
      this.shared ??= Promise.resolve(source(unvarying())).then(checked);
      try {
        return await this.shared;
      } catch (error) {
        // The next request may fare better.
        this.shared = undefined;
        throw error;
      }
    }
    const server = checked(await source(context));
    this.users.set(server, (this.users.get(server) ?? 0) + 1);
    return server;
  }

  /** The request is over. */
  release(server: ServableServer): void {
    const users = this.users.get(server);
    if (users === undefined) return;
    if (users > 1) {
      this.users.set(server, users - 1);
    } else {
      this.users.delete(server);
      server.close().catch((error: unknown) => this.onerror(errorFrom(error)));
    }
  }

  /** Closes what the factory made. A server that was given belongs to whoever gave it. */
  async close(): Promise<void> {
    if (isServer(this.source)) return;
    const servers = [...this.users.keys()];
    this.users.clear();
    if (this.shared !== undefined) servers.push(await this.shared);
    this.shared = undefined;
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** The context of a factory that takes none: what it would read there differs from request to request. */
function unvarying(): McpRequestContext {
  const refuse = (name: string) => (): never => {
    throw new Error(
      `this factory is called once for all requests, so it cannot use ${name}: give it a parameter without a default ` +
        '(`(context) => …`) to be called for each request',
    );
  };
  return Object.defineProperties({} as McpRequestContext, {
    era: { get: refuse('era') },
    authInfo: { get: refuse('authInfo') },
    requestInfo: { get: refuse('requestInfo') },
  });
}
