// Resources and resource templates: what can be read, and what callers are told of it.

import { isObject } from '../answers/content.js';
import { encode } from '../answers/encoding.js';
import { writeResource } from '../answers/results.js';
import { respond } from '../answers/settling.js';
import { Context } from '../calls/context.js';
import type { Call } from '../engine/call.js';
import type { Engine } from '../engine/engine.js';
import {
  AlreadyRegisteredError,
  InvalidArgumentsError,
  InvalidResultError,
  translated,
} from '../engine/errors.js';
import type { Run } from '../engine/event_loop.js';
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
  ResourceTemplate,
  Variables,
} from './resource_templates.js';
import { spellings } from './uri.js';

/** The resources and resource templates of a server. */
export class Resources {
  /** By URI, as registered. */
  private readonly resources = new Map<string, RegisteredResource>();
  /** By name. */
  private readonly templates = new Map<string, RegisteredResourceTemplate>();
  /** Whose every spelling is, in the engine. */
  private readonly owners = new Map<string, RegisteredResource>();
  private listsItself = false;

  constructor(
    private readonly engine: Engine,
    /** Told when a template with completers is offered. */
    private readonly onCompletable: () => void,
  ) {}

  /**
   * Registers a resource.
   *
   * @throws AlreadyRegisteredError when there is one at this URI.
   */
  add(
    name: string,
    uri: string,
    metadata: ResourceMetadata,
    callback: ReadResourceCallback,
  ): RegisteredResource {
    checkCallback(callback, `resource '${name}'`);
    this.refuseTaken(uri);
    const resource = new RegisteredResource(this, { name, uri, keys: spellings(uri), metadata, callback });
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
    const registered = new RegisteredResourceTemplate(this, { name, template, metadata, callback });
    this.offerTemplate(registered.current, false);
    this.templates.set(name, registered);
    this.decideWhoLists();
    return registered;
  }

  /** The completer of a template's variable, if there is one. */
  completer(uriTemplate: string, variable: string): CompleteResourceTemplateCallback | undefined {
    for (const { current, enabled } of this.templates.values()) {
      if (enabled && current.template.uriTemplate.toString() === uriTemplate) {
        return current.template.completeCallback(variable);
      }
    }
    return undefined;
  }

  /** @internal Tells the engine: all spellings of `next`, none of those that only `before` had. */
  offer(resource: RegisteredResource, next: ResourceState, before: ResourceState | undefined): void {
    const { native } = this.engine;
    const kept = new Set(before?.keys);
    const taken: string[] = [];
    for (const [index, key] of next.keys.entries()) {
      const owner = this.owners.get(key);
      // The spelling somebody registered belongs to them; a further spelling gives way.
      if (index > 0 && owner !== undefined && owner !== resource) continue;
      const descriptor = encode(resourceDescriptor(next, key), `resource '${next.name}'`);
      const slot = this.engine.slot(readRun(next, this.engine));
      translated(() => native.addResource(descriptor, slot, owner !== undefined));
      if (owner === undefined && !resource.enabled) native.setEnabled('resource', key, false);
      this.owners.set(key, resource);
      taken.push(key);
    }
    for (const key of kept) {
      if (!taken.includes(key) && this.owners.get(key) === resource) this.release(key);
    }
    this.engine.note('resources', next.callback.length > 1);
    if (before !== undefined) this.resources.delete(before.uri);
    this.resources.set(next.uri, resource);
    this.decideWhoLists();
  }

  /** @internal */
  withdraw(resource: RegisteredResource): void {
    const { keys, uri } = resource.current;
    for (const key of keys) {
      if (this.owners.get(key) === resource) this.release(key);
    }
    this.resources.delete(uri);
    this.decideWhoLists();
  }

  private release(key: string): void {
    this.owners.delete(key);
    this.engine.native.remove('resource', key);
  }

  /** @internal */
  setEnabled(resource: RegisteredResource, enabled: boolean): void {
    for (const key of resource.current.keys) {
      if (this.owners.get(key) === resource) this.engine.native.setEnabled('resource', key, enabled);
    }
  }

  /** @internal Tells the engine. */
  offerTemplate(state: TemplateState, replace: boolean): void {
    const { template, metadata } = state;
    const { cacheHint, size: _size, ...told } = metadata;
    const descriptor = encode(
      {
        ...told,
        uriTemplate: template.uriTemplate.toString(),
        name: state.name,
        oxmcp: cacheHint ?? {},
      },
      `resource template '${state.name}'`,
    );
    const slot = this.engine.slot(readTemplateRun(state, this.engine));
    translated(() => this.engine.native.addResourceTemplate(descriptor, slot, replace));
    this.engine.note('resources', state.callback.length > 2);
    if (template.completes) this.onCompletable();
  }

