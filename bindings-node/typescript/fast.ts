// `FastMCP`: the way of npm's fastmcp to write a server, on this engine.

import { EventEmitter } from 'node:events';
import type { AnySchema } from './arguments/schemas.js';
import { ENGINE } from './engine/engine.js';
import { ConfigurationError } from './engine/errors.js';
import { refusing } from './engine/not_yet.js';
import type { FastMCPSessionAuth } from './fast/access.js';
import { Guests } from './fast/guests.js';
import type {
  Prompt,
  PromptArgument,
  Resource,
  ResourceTemplate,
  ResourceTemplateArgument,
  Tool,
} from './fast/offers.js';
import { chosen, type ServerOptions, type StartOptions } from './fast/options.js';
import { readWithin } from './fast/reading.js';
import { refuseForeign } from './fast/refusing.js';
import { registerPrompt, registerResource, registerTemplate, registerTool } from './fast/registration.js';
import { Registry } from './fast/registry.js';
import type { FastMCPSession } from './fast/sessions.js';
import type { Listening, Transport } from './server/index.js';
import { McpServer } from './server/mcp.js';
import { StdioServerTransport } from './serving/stdio/stdio_transport.js';
import type { BlobResourceContents, TextResourceContents } from './types.js';

export {
  OxmcpError as FastMCPError,
  OxmcpError as SessionError,
  UserError,
  UserError as UnexpectedStateError,
} from './engine/errors.js';
export type { CorsOptions } from './engine/http_options.js';
export * from './fast/access.js';
export {
  type LoadContext,
  type Log,
  type Progress,
  type SerializableValue,
  ToolContext as Context,
} from './fast/context.js';
export {
  AuthProvider,
  type AuthProviderConfig,
  AzureProvider,
  type AzureProviderConfig,
  type AzureSession,
  DiscoveryDocumentCache,
  type FastMCPRequest,
  type FastMCPResponse,
  type GenericOAuthProviderConfig,
  GitHubProvider,
  type GitHubSession,
  GoogleProvider,
  type GoogleSession,
  OAuthProvider,
  type OAuthSession,
  type RouteHandler,
  type RouteOptions,
  type SSEServer,
} from './fast/later.js';
export { audioContent, imageContent, MEDIA_FETCH_TIMEOUT_MS, type MediaContentInput } from './fast/media.js';
export type {
  ArgumentValueCompleter,
  Completer,
  Completion,
  HTTPMethod,
  JsonSchemaObject,
  JsonSchemaStandardSchema,
  Prompt,
  Prompt as InputPrompt,
  PromptArgument,
  PromptArgument as InputPromptArgument,
  Resource,
  ResourceResult,
  ResourceTemplate,
  ResourceTemplateArgument,
  Tool,
  ToolParameters,
} from './fast/offers.js';
export type { HttpStreamOptions, Logger, ServerOptions, StartOptions } from './fast/options.js';
export { type FastMCPEvents, FastMCPSession, type FastMCPSessionEvents } from './fast/sessions.js';
export type {
  AudioContent,
  CallToolResult as ContentResult,
  ContentBlock as Content,
  EmbeddedResource as ResourceContent,
  Icon,
  ImageContent,
  LoggingLevel,
  ResourceLink,
  TextContent,
} from './types.js';

/** Whether a server serves. */
export enum ServerState {
  Error = 'error',
  Running = 'running',
  Stopped = 'stopped',
}

/** Plain JSON Schema is accepted wherever a schema is: this returns what it was given. */
export const jsonSchemaAdapter = <S extends object>(schema: S): S => schema;

/**
 * A server of tools, resources and prompts.
 *
 * ```ts
 * const server = new FastMCP({ name: 'demo', version: '1.0.0' });
 * server.addTool({
 *   name: 'add',
 *   parameters: z.object({ a: z.number(), b: z.number() }),
 *   execute: async ({ a, b }) => String(a + b),
 * });
 * await server.start({ transportType: 'stdio' });
 * ```
 */
export class FastMCP<T extends FastMCPSessionAuth = FastMCPSessionAuth> extends EventEmitter {
  readonly options: ServerOptions<T>;
  readonly #server: McpServer;
  readonly #registry: Registry;
  readonly #guests: Guests<T>;
  #listening: Listening | undefined;
  #state = ServerState.Stopped;

  /** @throws ConfigurationError for an option that cannot be honoured */
  constructor(options: ServerOptions<T>) {
    super();
    refuseForeign('server', options, 'FastMCP');
    this.options = options;
    this.#server = this.#newServer();
    this.#registry = new Registry(this.#server);
    this.#guests = new Guests<T>(this, options);
    this.#guests.watch(this.#server);
  }

