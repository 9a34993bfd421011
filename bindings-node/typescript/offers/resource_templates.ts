// Resources as authors describe them: what reading returns, and families of resources under a URI template.

import { isObject } from '../answers/content.js';
import type { Requirements } from '../authentication/requirements.js';
import type { ScopeChallengeHandler } from '../authentication/scopes.js';
import type { Context } from '../calls/context.js';
import type { InputRequiredResult } from '../types/questions.js';
import type {
  ListResourcesResult,
  ReadResourceResult,
  Resource,
  ResourceContents,
} from '../types/resources.js';
import { UriTemplate, type Variables } from './uri_template.js';

export { UriTemplate, type Variables };

/** How long a reader may keep what it read (CACHE-1). */
export interface CacheHint {
  /** Milliseconds of freshness; 0 is stale at once. */
  ttlMs?: number;
  /** `public` when anyone may share it (CACHE-2). */
  cacheScope?: 'public' | 'private';
}

/**
 * What is refused as the value of a template's variable, lest used as a path it leads out of where it should stay. A refusal
 * tells the caller the variable and the rule. Not asked of variables in a query or a fragment; and a value that is the whole
 * path of its URI (`log://{+path}`) may be absolute, except under `file:`. What is not said is on.
 */
export interface ResourceSecurity {
  /** Paths with `..` in them. */
  rejectPathTraversal?: boolean;
  /** Paths that begin with a slash, or with a drive and a slash. */
  rejectAbsolutePaths?: boolean;
  /** Texts with a NUL in them. */
  rejectNullBytes?: boolean;
  /** The variables that may be anything. */
  exemptParams?: string[];
}

/** What callers are told of a resource beside its name and URI. */
export type ResourceMetadata = Omit<Resource, 'uri' | 'name'> &
  Requirements & {
    cacheHint?: CacheHint;
    /** Whether the function may run again from its beginning; see `replayable` of a tool. */
    replayable?: boolean;
    /** Words by which items are shown and hidden together, see `visibility`. Clients see them in `_meta`. */
    tags?: readonly string[];
    /** Says of a read over HTTP whether it takes scopes that its caller lacks; see that of a tool. */
    scopeChallenge?: ScopeChallengeHandler | undefined;
  };

/** What reading may return: a whole result; contents or several; text; bytes, which are sent as base64. */
export type ReadReturn =
  | InputRequiredResult
  | ReadResourceResult
  | ResourceContents
  | ResourceContents[]
  | string
  | Uint8Array;

/** Reads a resource. */
export type ReadResourceCallback = (uri: URL, ctx: Context) => ReadReturn | Promise<ReadReturn>;

/** Reads a resource of a family. */
export type ReadResourceTemplateCallback = (
  uri: URL,
  variables: Variables,
  ctx: Context,
) => ReadReturn | Promise<ReadReturn>;

/** Lists the resources of a family that are worth listing. */
export type ListResourcesCallback = (ctx: Context) => ListResourcesResult | Promise<ListResourcesResult>;

/** Suggests values for a variable. */
export type CompleteResourceTemplateCallback = (
  value: string,
  context?: { arguments?: Record<string, string> },
) => string[] | Promise<string[]>;

/** A family of resources: the pattern of their URIs, which of them are listed, and how variables are completed. */
export class ResourceTemplate {
  /** The pattern. */
  readonly uriTemplate: UriTemplate;

  /**
   * @param uriTemplate RFC 6570.
   * @param callbacks `list` has to be said even when there is none, so that it is not forgotten.
   */
  constructor(
    uriTemplate: string | { toString(): string },
    private readonly callbacks: {
      list: ListResourcesCallback | undefined;
      complete?: { [variable: string]: CompleteResourceTemplateCallback };
      /** Which values of the variables are refused; the server's `resourceSecurity` when absent. */
      security?: ResourceSecurity;
    },
  ) {
    this.uriTemplate = new UriTemplate(String(uriTemplate));
  }

  /** Which values of the variables are refused, if it says so. */
  get security(): ResourceSecurity | undefined {
    return this.callbacks.security;
  }

  /** Lists resources of the family. */
  get listCallback(): ListResourcesCallback | undefined {
    return this.callbacks.list;
  }

  /** The completer of a variable. */
  completeCallback(variable: string): CompleteResourceTemplateCallback | undefined {
    const { complete } = this.callbacks;
    return complete !== undefined && Object.hasOwn(complete, variable) ? complete[variable] : undefined;
  }

  /** @internal */
  get completes(): boolean {
    return this.callbacks.complete !== undefined && Object.keys(this.callbacks.complete).length > 0;
  }
}

/** Whether a value is a resource template, of this copy of the package or of another. */
export function isTemplate(value: unknown): value is ResourceTemplate {
  return isObject(value) && 'uriTemplate' in value && typeof value.completeCallback === 'function';
}