  /** @internal */
  exchangeTemplate(registered: RegisteredResourceTemplate, before: TemplateState, next: TemplateState): void {
    const [from, to] = [before.template.uriTemplate.toString(), next.template.uriTemplate.toString()];
    if (next.name !== before.name) this.refuseTakenName(next.name);
    this.offerTemplate(next, from === to);
    if (from !== to) {
      if (!registered.enabled) this.engine.native.setEnabled('resource_template', to, false);
      this.engine.native.remove('resource_template', from);
    }
    this.templates.delete(before.name);
    this.templates.set(next.name, registered);
    this.decideWhoLists();
  }

  /** @internal */
  withdrawTemplate(state: TemplateState): void {
    this.templates.delete(state.name);
    this.engine.native.remove('resource_template', state.template.uriTemplate.toString());
    this.decideWhoLists();
  }

  /** @internal */
  setTemplateEnabled(state: TemplateState, enabled: boolean): void {
    this.engine.native.setEnabled('resource_template', state.template.uriTemplate.toString(), enabled);
  }

  /** @internal */
  refuseTaken(uri: string): void {
    const owner = this.owners.get(spellings(uri)[0] ?? uri);
    // A further spelling of another resource gives way to the resource that is registered under it.
    if (this.resources.has(uri) || (owner !== undefined && owner.current.keys[0] === spellings(uri)[0])) {
      throw new AlreadyRegisteredError(`Resource ${uri} is already registered`);
    }
  }

  private refuseTakenName(name: string): void {
    if (this.templates.has(name)) {
      throw new AlreadyRegisteredError(`Resource template ${name} is already registered`);
    }
  }

  /**
   * The engine lists what is registered with it. Where a template lists resources of its own, or a resource has a second
   * spelling that is not to be listed, the list is made here.
   */
  private decideWhoLists(): void {
    const wanted =
      [...this.templates.values()].some(({ current }) => current.template.listCallback !== undefined) ||
      this.owners.size > this.resources.size;
    if (wanted === this.listsItself) return;
    this.listsItself = wanted;
    this.engine.setFallback('resources/list', wanted ? (call, params) => this.list(call, params) : null);
  }

  private list(call: Call, params: Record<string, unknown>): void {
    respond(
      call,
      () => this.all(new Context(call, this.engine.native)),
      (_call, all) => {
        // The engine does not know these pages, so their cursors are ours: the index of the first item.
        const { cursor } = params;
        const from = cursor === undefined ? 0 : Number(cursor);
        const resources = all as unknown[];
        if (!Number.isInteger(from) || from < 0 || from > resources.length) {
          throw new InvalidArgumentsError('cursor: is none of this list');
        }
        const to = from + this.engine.listPageSize;
        const rest = to < resources.length ? { nextCursor: String(to) } : {};
        call.completeWhole(encode({ resources: resources.slice(from, to), ...rest }, 'result'));
      },
    );
  }

  private all(ctx: Context): unknown[] | Promise<unknown[]> {
    const own: unknown[] = [];
    for (const { current, enabled } of this.resources.values()) {
      if (enabled) own.push(resourceDescriptor(current, current.keys[0] ?? current.uri));
    }
    const listed = [...this.templates.values()]
      .filter(({ current, enabled }) => enabled && current.template.listCallback !== undefined)
      .map(async ({ current }) => {
        const result: unknown = await current.template.listCallback?.(ctx);
        if (!isObject(result) || !Array.isArray(result.resources)) {
          const whose = `the list of resource template '${current.name}'`;
          throw new InvalidResultError(`${whose}: must be an object with an array of resources`);
        }
        const { cacheHint: _cacheHint, ...told } = current.metadata;
        return result.resources.map((entry) => ({ ...told, ...(entry as object) }));
      });
    if (listed.length === 0) return own;
    return Promise.all(listed).then((lists) => [...own, ...lists.flat()]);
  }
}

function checkCallback(callback: unknown, what: string): void {
  if (typeof callback !== 'function') throw new TypeError(`${what}: the callback must be a function`);
}

function resourceDescriptor(state: ResourceState, uri: string): object {
  const { cacheHint, ...told } = state.metadata;
  return { ...told, uri, name: state.name, ...(cacheHint === undefined ? {} : { oxmcp: cacheHint }) };
}

function readRun(state: ResourceState, engine: Engine): Run {
  const { callback, metadata } = state;
  return (call) => {
    const uri = call.caller.target;
    respond(
      call,
      () => callback(new URL(uri), new Context(call, engine.native)),
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
      () => callback(new URL(uri), variables as Variables, new Context(call, engine.native)),
      (_call, value) => writeResource(call, value, uri, metadata),
    );
  };
}
