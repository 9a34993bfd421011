// `Server`: one handler per method of the protocol, set by the method's name or by a schema of the request.

import { Context } from '../calls/context.js';
import { Interceptions } from '../calls/interceptions.js';
import type { Middleware, RegisteredMiddleware } from '../calls/middleware.js';
import { announce, announceLog, sendLog } from '../calls/notifications.js';
import type { NotificationOptions } from '../calls/questions.js';
import { Asking } from '../calls/server_questions.js';
import { verifying } from '../calls/verified_state.js';
import type { Call } from '../engine/call.js';
import { ENGINE, Engine, type Servable } from '../engine/engine.js';
import { SdkError, SdkErrorCode } from '../engine/errors.js';
import type { Asks } from '../engine/questions.js';
import { aliasesOf } from '../serving/http/http_sessions.js';
import { configure } from '../serving/production.js';
import { tasksOf } from '../serving/task_settings.js';
import type { Implementation, Notification, Result } from '../types/base.js';
import type { ClientCapabilities, ServerCapabilities } from '../types/lifecycle.js';
import type {
  NotificationMethod,
  NotificationTypeMap,
  RequestMethod,
  RequestTypeMap,
  ResultTypeMap,
} from '../types/methods.js';
import type { LoggingMessageNotificationParams } from '../types/notifications.js';
import type { ResourceUpdatedNotificationParams } from '../types/resources.js';
import {
  Connections,
  type Fetch,
  type Listening,
  type ListenOptions,
  type Transport,
} from './connections.js';
import { checkMethod, handlerOf, methodRun, type ReadingSchema, type RequestSchema } from './handlers.js';
import { Notifications } from './notifications.js';
import { checkOptions, keysOf, mergeCapabilities, type ServerOptions } from './options.js';

export type { Fetch, FetchOptions, Listening, ListenOptions, Transport } from './connections.js';
export type { ReadingSchema, RequestSchema } from './handlers.js';
export type { ServerOptions } from './options.js';

/** What reading a value by a schema gives. */
type Read<S> = S extends ReadingSchema<infer T> ? T : S extends RequestSchema<infer T> ? T : unknown;

/** The low-level server. One object serves any number of connections and requests, on any number of transports at once. */
export class Server extends Asking implements Servable {
  /** @internal */
  readonly [ENGINE]: Engine;

  /** Called when the last connection has ended, and after `close`. */
  onclose?: (() => void) | undefined;
  /** Called with what went wrong on a transport or in a notification's handler, and with what functions threw. */
  onerror?: ((error: Error) => void) | undefined;
  private readonly hooks: {
    subscribed?: ((uri: string) => void) | undefined;
    unsubscribed?: ((uri: string) => void) | undefined;
  } = {};
  private readonly connections: Connections;
  private readonly notifications: Notifications;
  private readonly interceptions: Interceptions;

  /**
   * @param serverInfo Who the server is.
   * @param options See `ServerOptions`.
   * @throws ConfigurationError for an option that cannot be honoured.
   */
  constructor(
    readonly serverInfo: Implementation,
    options: ServerOptions = {},
  ) {
    super();
    checkOptions(options);
    this[ENGINE] = new Engine(serverInfo, {
      instructions: options.instructions,
      cacheHints: options.cacheHints,
      capabilities: options.capabilities ?? {},
      listPageSize: options.listPageSize,
      io: options.io,
      requestStateKeys: keysOf(options),
      requestStateSeconds: options.requestState?.ttlSeconds,
      maxParkedCalls: options.maxParkedCalls,
      tasks: tasksOf(options.tasks, options.defaultTaskPollInterval),
      asking: {
        timeoutMs: options.inputRequired?.roundTimeoutMs ?? 0,
        isOn: options.inputRequired?.legacyShim !== false,
      },
    });
    configure(this[ENGINE], options);
    const verify = options.requestState?.verify;
    if (verify !== undefined) {
      const contextOf = (call: Call): Context => new Context(call, this[ENGINE].native);
      this[ENGINE].guard = verifying(verify, contextOf, (error) => this.onerror?.(error));
    }
    this[ENGINE].onFailure = (error) => this.onerror?.(error);
    this.interceptions = new Interceptions(this[ENGINE]);
    this.notifications = new Notifications(this[ENGINE], (error) => this.onerror?.(error));
    this.connections = new Connections(this[ENGINE], {
      ended: () => this.onclose?.(),
      failed: (error) => this.onerror?.(error),
    });
  }

