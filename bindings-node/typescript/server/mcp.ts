// `McpServer`: tools, resources and prompts are registered with it; it answers the rest of the protocol by itself.

import { type AnySchema, isRawShape, isSchema, type ShapeInput } from '../arguments/schemas.js';
import { ENGINE, type Engine, type Servable } from '../engine/engine.js';
import type { NotYet } from '../engine/not_yet.js';
import { Completions } from '../offers/completions.js';
import {
  type AnyPromptFunction,
  type PromptCallback,
  type PromptConfig,
  type PromptConfigWith,
  type PromptFunction,
  Prompts,
  type RegisteredPrompt,
} from '../offers/prompts.js';
import type { RegisteredResource, RegisteredResourceTemplate } from '../offers/resource_handles.js';
import {
  isTemplate,
  type ReadResourceCallback,
  type ReadResourceTemplateCallback,
  type ResourceMetadata,
  type ResourceTemplate,
} from '../offers/resource_templates.js';
import { Resources } from '../offers/resources.js';
import {
  type AnyToolFunction,
  type RegisteredTool,
  type ToolCallback,
  type ToolConfig,
  type ToolConfigWith,
  type ToolFunction,
  Tools,
} from '../offers/tools.js';
import type { Implementation } from '../types/base.js';
import type { LoggingMessageNotificationParams } from '../types/notifications.js';
import type { ToolAnnotations } from '../types/tools.js';
import { type Fetch, type Listening, type ListenOptions, Server, type Transport } from './index.js';
import { type McpServerOptions, mostElements, refuseWithoutSubject } from './options.js';

export type { Context, Context as ServerContext } from '../calls/context.js';
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
export class McpServer implements Servable {
  /** The low-level server beneath: its handlers go before what is registered here. */
  readonly server: Server;
  private readonly tools: Tools;
  private readonly prompts: Prompts;
  private readonly resources: Resources;

  /**
   * @param serverInfo Who the server is.
   * @param options See `McpServerOptions`.
   * @throws ConfigurationError for an option that cannot be honoured.
   */
  constructor(serverInfo: Implementation, options: McpServerOptions = {}) {
    const most = mostElements(options);
    this.server = new Server(serverInfo, options);
    const engine = this[ENGINE];
    engine.hasRegistry = true;
    const onCompletable = (): void => completions.offer();
    this.tools = new Tools(engine, most, options.strictInputValidation === true);
    this.prompts = new Prompts(engine, onCompletable);
    this.resources = new Resources(engine, onCompletable, options.resourceSecurity);
    const completions = new Completions(engine, this.prompts, this.resources);
  }

  /** @internal */
  get [ENGINE](): Engine {
    return this.server[ENGINE];
  }

  // Registering

  /**
   * Registers a tool.
   *
   * @param config `inputSchema` and `outputSchema` are raw zod shapes, zod 3 or 4 schemas, any Standard Schema, or plain JSON
   *   Schema.
   * @param callback `(args, ctx)` with an input schema, `(ctx)` without.
   * @throws AlreadyRegisteredError when there is a tool of this name.
   * @throws TypeError when a schema cannot be used; the message names the tool and the place.
   */
  registerTool(name: string, config: ToolConfig<undefined>, callback: ToolCallback): RegisteredTool;
  registerTool<const Input extends AnySchema>(
    name: string,
    config: ToolConfigWith<Input>,
    callback: ToolFunction<Input>,
  ): RegisteredTool;
  // Two signatures: asking inside one whether there is a schema costs the type checker more than the schema does.
  registerTool(name: string, config: ToolConfig, callback: AnyToolFunction): RegisteredTool {
    refuseWithoutSubject(config, `tool '${name}'`);
    return this.tools.add(name, config, callback);
  }

  /**
   * Registers a resource, or with a `ResourceTemplate` a family of them.
   *
   * @throws AlreadyRegisteredError when the URI, or the family's name or template, is taken.
   */
  registerResource(
    name: string,
    uri: string,
    metadata: ResourceMetadata,
    callback: ReadResourceCallback,
  ): RegisteredResource;
  registerResource(
    name: string,
    template: ResourceTemplate,
    metadata: ResourceMetadata,
    callback: ReadResourceTemplateCallback,
  ): RegisteredResourceTemplate;
  registerResource(
    name: string,
    uriOrTemplate: string | ResourceTemplate,
    metadata: ResourceMetadata,
    callback: ReadResourceCallback | ReadResourceTemplateCallback,
  ): RegisteredResource | RegisteredResourceTemplate {
    refuseWithoutSubject(metadata, `resource '${name}'`);
    if (typeof uriOrTemplate === 'string') {
      return this.resources.add(name, uriOrTemplate, metadata, callback as ReadResourceCallback);
    }
    if (!isTemplate(uriOrTemplate)) {
      throw new TypeError(`resource '${name}': the second argument must be a URI or a ResourceTemplate`);
    }
    return this.resources.addTemplate(
      name,
      uriOrTemplate,
      metadata,
      callback as ReadResourceTemplateCallback,
    );
  }

  /**
   * Registers a prompt.
   *
   * @param callback `(args, ctx)` with `argsSchema`, `(ctx)` without.
   * @throws AlreadyRegisteredError when there is a prompt of this name.
   * @throws TypeError when the schema cannot be used.
   */
  registerPrompt(name: string, config: PromptConfig<undefined>, callback: PromptCallback): RegisteredPrompt;
  registerPrompt<const Args extends AnySchema>(
    name: string,
    config: PromptConfigWith<Args>,
    callback: PromptFunction<Args>,
  ): RegisteredPrompt;
  registerPrompt(name: string, config: PromptConfig, callback: AnyPromptFunction): RegisteredPrompt {
    refuseWithoutSubject(config, `prompt '${name}'`);
    return this.prompts.add(name, config, callback);
  }

