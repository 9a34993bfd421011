// Tools.

import type {
  BaseMetadata,
  CacheableResult,
  Icons,
  MetaObject,
  NotificationParams,
  PaginatedRequestParams,
  PaginatedResult,
  RequestParams,
  Result,
} from './base.js';
import type { ContentBlock } from './content.js';

/** Hints for those who decide whether a tool may run. They promise nothing. */
export type ToolAnnotations = {
  title?: string;
  /** Changes nothing. Default false. */
  readOnlyHint?: boolean;
  /** May destroy, where it changes something. Default true. */
  destructiveHint?: boolean;
  /** Twice is the same as once, where it changes something. Default false. */
  idempotentHint?: boolean;
  /** Touches things outside the server. Default true. */
  openWorldHint?: boolean;
};

/** How a tool may be run (2025-11-25). */
export type ToolExecution = { taskSupport?: 'forbidden' | 'optional' | 'required' };

export type Tool = BaseMetadata &
  Icons & {
    /** What it does, for the model. */
    description?: string;
    /** JSON Schema of the arguments. */
    inputSchema: {
      type: 'object';
      properties?: { [name: string]: object | boolean };
      required?: string[];
      [keyword: string]: unknown;
    };
    /** JSON Schema of `structuredContent`. Up to 2025-11-25 its root is an object. */
    outputSchema?: {
      type?: string | string[];
      properties?: { [name: string]: object | boolean };
      required?: string[];
      [keyword: string]: unknown;
    };
    annotations?: ToolAnnotations;
    execution?: ToolExecution;
    _meta?: MetaObject;
  };

export type ListToolsRequest = { method: 'tools/list'; params?: PaginatedRequestParams };
export type ListToolsResult = PaginatedResult & CacheableResult & { tools: Tool[] };

export type CallToolRequestParams = RequestParams & {
  name: string;
  arguments?: { [name: string]: unknown };
};
export type CallToolRequest = { method: 'tools/call'; params: CallToolRequestParams };

export type CallToolResult = Result & {
  content: ContentBlock[];
  /** What the tool's `outputSchema` describes. Up to 2025-11-25 an object. */
  structuredContent?: unknown;
  /** The tool failed; the content says why. */
  isError?: boolean;
};

/** A `CallToolResult`, or what tools answered in 2024-10-07. */
export type CompatibilityCallToolResult = CallToolResult | (Result & { toolResult: unknown });

export type ToolListChangedNotification = {
  method: 'notifications/tools/list_changed';
  params?: NotificationParams;
};
