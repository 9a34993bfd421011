// Resources and resource templates: what can be read, and what callers are told of it.

import { isObject } from '../answers/content.js';
import { encode } from '../answers/encoding.js';
import { writeResource } from '../answers/resource_results.js';
import { respond } from '../answers/settling.js';
import { Context } from '../calls/context.js';
import type { Call } from '../engine/call.js';
import type { Engine } from '../engine/engine.js';
import { AlreadyRegisteredError, InvalidResultError, translated } from '../engine/errors.js';
import type { Run } from '../engine/event_loop.js';
import { native } from '../engine/native.js';
import type { Resource } from '../types/resources.js';
import { markedOf, metaOf, warnOfUnknownResourceHints } from './annotations.js';
import { challenging, type ScopeChallengeHandler } from './challenges.js';
import {
  RegisteredResource,
  RegisteredResourceTemplate,
  type ResourceState,
  type TemplateState,
} from './resource_handles.js';
import type {
  CompleteResourceTemplateCallback,
  ReadResourceCallback,
  ReadResourceTemplateCallback,
  ResourceMetadata,
  ResourceSecurity,
  ResourceTemplate,
  Variables,
} from './resource_templates.js';
import { keyOf, urlOf } from './uri.js';

/** The resources and resource templates of a server. */
export class Resources {
  /** By the spelling of the URI that stands for all. */
  private readonly resources = new Map<string, RegisteredResource>();
  /** By name. */
  private readonly templates = new Map<string, RegisteredResourceTemplate>();
  private listsItself = false;

  constructor(
    private readonly engine: Engine,
    /** Told when a template with completers is offered. */
    private readonly onCompletable: () => void,
    /** For templates that do not say. */
    private readonly security: ResourceSecurity | undefined,
  ) {}

  /**
   * Registers a resource.
   *
   * @throws AlreadyRegisteredError when there is one at this URI, in whichever spelling.
   * @throws TypeError when it is no URL.
   */
  add(
    name: string,
    uri: string,
    metadata: ResourceMetadata,
    callback: ReadResourceCallback,
  ): RegisteredResource {
    checkCallback(callback, `resource '${name}'`);
    const key = keyOf(name, uri);
    this.refuseTaken(key, uri);
    warnOfUnknownResourceHints(`resource '${name}'`, metadata.annotations);
    const resource = new RegisteredResource(this, { name, uri, key, metadata, callback });
    this.offer(resource, resource.current, undefined);
    return resource;
  }

  /**
   * Registers a family of resources.
   *
   * @throws AlreadyRegisteredError when there is one of this name, or with this template.
   */
  addTemplate(
    name: string,
    template: ResourceTemplate,
    metadata: ResourceMetadata,
    callback: ReadResourceTemplateCallback,
  ): RegisteredResourceTemplate {
    checkCallback(callback, `resource template '${name}'`);
    this.refuseTakenName(name);
    const key = native.legalTemplate(template.uriTemplate.toString());
    warnOfUnknownResourceHints(`resource template '${name}'`, metadata.annotations);
    const registered = new RegisteredResourceTemplate(this, { name, key, template, metadata, callback });
    this.offerTemplate(registered.current, false);
    this.templates.set(name, registered);
    this.decideWhoLists();
    return registered;
  }

  /** What the resource at a URI, or the family it belongs to, asks for, if it asks for anything. */
  challengeOf(uri: string): ScopeChallengeHandler | undefined {
    const resource = URL.canParse(uri) ? this.resources.get(keyOf(uri, uri)) : undefined;
    if (resource !== undefined) return resource.enabled ? resource.scopeChallenge : undefined;
    const family = [...this.templates.values()].find(
      ({ resourceTemplate }) => resourceTemplate.uriTemplate.match(uri) !== null,
    );
    return family?.enabled ? family.scopeChallenge : undefined;
  }

  /** The completer of a template's variable, if there is one. */
  completer(uriTemplate: string, variable: string): CompleteResourceTemplateCallback | undefined {
    for (const { current, enabled } of this.templates.values()) {
      if (enabled && current.key === uriTemplate) {
        return current.template.completeCallback(variable);
      }
    }
    return undefined;
  }

  /** @internal Tells the engine. */
  offer(resource: RegisteredResource, next: ResourceState, before: ResourceState | undefined): void {
    const engine = this.engine.native;
    const moves = before?.key !== next.key;
    const descriptor = encode(resourceDescriptor(next), `resource '${next.name}'`);
    const slot = this.engine.slot(challenged(readRun(next, this.engine), next));
    translated(() => engine.addResource(descriptor, slot, !moves));
    if (moves && !resource.enabled) engine.setEnabled('resource', next.key, false);
    if (moves && before !== undefined) {
      this.engine.remove('resource', before.key);
      this.resources.delete(before.key);
    }
    this.engine.note('resources', next.callback.length > 1);
    this.resources.set(next.key, resource);
  }

  /** @internal */
  withdraw({ current }: RegisteredResource): void {
    this.resources.delete(current.key);
    this.engine.remove('resource', current.key);
  }

  /** @internal */
  setEnabled({ current }: RegisteredResource, enabled: boolean): void {
    this.engine.native.setEnabled('resource', current.key, enabled);
  }