  // Handlers

  /**
   * Sets what answers a method, the protocol's or the author's own, in the place of whatever answered it.
   *
   * The handler gets the request and the call's context, and gives a result object or a promise of one. With `{ params }`
   * it gets the params as that schema reads them; with a schema of the whole request, the request as it reads it.
   * A request that does not fit its schema is refused with -32602.
   *
   * @throws TypeError for a method that the engine answers by itself, or a schema without a literal method.
   */
  setRequestHandler<M extends RequestMethod>(
    method: M,
    handler: (request: RequestTypeMap[M], ctx: Context) => ResultTypeMap[M] | Promise<ResultTypeMap[M]>,
  ): void;
  setRequestHandler<P extends ReadingSchema | RequestSchema>(
    method: string,
    schemas: { params: P; result?: object },
    handler: (params: Read<P>, ctx: Context) => Result | Promise<Result>,
  ): void;
  setRequestHandler<S extends ReadingSchema | RequestSchema>(
    schema: S,
    handler: (request: Read<S>, ctx: Context) => Result | Promise<Result>,
  ): void;
  setRequestHandler(
    target: string | object,
    schemasOrHandler: object,
    last?: (params: never, ctx: Context) => unknown,
  ): void {
    const { method, read, takesParams, handler } = handlerOf(target, schemasOrHandler, last);
    checkMethod(method);
    const engine = this[ENGINE];
    engine.setMethod(
      method,
      methodRun(method, read, takesParams, handler, (call) => new Context(call, engine.native)),
    );
  }

  /** Gives a method back to whatever answered it before the first handler was set. */
  removeRequestHandler(method: RequestMethod | (string & {})): void {
    this[ENGINE].setMethod(method, null);
  }

  /** Throws when there is a handler already that `setRequestHandler` would replace. */
  assertCanSetRequestHandler(method: RequestMethod | (string & {})): void {
    if (this[ENGINE].hasMethod(method)) {
      throw new Error(`A request handler for ${method} already exists, which would be overridden`);
    }
  }

  /**
   * Sets what hears of a notification of clients that hold a session; the newest protocol has no sessions, and tells of
   * nothing but cancellation, which a handler sees by its context's `signal`.
   *
   * The handler gets the notification, with `{ params }` the params as that schema reads them and then the notification, with
   * a schema of the whole what it reads. What it throws goes to `onerror`.
   *
   * @throws TypeError for a schema without a literal method.
   */
  setNotificationHandler<M extends NotificationMethod>(
    method: M,
    handler: (notification: NotificationTypeMap[M]) => void | Promise<void>,
  ): void;
  setNotificationHandler<P extends ReadingSchema | RequestSchema>(
    method: string,
    schemas: { params: P },
    handler: (params: Read<P>, notification: Notification) => void | Promise<void>,
  ): void;
  setNotificationHandler<S extends ReadingSchema | RequestSchema>(
    schema: S,
    handler: (notification: Read<S>) => void | Promise<void>,
  ): void;
  setNotificationHandler(
    target: string | object,
    schemasOrHandler: object,
    last?: (...parts: never[]) => unknown,
  ): void {
    const { method, read, takesParams, handler } = handlerOf(target, schemasOrHandler, last);
    this.notifications.set(method, read, takesParams, handler);
  }

  /** Takes a notification's handler away. */
  removeNotificationHandler(method: NotificationMethod | (string & {})): void {
    this.notifications.set(method, null, false, null);
  }

  /**
   * Has messages pass `middleware` before they are handled, inside of what is in use already: an object with a hook for each kind
   * of message it is about.
   *
   * ```ts
   * server.use({
   *   async onCallTool({ params, ctx }, next) {
   *     if (!mayCall(ctx.authInfo, params.name)) throw new ToolError('That is not for you.');
   *     return next();
   *   },
   * });
   * ```
   *
   * @throws TypeError for what has no hook, or a member that looks like one and is none.
   */
  use(middleware: Middleware): RegisteredMiddleware {
    return this.interceptions.use(middleware);
  }