  /** The JSON Schema that clients are told of a tool's arguments. */
  toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    return this.tools.inputSchemaJson(name);
  }

  /** Not yet: whatever is done with its `tasks` throws. */
  get experimental(): { tasks: NotYet } {
    return this.server.experimental;
  }

  // Registering, the older way

  /** @deprecated Use `registerTool`. */
  tool(name: string, callback: ToolCallback): RegisteredTool;
  /** @deprecated Use `registerTool`. */
  tool(name: string, description: string, callback: ToolCallback): RegisteredTool;
  /** @deprecated Use `registerTool`. */
  tool<Args extends ShapeInput>(
    name: string,
    shapeOrAnnotations: Args | ToolAnnotations,
    callback: ToolCallback<Args>,
  ): RegisteredTool;
  /** @deprecated Use `registerTool`. */
  tool<Args extends ShapeInput>(
    name: string,
    description: string,
    shapeOrAnnotations: Args | ToolAnnotations,
    callback: ToolCallback<Args>,
  ): RegisteredTool;
  /** @deprecated Use `registerTool`. */
  tool<Args extends ShapeInput>(
    name: string,
    shape: Args,
    annotations: ToolAnnotations,
    callback: ToolCallback<Args>,
  ): RegisteredTool;
  /** @deprecated Use `registerTool`. */
  tool<Args extends ShapeInput>(
    name: string,
    description: string,
    shape: Args,
    annotations: ToolAnnotations,
    callback: ToolCallback<Args>,
  ): RegisteredTool;
  tool(name: string, ...rest: unknown[]): RegisteredTool {
    const description = typeof rest[0] === 'string' ? (rest.shift() as string) : undefined;
    const callback = rest.pop() as AnyToolFunction;
    return this.tools.add(name, { description, ...shapeAndAnnotations(name, rest) }, callback);
  }

  /** @deprecated Use `registerResource`. */
  resource(name: string, uri: string, callback: ReadResourceCallback): RegisteredResource;
  /** @deprecated Use `registerResource`. */
  resource(
    name: string,
    uri: string,
    metadata: ResourceMetadata,
    callback: ReadResourceCallback,
  ): RegisteredResource;
  /** @deprecated Use `registerResource`. */
  resource(
    name: string,
    template: ResourceTemplate,
    callback: ReadResourceTemplateCallback,
  ): RegisteredResourceTemplate;
  /** @deprecated Use `registerResource`. */
  resource(
    name: string,
    template: ResourceTemplate,
    metadata: ResourceMetadata,
    callback: ReadResourceTemplateCallback,
  ): RegisteredResourceTemplate;
  resource(
    name: string,
    uriOrTemplate: string | ResourceTemplate,
    ...rest: unknown[]
  ): RegisteredResource | RegisteredResourceTemplate {
    const callback = rest.pop() as ReadResourceCallback;
    const metadata = (rest[0] ?? {}) as ResourceMetadata;
    return this.registerResource(name, uriOrTemplate as string, metadata, callback);
  }

  /** @deprecated Use `registerPrompt`. */
  prompt(name: string, callback: PromptCallback): RegisteredPrompt;
  /** @deprecated Use `registerPrompt`. */
  prompt(name: string, description: string, callback: PromptCallback): RegisteredPrompt;
  /** @deprecated Use `registerPrompt`. */
  prompt<Args extends ShapeInput>(
    name: string,
    argsSchema: Args,
    callback: PromptCallback<Args>,
  ): RegisteredPrompt;
  /** @deprecated Use `registerPrompt`. */
  prompt<Args extends ShapeInput>(
    name: string,
    description: string,
    argsSchema: Args,
    callback: PromptCallback<Args>,
  ): RegisteredPrompt;
  prompt(name: string, ...rest: unknown[]): RegisteredPrompt {
    const description = typeof rest[0] === 'string' ? (rest.shift() as string) : undefined;
    const callback = rest.pop() as AnyPromptFunction;
    const argsSchema = rest[0] as AnySchema | undefined;
    return this.prompts.add(name, { description, argsSchema }, callback);
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

/** What stands between a description and the callback: a shape, annotations, or both in this order. */
function shapeAndAnnotations(name: string, between: unknown[]): ToolConfig {
  const [first, second] = between;
  if (between.length === 0) return {};
  if (between.length > 2) throw new TypeError(`tool '${name}': too many arguments`);
  if (isSchema(first)) {
    throw new TypeError(`tool '${name}': a whole schema needs registerTool(name, { inputSchema }, callback)`);
  }
  if (isRawShape(first)) {
    return { inputSchema: first as ShapeInput, annotations: second as ToolAnnotations | undefined };
  }
  if (typeof first !== 'object' || first === null || second !== undefined) {
    throw new TypeError(`tool '${name}': expected a shape of schemas or annotations before the callback`);
  }
  if (Object.values(first).some((value) => typeof value === 'object' && value !== null)) {
    throw new TypeError(
      `tool '${name}': expected a shape of schemas or annotations, but an object has objects inside`,
    );
  }
  return { annotations: first as ToolAnnotations };
}
