// `FastMCP`: the way of npm's fastmcp to write a server, on this engine.

import type { AnySchema } from './arguments/schemas.js';
import { ConfigurationError } from './engine/errors.js';
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
import { missing, refuseAsking, refuseForeign } from './fast/refusing.js';
import {
  type Registered,
  registerPrompt,
  registerResource,
  registerTemplate,
  registerTool,
} from './fast/registration.js';
import type { Listening, Transport } from './server/index.js';
import { McpServer } from './server/mcp.js';
import { StdioServerTransport } from './serving/stdio/stdio_transport.js';
import type { BlobResourceContents, TextResourceContents } from './types.js';

export { OxmcpError as FastMCPError, UserError } from './engine/errors.js';
export {
  type LoadContext,
  type Log,
  type Progress,
  type SerializableValue,
  ToolContext as Context,
} from './fast/context.js';
export { audioContent, imageContent, MEDIA_FETCH_TIMEOUT_MS, type MediaContentInput } from './fast/media.js';
export type {
  ArgumentValueCompleter,
  Completer,
  Completion,
  Prompt,
  PromptArgument,
  Resource,
  ResourceResult,
  ResourceTemplate,
  ResourceTemplateArgument,
  Tool,
} from './fast/offers.js';
export type { HttpStreamOptions, Logger, ServerOptions, StartOptions } from './fast/options.js';
export type {
  AudioContent,
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

const SESSIONS = 'one server object serves all sessions';

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
export class FastMCP {
  readonly options: ServerOptions;
  readonly #server: McpServer;
  readonly #tools = new Map<string, Entry>();
  readonly #resources = new Map<string, Entry>();
  readonly #templates = new Map<string, Entry>();
  readonly #prompts = new Map<string, Entry>();
  #listening: Listening | undefined;
  #state = ServerState.Stopped;

  /** @throws ConfigurationError for an option that cannot be honoured */
  constructor(options: ServerOptions) {
    refuseForeign('server', options, 'FastMCP');
    refuseAsking(options);
    this.options = options;
    const { name, version, title, icons, websiteUrl, instructions } = options;
    this.#server = new McpServer(
      { name, version, title, icons, websiteUrl },
      { instructions, capabilities: { logging: {} } },
    );
    this.#server.onerror = (error) => (options.logger ?? console).error(error);
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
    tool: Tool<Params, Output>,
  ): void {
    replace(this.#tools, tool.name, () => registerTool(this.#server, tool as Tool, this.options.onToolCall));
  }

  /** See `addTool`. */
  addTools<const Params extends readonly (AnySchema | undefined)[]>(
    tools: {
      [K in keyof Params]: Tool<Params[K]>;
    },
  ): void {
    for (const tool of tools) this.addTool(tool);
  }

  removeTool(name: string): void {
    remove(this.#tools, name);
  }

  removeTools(names: readonly string[]): void {
    for (const name of names) this.removeTool(name);
  }

  /** Offers a resource. */
  addResource(resource: Resource): void {
    replace(this.#resources, resource.uri, () => registerResource(this.#server, resource));
  }

  /** See `addResource`. */
  addResources(resources: readonly Resource[]): void {
    for (const resource of resources) this.addResource(resource);
  }

  /** Takes a resource away, by its URI. */
  removeResource(uri: string): void {
    remove(this.#resources, uri);
  }

  removeResources(uris: readonly string[]): void {
    for (const uri of uris) this.removeResource(uri);
  }

  /** Offers a family of resources. */
  addResourceTemplate<const Args extends readonly ResourceTemplateArgument[]>(
    template: ResourceTemplate<Args>,
  ): void {
    replace(this.#templates, template.uriTemplate, () =>
      registerTemplate(this.#server, template as unknown as ResourceTemplate),
    );
  }

  /** See `addResourceTemplate`. */
  addResourceTemplates<const Args extends readonly ResourceTemplateArgument[]>(
    templates: readonly ResourceTemplate<Args>[],
  ): void {
    for (const template of templates) this.addResourceTemplate(template);
  }

  /** Takes a family of resources away, by its URI template. */
  removeResourceTemplate(uriTemplate: string): void {
    remove(this.#templates, uriTemplate);
  }

  removeResourceTemplates(uriTemplates: readonly string[]): void {
    for (const uriTemplate of uriTemplates) this.removeResourceTemplate(uriTemplate);
  }

  /** Offers a prompt. */
  addPrompt<const Args extends readonly PromptArgument[]>(prompt: Prompt<Args>): void {
    replace(this.#prompts, prompt.name, () => registerPrompt(this.#server, prompt as unknown as Prompt));
  }

  /** See `addPrompt`. */
  addPrompts<const Args extends readonly PromptArgument[]>(prompts: readonly Prompt<Args>[]): void {
    for (const prompt of prompts) this.addPrompt(prompt);
  }

  removePrompt(name: string): void {
    remove(this.#prompts, name);
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
        await this.#server.connect(new StdioServerTransport());
      } else {
        const { enabled = false, intervalMs = 20_000 } = this.options.streamKeepalive ?? {};
        const keepAlive = enabled ? { keepAliveSeconds: Math.max(1, Math.round(intervalMs / 1000)) } : {};
        this.#listening = await this.#server.listen({ ...choice, ...keepAlive });
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
    await this.#server.close();
  }

  /** Serves a transport of one's own making; for tests, one end of a linked pair. */
  connect(transport: Transport): Promise<void> {
    return this.#server.connect(transport);
  }

  /** @internal */
  get on(): () => never {
    return missing('FastMCP.on', SESSIONS);
  }

  /** @internal */
  get sessions(): never {
    return missing('FastMCP.sessions', SESSIONS)();
  }

  /** @internal */
  get getApp(): () => never {
    return missing(
      'FastMCP.getApp',
      'the listener answers the endpoint only; mount the server in an app of yours',
    );
  }
}

/** What was registered, and how. */
interface Entry {
  registered: Registered;
  register(): Registered;
}

/** Puts something in the place of what has its name; if it cannot be registered, that stays. */
function replace(entries: Map<string, Entry>, key: string, register: () => Registered): void {
  const before = entries.get(key);
  remove(entries, key);
  try {
    entries.set(key, { register, registered: register() });
  } catch (error) {
    if (before !== undefined) entries.set(key, { ...before, registered: before.register() });
    throw error;
  }
}

function remove(entries: Map<string, Entry>, key: string): void {
  entries.get(key)?.registered.remove();
  entries.delete(key);
}
