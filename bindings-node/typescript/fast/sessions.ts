// The clients of a FastMCP server, one object each, and what is told of their coming and going.

import { EventEmitter } from 'node:events';
import { ask, listRoots } from '../calls/asking.js';
import { elicitInput } from '../calls/elicitation.js';
import type { RequestOptions } from '../calls/questions.js';
import { createMessage } from '../calls/sampling.js';
import { ENGINE } from '../engine/engine.js';
import { NotYetError } from '../engine/errors.js';
import { refusing } from '../engine/not_yet.js';
import type { Asks } from '../engine/questions.js';
import type { Server } from '../server/index.js';
import type { Transport } from '../serving/transport.js';
import type { ClientCapabilities } from '../types/lifecycle.js';
import type { LoggingLevel } from '../types/notifications.js';
import type { ElicitRequestParams, ElicitResult, Root } from '../types/questions.js';
import type {
  CreateMessageRequestParams,
  CreateMessageResult,
  CreateMessageResultWithTools,
} from '../types/sampling.js';
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
  #roots: Root[] = [];

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

  /** The folders and files that the server may work in, as the client told last; `rootsChanged` tells of new ones. */
  get roots(): Root[] {
    return this.#roots;
  }

  /** @internal Asks for the roots. */
  async takeRoots(asks: Asks): Promise<void> {
    this.#roots = (await listRoots(asks, undefined)).roots;
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

  /**
   * Asks the client's people, as `context.elicit` does. In the calls of this session on their stream, otherwise on its own.
   */
  async requestElicitation(params: ElicitRequestParams, options?: RequestOptions): Promise<ElicitResult> {
    return elicitInput(this.#asker(), params, options);
  }

  /**
   * Asks the client's model, in the same way.
   */
  async requestSampling(
    params: CreateMessageRequestParams,
    options?: RequestOptions,
  ): Promise<CreateMessageResult | CreateMessageResultWithTools> {
    return createMessage(this.#asker(), params, options);
  }

  /** @internal Whether the client is there. */
  async ping(): Promise<void> {
    await ask(this.server[ENGINE].outside(this.sessionId), 'ping', undefined);
  }

  #asker(): Asks {
    const engine = this.server[ENGINE];
    return engine.callInFlight(this.sessionId) ?? engine.outside(this.sessionId);
  }

  /** Not yet: throws. */
  readonly updateAuth: (auth: T) => never = refusing('updateAuth');
  /** Not yet: throws. Connect the server. */
  readonly connect: (transport: Transport) => never = refusing('connect of a session', 'connect the server');
}
