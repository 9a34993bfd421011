// Keeps the sessions of a FastMCP server, and tells of their coming and going.

import type { EventEmitter } from 'node:events';
import { ENGINE } from '../engine/engine.js';
import type { McpServer } from '../server/mcp.js';
import type { Transport } from '../serving/transport.js';
import type { ClientCapabilities } from '../types/lifecycle.js';
import type { FastMCPSessionAuth } from './access.js';
import { FastMCPSession } from './sessions.js';

/** The clients of one FastMCP server. */
export class Guests<T extends FastMCPSessionAuth> {
  private readonly sessions = new Set<FastMCPSession<T>>();

  constructor(private readonly events: EventEmitter) {}

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

  /** Hears of handshakes at a server, and of the HTTP sessions they begin. */
  watch(server: McpServer): void {
    server[ENGINE].setFallback('notifications/initialized', (call) => {
      const capabilities = call.caller.clientCapabilities as ClientCapabilities | null;
      const { sessionId } = call;
      let session = this.all.find(
        (each) => each.server === server.server && each.sessionId === sessionId && !each.isReady,
      );
      if (session === undefined && sessionId !== undefined) {
        session = new FastMCPSession<T>(server.server, sessionId, undefined, undefined);
        this.add(session);
      }
      session?.ready(capabilities);
      call.completeWhole('{}');
    });
  }

  private add(session: FastMCPSession<T>): void {
    this.sessions.add(session);
    this.events.emit('connect', { session });
  }

  private remove(session: FastMCPSession<T>): void {
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
