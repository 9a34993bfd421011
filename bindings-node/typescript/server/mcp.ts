// `McpServer`: tools, resources and prompts are registered with it; it answers the rest of the protocol by itself.

import type { Middleware, RegisteredMiddleware } from '../calls/middleware.js';
import { ENGINE, type Engine, type Servable } from '../engine/engine.js';
import type { Implementation } from '../types/base.js';
import type { LoggingMessageNotificationParams } from '../types/notifications.js';
import { type Fetch, type Listening, type ListenOptions, Server, type Transport } from './index.js';
import type { McpServerOptions } from './options.js';
import { Registering } from './registering.js';
import { ExperimentalMcpServerTasks } from './tasks/experimental.js';

export type { Context, Context as ServerContext } from '../calls/context.js';
export type { Hook, Middleware, MiddlewareContext, Next, RegisteredMiddleware } from '../calls/middleware.js';
export type {
  PromptCallback,
  PromptConfig,
  PromptConfigWith,
  PromptFunction,
  PromptReturn,
  PromptUpdates,
  RegisteredPrompt,
} from '../offers/prompts.js';
export type {
  RegisteredResource,
  RegisteredResourceTemplate,
  ResourceTemplateUpdates,
  ResourceUpdates,
} from '../offers/resource_handles.js';
export {
  type CacheHint,
  type CompleteResourceTemplateCallback,
  type ListResourcesCallback,
  type ReadResourceCallback,
  type ReadResourceTemplateCallback,
  type ReadReturn,
  type ResourceMetadata,
  type ResourceSecurity,
  ResourceTemplate,
  type Variables,
} from '../offers/resource_templates.js';
export type { SkillConfig, SkillFolderOptions } from '../offers/skills.js';
/** The function of a tool, by the older names. */
export type {
  RegisteredTool,
  ToolCallback,
  ToolCallback as AnyToolHandler,
  ToolCallback as BaseToolCallback,
  ToolConfig,
  ToolFunction,
  ToolReturn,
  ToolUpdates,
} from '../offers/tools.js';
export type { McpServerOptions } from './options.js';
export type { MountOptions, VisibleItem, VisiblePredicate } from './registering.js';

/**
 * A server of tools, resources and prompts. One object serves any number of connections and requests, on any number of
 * transports at once; what is registered may change at any time, and clients are told.
 *
 * ```ts
 * const server = new McpServer({ name: 'demo', version: '1.0.0' });
 * server.registerTool('add', { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) => String(a + b));
 * await server.connect(new StdioServerTransport());
 * ```
 */
export class McpServer extends Registering implements Servable {
  /** The low-level server beneath: its handlers go before what is registered here. */
  readonly server: Server;

  /**
   * @param serverInfo Who the server is.
   * @param options See `McpServerOptions`.
   * @throws ConfigurationError for an option that cannot be honoured.
   */
  constructor(serverInfo: Implementation, options: McpServerOptions = {}) {
    const server = new Server(serverInfo, options);
    super(server[ENGINE], options);
    this.server = server;
  }

  /** @internal */
  get [ENGINE](): Engine {
    return this.server[ENGINE];
  }

  /** Tools whose tasks are made by functions, by the older names. */
  get experimental(): { tasks: ExperimentalMcpServerTasks } {
    return { tasks: new ExperimentalMcpServerTasks(this) };
  }

  /** See `Server.use`: has messages pass an object with hooks before they are handled. */
  use(middleware: Middleware): RegisteredMiddleware {
    return this.server.use(middleware);
  }

  // Telling clients

  /** See `Server.sendLoggingMessage`; a handler's own way is `ctx.log.info(…)`. */
  sendLoggingMessage(params: LoggingMessageNotificationParams, sessionId?: string): Promise<void> {
    return this.server.sendLoggingMessage(params, sessionId);
  }

  /** Tells all who listen that the list of tools changed. Registering, changing and removing do so by themselves. */
  sendToolListChanged(): void {
    void this.server.sendToolListChanged();
  }

  /** Tells all who listen that the list of prompts changed. */
  sendPromptListChanged(): void {
    void this.server.sendPromptListChanged();
  }

  /** Tells all who listen that the list of resources or of templates changed. */
  sendResourceListChanged(): void {
    void this.server.sendResourceListChanged();
  }

  /** Tells all who subscribed to a resource that its contents changed (RSRC-13). */
  sendResourceUpdated(params: { uri: string }): Promise<void> {
    return this.server.sendResourceUpdated(params);
  }

  // Serving

  /**
   * Serves a transport, beside those that are served already, and starts it.
   *
   * @param transport One of ours, or any object with `start`, `send`, `close` and `onmessage`.
   */
  connect(transport: Transport): Promise<void> {
    return this.server.connect(transport);
  }

  /**
   * Serves HTTP on the engine's own listener, every protocol version at one URL.
   *
   * @throws TransportError when the address cannot be listened on.
   */
  listen(options: ListenOptions = {}): Promise<Listening> {
    return this.server.listen(options);
  }

  /** Answers one HTTP request that somebody else received. */
  get fetch(): Fetch {
    return this.server.fetch;
  }

  /**
   * Ends all connections and listeners. Calls in flight are cancelled; those of a listener have a second to finish. The server
   * may be connected again.
   */
  close(): Promise<void> {
    return this.server.close();
  }

  /** Whether anything serves it. */
  isConnected(): boolean {
    return this.server.isConnected();
  }

  /** Called when the last connection has ended, and after `close`. */
  get onclose(): (() => void) | undefined {
    return this.server.onclose;
  }
  set onclose(callback: (() => void) | undefined) {
    this.server.onclose = callback;
  }

  /** Called with what went wrong on a transport. */
  get onerror(): ((error: Error) => void) | undefined {
    return this.server.onerror;
  }
  set onerror(callback: ((error: Error) => void) | undefined) {
    this.server.onerror = callback;
  }
}