  /** Called at the end of each client's handshake. The newest protocol has no handshake. */
  get oninitialized(): (() => void) | undefined {
    return this.notifications.oninitialized;
  }
  set oninitialized(callback: (() => void) | undefined) {
    this.notifications.oninitialized = callback;
  }

  /** A handler for all other methods cannot be had: which methods there are is known beforehand. */
  get fallbackRequestHandler(): undefined {
    return undefined;
  }
  set fallbackRequestHandler(handler: unknown) {
    if (handler === undefined) return;
    throw new TypeError(
      'fallbackRequestHandler is not supported: set a handler for each method that is to be answered',
    );
  }

  /** The same is true of notifications. */
  get fallbackNotificationHandler(): undefined {
    return undefined;
  }
  set fallbackNotificationHandler(handler: unknown) {
    if (handler === undefined) return;
    throw new TypeError(
      'fallbackNotificationHandler is not supported: set a handler for each notification that is to be heard',
    );
  }

  // What the server and its clients can do

  /**
   * Declares more of what the server can do.
   *
   * @throws SdkError when it is being served: clients have been told by then.
   */
  registerCapabilities(capabilities: ServerCapabilities): void {
    const engine = this[ENGINE];
    if (engine.isServed) {
      throw new SdkError(
        SdkErrorCode.AlreadyConnected,
        'Capabilities must be registered before the server is connected: clients have been told by then',
      );
    }
    engine.declared = mergeCapabilities(engine.declared, capabilities);
  }

  /** What the server can do: what was declared, and what follows from its handlers. */
  getCapabilities(): ServerCapabilities {
    return this[ENGINE].capabilities();
  }

  /**
   * What the client of the request in hand declared it can do. One server serves many clients: outside of a handler it is
   * undefined. Who asks for the first time only after an `await`, while others' requests are in hand, hears undefined, too, unless
   * the server declares `logging`; `ctx.clientCapabilities` always knows.
   */
  getClientCapabilities(): ClientCapabilities | undefined {
    return this.asks((ctx) => ctx.clientCapabilities);
  }

  /** Name and version the client of the request in hand claims; see `getClientCapabilities`. */
  getClientVersion(): Implementation | undefined {
    return this.asks((ctx) => ctx.clientInfo);
  }

  /** The version the client of the request in hand speaks; see `getClientCapabilities`. */
  getNegotiatedProtocolVersion(): string | undefined {
    return this.asks((ctx) => ctx.protocolVersion);
  }

  private asks<T>(what: (ctx: Context) => T): T | undefined {
    const call = this[ENGINE].callInFlight();
    return call === undefined ? undefined : what(new Context(call, this[ENGINE].native));
  }

  // Asking clients

  protected asker(): Asks {
    return this[ENGINE].callInFlight() ?? this[ENGINE].outside(this.connections.onlySession());
  }

  /**
   * Makes a function that tells the client of the request in hand that a visit to a page has come to its end.
   *
   * @param elicitationId What `ctx.elicitUrl` returned, or `elicitInput` was given.
   */
  createElicitationCompletionNotifier(
    elicitationId: string,
    _options?: NotificationOptions,
  ): () => Promise<void> {
    const ctx = this.asks((context) => context);
    const completed = { method: 'notifications/elicitation/complete', params: { elicitationId } };
    return () => (ctx === undefined ? this.notification(completed) : ctx.sendNotification(completed));
  }

  /**
   * Called with the URI of a resource when its first subscriber comes: time to watch what it is about. Sessions that subscribe and
   * listeners that name the URI count alike.
   */
  get onsubscribed(): ((uri: string) => void) | undefined {
    return this.hooks.subscribed;
  }

  set onsubscribed(hook: ((uri: string) => void) | undefined) {
    this.hooks.subscribed = hook;
    this.hearOfFollowers();
  }

  /** Called with the URI of a resource when its last subscriber is gone, however it went. */
  get onunsubscribed(): ((uri: string) => void) | undefined {
    return this.hooks.unsubscribed;
  }

