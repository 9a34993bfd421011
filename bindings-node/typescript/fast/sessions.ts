// The clients of a FastMCP server, one object each, and what is told of their coming and going.

import { EventEmitter } from 'node:events';
import { unasked } from '../calls/questions.js';
import { NotYetError } from '../engine/errors.js';
import { refusing } from '../engine/not_yet.js';
import type { Server } from '../server/index.js';
import type { Transport } from '../serving/transport.js';
import type { ClientCapabilities } from '../types/lifecycle.js';
import type { LoggingLevel } from '../types/notifications.js';
import type { Root } from '../types/questions.js';
import type { FastMCPSessionAuth } from './access.js';

/** What a session tells. */
export type FastMCPSessionEvents = {
  error: (event: { error: Error }) => void;
  ready: () => void;
  rootsChanged: (event: { roots: Root[] }) => void;
};

/** What a server tells. */
export type FastMCPEvents<T extends FastMCPSessionAuth = FastMCPSessionAuth> = {
  connect: (event: { session: FastMCPSession<T> }) => void;
  disconnect: (event: { session: FastMCPSession<T> }) => void;
};

/** One client that holds a connection or a session. Clients of the newest protocol hold none over HTTP. */
export class FastMCPSession<T extends FastMCPSessionAuth = FastMCPSessionAuth> extends EventEmitter {
  #capabilities: ClientCapabilities | null = null;
  #isReady = false;

  /** @internal */
  constructor(
    /** The server beneath. */
    readonly server: Server,
    /** The id of the HTTP session; undefined on other transports. */
    readonly sessionId: string | undefined,
    /** What is known of who asks. @internal */
    readonly auth: T | undefined,
    private readonly end: (() => Promise<void>) | undefined,
  ) {
    super();
  }

  /** What the client can do; null until it has shaken hands. */
  get clientCapabilities(): ClientCapabilities | null {
    return this.#capabilities;
  }

  /** Whether the client has shaken hands. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** The least severe log message that is told of: the engine keeps what the client asks for. */
  get loggingLevel(): LoggingLevel {
    return 'info';
  }

  /** Nobody is asked for roots. */
  get roots(): Root[] {
    return [];
  }

  /** @internal */
  ready(capabilities: ClientCapabilities | null): void {
    this.#capabilities = capabilities;
    this.#isReady = true;
    this.emit('ready');
  }

  /** Resolves when the client has shaken hands. */
  async waitForReady(): Promise<void> {
    if (!this.#isReady) await new Promise<void>((resolve) => this.once('ready', resolve));
  }

  /** Ends the connection. Rejects for a session over HTTP, which its client ends. */
  async close(): Promise<void> {
    if (this.end === undefined) throw new NotYetError('close of a session over HTTP');
    await this.end();
  }

  /** Tells all who listen that the list changed. What is added and removed does so by itself. */
  toolsListChanged(_tools?: unknown): void {
    void this.server.sendToolListChanged();
  }
  promptsListChanged(_prompts?: unknown): void {
    void this.server.sendPromptListChanged();
  }
  resourcesListChanged(_resources?: unknown): void {
    void this.server.sendResourceListChanged();
  }
  resourceTemplatesListChanged(_templates?: unknown): void {
    void this.server.sendResourceListChanged();
  }
  triggerListChangedNotification(method: string): Promise<void> {
    return this.server.notification({ method });
  }

  /** Tells all who subscribed to a resource that its contents changed. */
  sendResourceUpdated(uri: string): Promise<void> {
    return this.server.sendResourceUpdated({ uri });
  }

  /** Not yet: rejects. */
  readonly requestElicitation = unasked('requestElicitation');
  /** Not yet: rejects. */
  readonly requestSampling = unasked('requestSampling');
  /** Not yet: throws. */
  readonly updateAuth: (auth: T) => never = refusing('updateAuth');
  /** Not yet: throws. Connect the server. */
  readonly connect: (transport: Transport) => never = refusing('connect of a session', 'connect the server');
}
