// What requests pass before they are handled: objects with a hook for each kind of message they are about.

import type { CompleteRequest, CompleteResult } from '../types/completions.js';
import type { DiscoverResult, InitializeRequest, InitializeResult } from '../types/lifecycle.js';
import type { GetPromptRequestParams, GetPromptResult, ListPromptsResult } from '../types/prompts.js';
import type {
  ListResourcesResult,
  ListResourceTemplatesResult,
  ReadResourceRequestParams,
  ReadResourceResult,
} from '../types/resources.js';
import type { CallToolRequestParams, CallToolResult, ListToolsResult } from '../types/tools.js';
import type { Context } from './context.js';

/** A message on its way, as hooks see it. */
export interface MiddlewareContext<Params = Record<string, unknown>> {
  readonly type: 'request' | 'notification';
  /** Such as `tools/call`. */
  readonly method: string;
  /** What is asked. Changing it changes what is handled; `ctx._meta` has what the request says of itself. */
  readonly params: Params;
  /** The call's context: who asks, how to answer before the result. */
  readonly ctx: Context;
}

/** Goes on with a message, with these params or those it has; gives the result, as the client's version knows it. */
export type Next<Params = Record<string, unknown>, R = Record<string, unknown>> = (
  params?: Params,
) => Promise<R>;

/** Stands around a kind of message. What it returns is the answer, and so is what it throws. */
export type Hook<Params = Record<string, unknown>, R = Record<string, unknown>> = (
  context: MiddlewareContext<Params>,
  next: Next<Params, R>,
) => R | Promise<R>;

/** What is asked of a list: all of it, whatever page the client asked for. */
type Whole = Record<string, unknown>;

/**
 * What messages pass before they are handled. A message passes `onMessage`, then `onRequest` or `onNotification`, then the hook of
 * its kind; kinds that no hook is for never come to JavaScript for it. `next()` rejects with the protocol's error where the answer
 * is one; a tool that failed is a result with `isError`.
 */
export interface Middleware {
  /** Every message. */
  onMessage?: Hook;
  /** Every request. */
  onRequest?: Hook;
  /** Every notification of a client's; there is no result. */
  onNotification?: Hook;
  /** The handshake of a client up to 2025-11-25. */
  onInitialize?: Hook<InitializeRequest['params'], InitializeResult>;
  /** What a client of 2026-07-28 or later asks to know of the server. */
  onDiscover?: Hook<Record<string, unknown>, DiscoverResult>;
  onCallTool?: Hook<CallToolRequestParams, CallToolResult>;
  onReadResource?: Hook<ReadResourceRequestParams, ReadResourceResult>;
  onGetPrompt?: Hook<GetPromptRequestParams, GetPromptResult>;
  onComplete?: Hook<CompleteRequest['params'], CompleteResult>;
  /** The list of tools, whole; it goes out in pages. */
  onListTools?: Hook<Whole, ListToolsResult>;
  /** The list of resources, whole. */
  onListResources?: Hook<Whole, ListResourcesResult>;
  /** The list of resource templates, whole. */
  onListResourceTemplates?: Hook<Whole, ListResourceTemplatesResult>;
  /** The list of prompts, whole. */
  onListPrompts?: Hook<Whole, ListPromptsResult>;
}

/** Middleware that is in use. */
export interface RegisteredMiddleware {
  /** Takes it away. */
  remove(): void;
}