  set onunsubscribed(hook: ((uri: string) => void) | undefined) {
    this.hooks.unsubscribed = hook;
    this.hearOfFollowers();
  }

  private hearOfFollowers(): void {
    this[ENGINE].hearOfFollowers((uri, isFollowed) =>
      (isFollowed ? this.hooks.subscribed : this.hooks.unsubscribed)?.(uri),
    );
  }

  // Telling clients

  /** Tells all who listen that the list of tools changed. What is registered does so by itself. */
  async sendToolListChanged(): Promise<void> {
    this[ENGINE].native.notify('tools', null);
  }

  /** Tells all who listen that the list of prompts changed. */
  async sendPromptListChanged(): Promise<void> {
    this[ENGINE].native.notify('prompts', null);
  }

  /** Tells all who listen that the list of resources or of templates changed. */
  async sendResourceListChanged(): Promise<void> {
    this[ENGINE].native.notify('resources', null);
  }

  /** Tells all who subscribed to a resource that its contents changed (RSRC-13). */
  async sendResourceUpdated(params: ResourceUpdatedNotificationParams): Promise<void> {
    this[ENGINE].native.notify('resource', params.uri);
  }

  /**
   * Sends a log message to the client whose request the handler that says it serves, on that request's stream, also after an
   * `await`. After its answer, it goes to that client's session; what is said while no request is in hand goes to every client that holds a
   * session, or to the one named. Clients without sessions hear it on their requests' streams alone (LOG-3). Dropped below the level the client asked for. Needs
   * `capabilities: { logging: {} }`.
   *
   * @param params `level`, `data` and perhaps `logger`.
   * @param sessionId Whose request, where several sessions' are in hand; outside of any, which session.
   */
  async sendLoggingMessage(params: LoggingMessageNotificationParams, sessionId?: string): Promise<void> {
    const call = this[ENGINE].callInFlight(sessionId);
    const { level, data, logger } = params;
    if (call !== undefined) {
      sendLog(call, level, data, logger);
      return;
    }
    const engine = this[ENGINE];
    const session =
      sessionId === undefined
        ? engine.logAudience()
        : (aliasesOf(engine.serving).get(sessionId)?.engineId ?? sessionId);
    if (session !== undefined) announceLog(engine.native, level, data, logger, session);
  }

  /**
   * Sends a notification: a change to all who listen; progress, a log message, or what the protocol does not have on the stream
   * of the request in hand. Outside of any request, the last two go to every client that holds a session; what the protocol does
   * not have goes to clients without sessions, too, that listen and name its method in their filter, where the server has declared
   * an extension.
   */
  async notification(notification: Notification): Promise<void> {
    const engine = this[ENGINE];
    const call = engine.isOutside() ? undefined : engine.callInFlight();
    if (call !== undefined) await new Context(call, engine.native).sendNotification(notification);
    else if (notification.method === 'notifications/message') {
      await this.sendLoggingMessage(notification.params as LoggingMessageNotificationParams);
    } else if (notification.method !== 'notifications/progress') {
      announce(engine.native, notification.method, notification.params ?? {});
    }
  }

  // Serving

  /**
   * Serves a transport, beside those that are served already, and starts it.
   *
   * @param transport One of ours, or any object with `start`, `send`, `close` and `onmessage`.
   */
  connect(transport: Transport): Promise<void> {
    return this.connections.connect(transport);
  }

  /**
   * Serves HTTP on the engine's own listener, every protocol version at one URL.
   *
   * @throws TransportError when the address cannot be listened on.
   */
  listen(options: ListenOptions = {}): Promise<Listening> {
    return this.connections.listen(options);
  }

  /** Answers one HTTP request that somebody else received. */
  get fetch(): Fetch {
    return this.connections.fetch;
  }

  /**
   * Ends all connections and listeners. Calls in flight are cancelled; those of a listener have a second to finish. The server
   * may be connected again.
   */
  close(): Promise<void> {
    return this.connections.close();
  }

  /** The transport that was connected first of those still connected. */
  get transport(): Transport | undefined {
    return this.connections.first;
  }

  /** Whether anything serves it. */
  isConnected(): boolean {
    return this.connections.isOpen;
  }
}
