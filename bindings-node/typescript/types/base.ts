// What every message is made of. The types are aliases, not interfaces: an alias also fits where a
// `Record<string, unknown>` is asked for. What may be left out may also be undefined, which JSON leaves out: that matters to
// code compiled with `exactOptionalPropertyTypes`.

import type { SERVER_INFO_META_KEY, SUBSCRIPTION_ID_META_KEY } from './constants.js';

/** Anything JSON can say. */
export type JSONValue = string | number | boolean | null | JSONObject | JSONArray;
/** A JSON object. */
export type JSONObject = { [key: string]: JSONValue };
/** A JSON array. */
export type JSONArray = JSONValue[];

/** The `_meta` of anything: keys that are no business of the protocol's, by prefix. */
export type MetaObject = { [key: string]: unknown };

/** Names a request for its progress notifications. */
export type ProgressToken = string | number;

/** Marks a place in a list; means something to the server only. */
export type Cursor = string;

/** Names a request on its connection. */
export type RequestId = string | number;

/** The `_meta` of a request, in any protocol version. */
export type RequestMeta = MetaObject & {
  /** Asks for progress notifications under this name. */
  progressToken?: ProgressToken | undefined;
};

/** The `_meta` of a notification. */
export type NotificationMetaObject = MetaObject & { [SUBSCRIPTION_ID_META_KEY]?: RequestId | undefined };

/** The `_meta` of a result. */
export type ResultMetaObject = MetaObject & { [SERVER_INFO_META_KEY]?: Implementation | undefined };

/** What all requests may carry. */
export type RequestParams = { _meta?: RequestMeta | undefined };

/** What all notifications may carry. */
export type NotificationParams = { _meta?: NotificationMetaObject | undefined };

/** A method that wants an answer. */
export type Request = { method: string; params?: (RequestParams & { [key: string]: unknown }) | undefined };

/** A method that wants none. */
export type Notification = {
  method: string;
  params?: (NotificationParams & { [key: string]: unknown }) | undefined;
};

/** `complete`, or what is missing before there can be a result (2026-07-28). */
export type ResultType = 'complete' | 'input_required' | (string & {});

/** An answer to a request. */
export type Result = {
  _meta?: ResultMetaObject | undefined;
  /** Only in 2026-07-28, and written by the server for its author. */
  resultType?: ResultType | undefined;
  [key: string]: unknown;
};

/** Says no more than that it went well. */
export type EmptyResult = Result;

/** How long and by whom a result may be kept (2026-07-28). */
export type CacheableResult = Result & {
  /** Milliseconds for which the result stays fresh, from 0. */
  ttlMs?: number | undefined;
  /** `public` when it does not depend on who asked. */
  cacheScope?: CacheScope | undefined;
};

/** By whom a result may be kept. */
export type CacheScope = 'public' | 'private';

/** A request for a page of a list. */
export type PaginatedRequestParams = RequestParams & { cursor?: Cursor | undefined };
export type PaginatedRequest = Request & { params?: PaginatedRequestParams | undefined };

/** A page of a list; without `nextCursor` it is the last. */
export type PaginatedResult = Result & { nextCursor?: Cursor | undefined };

/** A name for programs, and one for people. */
export type BaseMetadata = { name: string; title?: string | undefined };

/** A picture for user interfaces. */
export type Icon = {
  /** An `https:` or `data:` URI. */
  src: string;
  mimeType?: string | undefined;
  /** `48x48` and the like, or `any` for what scales. */
  sizes?: string[] | undefined;
  /** The background the picture is drawn for. */
  theme?: 'light' | 'dark' | undefined;
};

/** What may have pictures. */
export type Icons = { icons?: Icon[] | undefined };

/** Names a program that speaks MCP. */
export type Implementation = BaseMetadata &
  Icons & {
    version: string;
    websiteUrl?: string | undefined;
    description?: string | undefined;
  };

/** Who speaks, or is spoken to. */
export type Role = 'user' | 'assistant';

/** Hints about a resource or a piece of content. */
export type Annotations = {
  /** Whom it is for. */
  audience?: Role[] | undefined;
  /** From 0 (optional) to 1 (effectively required). */
  priority?: number | undefined;
  /** ISO 8601. */
  lastModified?: string | undefined;
};