  /** @internal Tells the engine. */
  offerTemplate(state: TemplateState, replace: boolean): void {
    const { template, metadata } = state;
    const { cacheHint, replayable = false } = metadata;
    const { size: _size, ...told } = toldOf(metadata);
    const what = `resource template '${state.name}'`;
    const security = template.security ?? this.security;
    const descriptor = encode(
      {
        ...told,
        uriTemplate: template.uriTemplate.toString(),
        name: state.name,
        _meta: metaOf(metadata),
        oxmcp: { ...cacheHint, replayable, ...markedOf(metadata, what), security },
      },
      what,
    );
    const slot = this.engine.slot(challenged(readTemplateRun(state, this.engine), state));
    translated(() => this.engine.native.addResourceTemplate(descriptor, slot, replace));
    this.engine.note('resources', state.callback.length > 2);
    if (template.completes) this.onCompletable();
  }

  /** @internal */
  exchangeTemplate(registered: RegisteredResourceTemplate, before: TemplateState, next: TemplateState): void {
    const [from, to] = [before.key, next.key];
    if (next.name !== before.name) this.refuseTakenName(next.name);
    this.offerTemplate(next, from === to);
    if (from !== to) {
      if (!registered.enabled) this.engine.native.setEnabled('resource_template', to, false);
      this.engine.remove('resource_template', from);
    }
    this.templates.delete(before.name);
    this.templates.set(next.name, registered);
    this.decideWhoLists();
  }

  /** @internal */
  withdrawTemplate(state: TemplateState): void {
    this.templates.delete(state.name);
    this.engine.remove('resource_template', state.key);
    this.decideWhoLists();
  }

  /** @internal */
  setTemplateEnabled(state: TemplateState, enabled: boolean): void {
    this.engine.native.setEnabled('resource_template', state.key, enabled);
  }

  /** @internal */
  refuseTaken(key: string, uri: string): void {
    if (this.resources.has(key)) throw new AlreadyRegisteredError(`Resource ${uri} is already registered`);
  }

  private refuseTakenName(name: string): void {
    if (this.templates.has(name)) {
      throw new AlreadyRegisteredError(`Resource template ${name} is already registered`);
    }
  }

  /** The engine lists what is registered with it, and behind that what templates list themselves. */
  private decideWhoLists(): void {
    const wanted = [...this.templates.values()].some(
      ({ current }) => current.template.listCallback !== undefined,
    );
    if (wanted === this.listsItself) return;
    this.listsItself = wanted;
    this.engine.listFurther(wanted ? (call) => this.list(call) : null);
  }

  private list(call: Call): void {
    respond(
      call,
      () => this.listed(new Context(call, this.engine.native)),
      (_call, resources) => {
        call.completeWhole(encode({ resources }, 'result'));
      },
    );
  }

  /** What templates list. */
  private async listed(ctx: Context): Promise<unknown[]> {
    const lists = [...this.templates.values()]
      .filter(({ current, enabled }) => enabled && current.template.listCallback !== undefined)
      .map(async ({ current }) => {
        const result: unknown = await current.template.listCallback?.(ctx);
        if (!isObject(result) || !Array.isArray(result.resources)) {
          const whose = `the list of resource template '${current.name}'`;
          throw new InvalidResultError(`${whose}: must be an object with an array of resources`);
        }
        const told = toldOf(current.metadata);
        return result.resources.map((entry) => ({ ...told, ...(entry as object) }));
      });
    return (await Promise.all(lists)).flat();
  }
}

function checkCallback(callback: unknown, what: string): void {
  if (typeof callback !== 'function') throw new TypeError(`${what}: the callback must be a function`);
}

/** What of it callers are told as it is. */
function toldOf(metadata: ResourceMetadata): Omit<Resource, 'uri' | 'name'> {
  const { cacheHint: _1, replayable: _2, tags: _3, scopeChallenge: _4, ...asking } = metadata;
  const { requiredScopes: _5, roles: _6, ...told } = asking;
  return told;
}

/** What callers are told of a resource. */
function listed(state: ResourceState): object {
  return {
    ...toldOf(state.metadata),
    _meta: metaOf(state.metadata),
    uri: native.legalUri(state.uri),
    name: state.name,
  };
}

function resourceDescriptor(state: ResourceState): object {
  const { cacheHint, replayable = false } = state.metadata;
  const marked = markedOf(state.metadata, `resource '${state.name}'`);
  return { ...listed(state), oxmcp: { ...cacheHint, replayable, ...marked } };
}

function challenged(run: Run, { metadata }: ResourceState | TemplateState): Run {
  return challenging(run, metadata.scopeChallenge, 'resources/read', (_args, uri) => ({ uri }));
}

function readRun(state: ResourceState, engine: Engine): Run {
  const { callback, metadata } = state;
  return (call) => {
    const uri = call.caller.target;
    respond(
      call,
      () => callback(urlOf(uri), new Context(call, engine.native)),
      (_call, value) => writeResource(call, value, uri, metadata),
    );
  };
}

function readTemplateRun(state: TemplateState, engine: Engine): Run {
  const { callback, metadata } = state;
  return (call, variables) => {
    const uri = call.caller.target;
    respond(
      call,
      () => callback(urlOf(uri), variables as Variables, new Context(call, engine.native)),
      (_call, value) => writeResource(call, value, uri, metadata),
    );
  };
}
