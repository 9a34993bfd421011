// What is registered with an `McpServer`, and how: by today's methods and by the older ones.

import { type AnySchema, isRawShape, isSchema, type ShapeInput } from '../arguments/schemas.js';
import type { ScopeChallengeHandler } from '../authentication/scopes.js';
import { ENGINE, type Engine, type Servable } from '../engine/engine.js';
import { translated } from '../engine/errors.js';
import type { MountOptions } from '../engine/mounts.js';
import type { Transform } from '../engine/native.js';
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
import { addSkills, describedSkill, type SkillConfig, type SkillFolderOptions } from '../offers/skills.js';
import {
  type AnyToolFunction,
  type RegisteredTool,
  type ToolCallback,
  type ToolConfig,
  type ToolConfigWith,
  type ToolFunction,
  Tools,
} from '../offers/tools.js';
import { Predicates, type VisibleItem, type VisiblePredicate } from '../offers/visible.js';
import type { ToolAnnotations } from '../types/tools.js';
import { type McpServerOptions, mostElements } from './options.js';

export type { MountOptions } from '../engine/mounts.js';
export type { VisibleItem, VisiblePredicate } from '../offers/visible.js';

/** What tools, resources and prompts are registered with. Not for direct use. */
export abstract class Registering {
  private readonly tools: Tools;
  private readonly prompts: Prompts;
  private readonly resources: Resources;
  private readonly predicates: Predicates;

  protected constructor(
    private readonly engine: Engine,
    options: McpServerOptions,
  ) {
    engine.hasRegistry = true;
    if (options.transforms !== undefined) engine.transform(options.transforms);
    const onCompletable = (): void => completions.offer();
    this.tools = new Tools(engine, mostElements(options), options.strictInputValidation === true);
    this.prompts = new Prompts(engine, onCompletable);
    this.resources = new Resources(engine, onCompletable, options.resourceSecurity);
    const completions = new Completions(engine, this.prompts, this.resources);
    this.predicates = new Predicates(engine);
  }

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
   * Serves the skills in folders: every folder with a `SKILL.md`, at its path from there on. A folder that is a skill itself is
   * the only one. Files are read now. Nothing else can be reached: links are refused, and what begins with a dot is left out.
   *
   * @param folders Where they are.
   * @throws InvalidDescriptorError when a folder is not there, or one below it cannot be a skill: the message names it, and says
   *   what to do.
   * @throws AlreadyRegisteredError when there is a resource with the URI of a file.
   */
  addSkills(folders: string | readonly string[], options: SkillFolderOptions = {}): void {
    const list = typeof folders === 'string' ? [folders] : [...folders];
    addSkills(this.engine, { folders: list, ...options });
  }

  /**
   * Serves a skill that is made in code, at `skill://{path}/SKILL.md`.
   *
   * @throws InvalidDescriptorError when it cannot be a skill, or its path cannot be one.
   * @throws AlreadyRegisteredError when there is a resource with the URI of one of its files.
   */
  addSkill(skill: SkillConfig): void {
    addSkills(this.engine, describedSkill(skill));
  }

  /**
   * Reads the folders of skills anew. Clients that listen are told where `resources/list` changed.
   *
   * @throws InvalidDescriptorError when one cannot be a skill any more; what was served before is served on.
   */
  refreshSkills(): void {
    translated(() => this.engine.native.refreshSkills());
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
    return this.prompts.add(name, config, callback);
  }

  /**
   * Has the offers become something else before clients see them, after what was added before: `toolSearch(…)`,
   * `resultBudget(…)`, `inlineReferences(…)`. Clients are told that lists have changed.
   *
   * @throws ConfigurationError, or another OxmcpError, when it cannot be used.
   */
  addTransform(transform: Transform): void {
    this.engine.transform([transform]);
  }

  /** What a request asks for beside what its caller has, by the `scopeChallenge` of the tool, prompt or resource it is for. */
  readonly resolveScopeChallenge: ScopeChallengeHandler = (context) => {
    const { name, uri } = (context.request.params ?? {}) as { name?: unknown; uri?: unknown };
    const offers = {
      'tools/call': this.tools,
      'prompts/get': this.prompts,
      'resources/read': this.resources,
    };
    const { method } = context.request;
    const of = Object.hasOwn(offers, method) ? offers[method as keyof typeof offers] : undefined;
    const key = of === this.resources ? uri : name;
    return typeof key === 'string' ? of?.challengeOf(key)?.(context) : undefined;
  };

  /** The JSON Schema that clients are told of a tool's arguments. */
  toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    return this.tools.inputSchemaJson(name);
  }

  /**
   * Asks `predicate(item, ctx)` for each request what its caller may see: of lists every item, of calls the one that is called. What
   * may not be seen is not listed, not found by a search, and unknown when called. What mounted servers offer is asked of, too, and
   * their own predicates count as well; of several all have to say yes. Where one throws, the request fails.
   *
   * @param kinds Of what it is asked; of everything when absent.
   * @throws ConfigurationError when there is no such kind.
   */
  visibleIf(predicate: VisiblePredicate, kinds?: readonly VisibleItem['kind'][]): void {
    this.predicates.add(predicate, kinds);
  }

  // Servers in servers

  /**
   * Offers what another server offers, now and whenever that changes, behind what is registered here. Names become
   * `namespace_name`, URIs `scheme://namespace/rest`; without a namespace they stay. Where several have something of one name, the
   * server's own is offered, then that of the one mounted first. Clients of this server are told of changes there. The other's
   * functions run where this server is served.
   *
   * @throws ConfigurationError when it is this server, or offers what this one offers (a circle), or is mounted here already, or the
   *   namespace cannot be part of a URI.
   * @throws TypeError when it has no registered tools, resources and prompts.
   */
  mount(server: Registering, options: MountOptions = {}): void {
    this.engine.mounts.mount(engineOf(server), options);
  }

  /** Offers no longer what a mounted server offers. Returns whether it was mounted. */
  unmount(server: Registering): boolean {
    return this.engine.mounts.unmount(engineOf(server));
  }

  /**
   * Offers what another server offers now; what becomes of that later is not seen here. Otherwise as `mount`.
   *
   * @throws ConfigurationError when it is this server, or the namespace cannot be part of a URI.
   * @throws TypeError when it has no registered tools, resources and prompts.
   */
  importServer(server: Registering, options: MountOptions = {}): void {
    this.engine.mounts.importFrom(engineOf(server), options);
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

function engineOf(server: unknown): Engine {
  const engine = (server as Partial<Servable> | null | undefined)?.[ENGINE];
  if (engine?.hasRegistry === true) return engine;
  throw new TypeError(
    'only an McpServer of this package can be mounted: it has registered tools, resources and prompts',
  );
}