  #newServer(): McpServer {
    const {
      name,
      version,
      title,
      icons,
      websiteUrl,
      instructions,
      transforms,
      logger = console,
    } = this.options;
    const server = new McpServer(
      { name, version, title, icons, websiteUrl },
      { instructions, transforms, capabilities: { logging: {} } },
    );
    // The logger hears of failures, which is the console unless told otherwise.
    server[ENGINE].logsFailures = false;
    server.onerror = (error) => logger.error(error);
    return server;
  }

  /** The clients that hold a connection or a session. */
  get sessions(): FastMCPSession<T>[] {
    return this.#guests.all;
  }

  /** Whether it was started, and not stopped since. */
  get serverState(): ServerState {
    return this.#state;
  }

  /** Where clients find it, while it serves HTTP. */
  get url(): string | undefined {
    return this.#listening?.url;
  }

  // What it offers. What has a name that is taken takes its place.

  /**
   * Offers a tool.
   *
   * @throws TypeError when a schema cannot be used; the message names the tool and the place
   */
  addTool<Params extends AnySchema | undefined = undefined, Output extends AnySchema | undefined = undefined>(
    tool: Tool<T, Params, Output>,
  ): void {
    this.#registry.replace('tool', tool.name, (server, auth) =>
      registerTool(server, auth, tool as unknown as Tool, this.options.onToolCall),
    );
  }

  /** See `addTool`. */
  addTools<const Params extends readonly (AnySchema | undefined)[]>(
    tools: {
      [K in keyof Params]: Tool<T, Params[K]>;
    },
  ): void {
    for (const tool of tools) this.addTool(tool);
  }

  removeTool(name: string): void {
    this.#registry.remove('tool', name);
  }

  removeTools(names: readonly string[]): void {
    for (const name of names) this.removeTool(name);
  }

  /** Offers a resource. */
  addResource(resource: Resource<T>): void {
    this.#registry.replace('resource', resource.uri, (server, auth) =>
      registerResource(server, auth, resource as unknown as Resource),
    );
  }

  /** See `addResource`. */
  addResources(resources: readonly Resource<T>[]): void {
    for (const resource of resources) this.addResource(resource);
  }

  /** Takes a resource away, by its URI. */
  removeResource(uri: string): void {
    this.#registry.remove('resource', uri);
  }

  removeResources(uris: readonly string[]): void {
    for (const uri of uris) this.removeResource(uri);
  }

  /** Offers a family of resources. */
  addResourceTemplate<const Args extends readonly ResourceTemplateArgument<T>[]>(
    template: ResourceTemplate<T, Args>,
  ): void {
    this.#registry.replace('template', template.uriTemplate, (server, auth) =>
      registerTemplate(server, auth, template as unknown as ResourceTemplate),
    );
  }

  /** See `addResourceTemplate`. */
  addResourceTemplates<const Args extends readonly ResourceTemplateArgument<T>[]>(
    templates: readonly ResourceTemplate<T, Args>[],
  ): void {
    for (const template of templates) this.addResourceTemplate(template);
  }

  /** Takes a family of resources away, by its URI template. */
  removeResourceTemplate(uriTemplate: string): void {
    this.#registry.remove('template', uriTemplate);
  }

  removeResourceTemplates(uriTemplates: readonly string[]): void {
    for (const uriTemplate of uriTemplates) this.removeResourceTemplate(uriTemplate);
  }

  /** Offers a prompt. */
  addPrompt<const Args extends readonly PromptArgument<T>[]>(prompt: Prompt<T, Args>): void {
    this.#registry.replace('prompt', prompt.name, (server, auth) =>
      registerPrompt(server, auth, prompt as unknown as Prompt),
    );
  }

  /** See `addPrompt`. */
  addPrompts<const Args extends readonly PromptArgument<T>[]>(prompts: readonly Prompt<T, Args>[]): void {
    for (const prompt of prompts) this.addPrompt(prompt);
  }

  removePrompt(name: string): void {
    this.#registry.remove('prompt', name);
  }

  removePrompts(names: readonly string[]): void {
    for (const name of names) this.removePrompt(name);
  }

  /**
   * The contents of a resource of this server, to be embedded in a result: `{type: 'resource', resource: await …}`.
   *
   * @throws NotFoundError when there is no such resource, or reading it failed
   */
  async embedded(uri: string): Promise<TextResourceContents | BlobResourceContents> {
    return readWithin(this.#server, uri);
  }

  /** Tells all who subscribed to a resource that its contents changed. */
  sendResourceUpdated(uri: string): Promise<void> {
    return this.#server.sendResourceUpdated({ uri });
  }

  // Serving

  /**
   * Starts to serve, and returns when it does. Stdio is the default.
   *
   * @throws ConfigurationError for an option that cannot be honoured; TransportError when the address cannot be had
   */
  async start(options: StartOptions = {}): Promise<void> {
    if (this.#state === ServerState.Running) throw new ConfigurationError('the server is started already');
    try {
      const choice = chosen(options, process.argv, process.env);
      if (choice === 'stdio') {
        await this.#guests.connect(this.#server, new StdioServerTransport(), undefined);
      } else {
        const { enabled = false, intervalMs = 20_000 } = this.options.streamKeepalive ?? {};
        const keepAlive = enabled ? { keepAliveSeconds: Math.max(1, Math.round(intervalMs / 1000)) } : {};
        const { enabled: isAnswered = true, ...said } = this.options.health ?? {};
        const health = isAnswered ? { health: { message: '✓ Ok', ...said } } : {};
        this.#listening = await this.#server.listen({ ...choice, ...keepAlive, ...health });
        this.#guests.watchEnds(this.#server);
        (this.options.logger ?? console).info(`${this.options.name} is served at ${this.#listening.url}`);
      }
      this.#state = ServerState.Running;
    } catch (error) {
      this.#state = ServerState.Error;
      throw error;
    }
  }

  /** Stops: over HTTP what runs may finish first. It may be started again. */
  async stop(): Promise<void> {
    const listening = this.#listening;
    this.#listening = undefined;
    this.#state = ServerState.Stopped;
    await listening?.close();
    await this.#guests.close();
    await this.#server.close();
  }

  /**
   * Serves a transport of one's own making; for tests, one end of a linked pair.
   *
   * @param auth Who the client is: what `canAccess`, `load` and `context.session` are told.
   */
  async connect(transport: Transport, auth?: T): Promise<FastMCPSession<T>> {
    if (auth === undefined || auth === null) return this.#guests.connect(this.#server, transport, undefined);
    const server = this.#newServer();
    const leave = this.#registry.open(server, auth);
    this.#guests.watch(server);
    return this.#guests.connect(server, transport, auth, leave);
  }

  /** @internal */
  get getApp(): () => never {
    return refusing('FastMCP.getApp', 'mount the server in an app of yours');
  }
}
