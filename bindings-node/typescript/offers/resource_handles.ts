// The handles of resources and resource templates.

import { type RequirementUpdates, requirementsAfter } from '../authentication/requirements.js';
import { native } from '../engine/native.js';
import type { ScopeChallengeHandler } from './challenges.js';
import { Handle } from './handles.js';
import type {
  CacheHint,
  ReadResourceCallback,
  ReadResourceTemplateCallback,
  ResourceMetadata,
  ResourceTemplate,
} from './resource_templates.js';
import { keyOf } from './uri.js';

/** A resource as it is registered. */
export interface ResourceState {
  name: string;
  uri: string;
  /** The spelling of the URI that stands for all. */
  key: string;
  metadata: ResourceMetadata;
  callback: ReadResourceCallback;
}

/** A resource template as it is registered. */
export interface TemplateState {
  name: string;
  /** The template's text as it is listed. */
  key: string;
  template: ResourceTemplate;
  metadata: ResourceMetadata;
  callback: ReadResourceTemplateCallback;
}

/** Where a resource is registered: what its handle asks of it. */
interface ResourceRegistry {
  offer(resource: RegisteredResource, next: ResourceState, before: ResourceState | undefined): void;
  withdraw(resource: RegisteredResource): void;
  setEnabled(resource: RegisteredResource, enabled: boolean): void;
  refuseTaken(key: string, uri: string): void;
}

/** The same for a resource template. */
interface TemplateRegistry {
  exchangeTemplate(registered: RegisteredResourceTemplate, before: TemplateState, next: TemplateState): void;
  withdrawTemplate(state: TemplateState): void;
  setTemplateEnabled(state: TemplateState, enabled: boolean): void;
}

/** What `update` of a resource may change. What is absent or undefined stays. */
export interface ResourceUpdates extends RequirementUpdates {
  name?: string | undefined;
  title?: string | undefined;
  /** A new URI; null removes the resource. */
  uri?: string | null | undefined;
  metadata?: ResourceMetadata | undefined;
  /** null: none any more. */
  scopeChallenge?: ScopeChallengeHandler | null | undefined;
  callback?: ReadResourceCallback | undefined;
  enabled?: boolean | undefined;
}

/** What `update` of a resource template may change. What is absent or undefined stays. */
export interface ResourceTemplateUpdates extends RequirementUpdates {
  /** A new name; null removes the template. */
  name?: string | null | undefined;
  title?: string | undefined;
  template?: ResourceTemplate | undefined;
  metadata?: ResourceMetadata | undefined;
  /** null: none any more. */
  scopeChallenge?: ScopeChallengeHandler | null | undefined;
  callback?: ReadResourceTemplateCallback | undefined;
  enabled?: boolean | undefined;
}

/** What both kinds of handles show. */
abstract class ReadableHandle<State extends ResourceState | TemplateState> extends Handle {
  /** @internal */
  constructor(
    /** @internal */
    public current: State,
  ) {
    super();
  }

  get name(): string {
    return this.current.name;
  }
  get title(): string | undefined {
    return this.current.metadata.title;
  }
  get metadata(): ResourceMetadata {
    return this.current.metadata;
  }
  get cacheHint(): CacheHint | undefined {
    return this.current.metadata.cacheHint;
  }
  get scopeChallenge(): ScopeChallengeHandler | undefined {
    return this.current.metadata.scopeChallenge;
  }
  get requiredScopes(): string | readonly string[] | undefined {
    return this.current.metadata.requiredScopes;
  }
  get roles(): string | readonly string[] | undefined {
    return this.current.metadata.roles;
  }
  /** The function, as it was given. */
  get readCallback(): State['callback'] {
    return this.current.callback;
  }
}

/** A registered resource, to be switched off and on, changed and removed; clients are told. */
export class RegisteredResource extends ReadableHandle<ResourceState> {
  /** @internal */
  constructor(
    private readonly resources: ResourceRegistry,
    current: ResourceState,
  ) {
    super(current);
  }

  /** As it was registered. */
  get uri(): string {
    return this.current.uri;
  }

  protected override show(enabled: boolean): void {
    this.resources.setEnabled(this, enabled);
  }

  protected override withdraw(): void {
    this.resources.withdraw(this);
  }

  /**
   * Changes it.
   *
   * @throws AlreadyRegisteredError when the new URI is taken.
   */
  update(updates: ResourceUpdates): void {
    if (updates.uri === null) {
      this.remove();
      return;
    }
    const before = this.current;
    const uri = updates.uri ?? before.uri;
    const next: ResourceState = {
      name: updates.name ?? before.name,
      uri,
      key: keyOf(updates.name ?? before.name, uri),
      metadata: metadataOf(before.metadata, updates),
      callback: updates.callback ?? before.callback,
    };
    if (next.key !== before.key && !this.isRemoved) this.resources.refuseTaken(next.key, uri);
    if (!this.isRemoved) this.resources.offer(this, next, before);
    this.current = next;
    if (updates.enabled !== undefined) this.enabled = updates.enabled;
  }
}

/** A registered resource template, to be switched off and on, changed and removed; clients are told. */
export class RegisteredResourceTemplate extends ReadableHandle<TemplateState> {
  /** @internal */
  constructor(
    private readonly resources: TemplateRegistry,
    current: TemplateState,
  ) {
    super(current);
  }

  get resourceTemplate(): ResourceTemplate {
    return this.current.template;
  }

  protected override show(enabled: boolean): void {
    this.resources.setTemplateEnabled(this.current, enabled);
  }

  protected override withdraw(): void {
    this.resources.withdrawTemplate(this.current);
  }

  /**
   * Changes it.
   *
   * @throws AlreadyRegisteredError when the new name or the new template is taken.
   */
  update(updates: ResourceTemplateUpdates): void {
    if (updates.name === null) {
      this.remove();
      return;
    }
    const before = this.current;
    const template = updates.template ?? before.template;
    const next: TemplateState = {
      name: updates.name ?? before.name,
      key: native.legalTemplate(template.uriTemplate.toString()),
      template,
      metadata: metadataOf(before.metadata, updates),
      callback: updates.callback ?? before.callback,
    };
    if (!this.isRemoved) this.resources.exchangeTemplate(this, before, next);
    this.current = next;
    if (updates.enabled !== undefined) this.enabled = updates.enabled;
  }
}

function metadataOf(
  before: ResourceMetadata,
  updates: Pick<ResourceUpdates, 'title' | 'metadata' | 'scopeChallenge' | 'requiredScopes' | 'roles'>,
): ResourceMetadata {
  const { title, metadata = before, scopeChallenge = before.scopeChallenge } = updates;
  // What was asked for stays where new metadata say nothing of it.
  const asked = requirementsAfter(
    {
      requiredScopes: metadata.requiredScopes ?? before.requiredScopes,
      roles: metadata.roles ?? before.roles,
    },
    updates,
  );
  return {
    ...metadata,
    ...asked,
    ...(title !== undefined && { title }),
    scopeChallenge: scopeChallenge ?? undefined,
  };
}
