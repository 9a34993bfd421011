// Keeps the sessions of a FastMCP server, and tells of their coming and going.

import type { EventEmitter } from 'node:events';
import type { Call } from '../engine/call.js';
import { ENGINE } from '../engine/engine.js';
import type { McpServer } from '../server/mcp.js';
import type { Transport } from '../serving/transport.js';
import type { ClientCapabilities } from '../types/lifecycle.js';
import type { FastMCPSessionAuth } from './access.js';
import type { ServerOptions } from './options.js';
import { pinging } from './pings.js';
import { FastMCPSession } from './sessions.js';

/** The clients of one FastMCP server. */
export class Guests<T extends FastMCPSessionAuth> {
  private readonly sessions = new Set<FastMCPSession<T>>();
  /** What ends the pings of each. */
  private readonly pings = new Map<FastMCPSession<T>, () => void>();

  constructor(
    private readonly events: EventEmitter,
    private readonly options: ServerOptions<T>,
  ) {}

  get all(): FastMCPSession<T>[] {
    return [...this.sessions];
  }

  /** Serves a transport with a server; the client is there until the transport is closed. */
  async connect(
    server: McpServer,
    transport: Transport,
    auth: T | undefined,
    leave: () => void = () => {},
  ): Promise<FastMCPSession<T>> {
    const session = new FastMCPSession<T>(server.server, undefined, auth, () => transport.close());
    const { onclose } = transport;
    transport.onclose = () => {
      onclose?.call(transport);
      leave();
      this.remove(session);
    };
    try {
      await server.connect(transport);
    } catch (error) {
      leave();
      throw error;
    }
    this.add(session);
    return session;
  }

  /** Hears of the ends of the HTTP sessions of a server, which is listening. */
  watchEnds(server: McpServer): void {
    server[ENGINE].serving.watchSessions((id) => {
      for (const session of this.all) if (session.sessionId === id) this.remove(session);
    });
  }

  /** Hears of handshakes at a server and of the HTTP sessions they begin, and of the clients' roots. */
  watch(server: McpServer): void {
    const { roots, ping, logger = console } = this.options;
    const wantsRoots = roots?.enabled !== false;
    const engine = server[ENGINE];
    const of = (call: Call): FastMCPSession<T> | undefined =>
      this.all.find(
        (each) => each.server === server.server && each.sessionId === call.sessionId && !each.isReady,
      );
    engine.setFallback('notifications/initialized', (call) => {
      const capabilities = call.caller.clientCapabilities as ClientCapabilities | null;
      const { sessionId } = call;
      let session = of(call);
      if (session === undefined && sessionId !== undefined) {
        session = new FastMCPSession<T>(server.server, sessionId, undefined, undefined);
        this.add(session);
      }
      const ready = (): void => {
        session?.ready(capabilities);
        if (session !== undefined && ping?.enabled === true) {
          this.pings.set(
            session,
            pinging(() => session.ping(), ping, logger),
          );
        }
      };
      if (wantsRoots && capabilities?.roots?.listChanged === true) void this.askRoots(session, call, ready);
      else {
        ready();
        call.completeWhole('{}');
      }
    });
    if (!wantsRoots) return;
    engine.setFallback('notifications/roots/list_changed', (call) => {
      const session = this.all.find(
        (each) => each.server === server.server && each.sessionId === call.sessionId,
      );
      void this.askRoots(session, call, () => session?.emit('rootsChanged', { roots: session.roots }));
    });
  }

  /** Asks a client for its roots, and goes on when it has told them or cannot. */
  private async askRoots(
    session: FastMCPSession<T> | undefined,
    call: Call,
    goOn: () => void,
  ): Promise<void> {
    try {
      await session?.takeRoots(call);
    } catch {
      // A client that does not tell them has none.
    }
    call.completeWhole('{}');
    goOn();
  }

  private add(session: FastMCPSession<T>): void {
    this.sessions.add(session);
    this.events.emit('connect', { session });
  }

  private remove(session: FastMCPSession<T>): void {
    this.pings.get(session)?.();
    this.pings.delete(session);
    if (this.sessions.delete(session)) this.events.emit('disconnect', { session });
  }

  /** Nobody is there any more. */
  async close(): Promise<void> {
    await Promise.all(
      this.all.filter(({ sessionId }) => sessionId === undefined).map((session) => session.close()),
    );
    for (const session of this.all) this.remove(session);
  }
}
