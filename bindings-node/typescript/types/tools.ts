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
import type { TaskMetadata } from './tasks.js';

/** Hints for those who decide whether a tool may run. They promise nothing. */
export type ToolAnnotations = {
  title?: string | undefined;
  /** Changes nothing. Default false. */
  readOnlyHint?: boolean | undefined;
  /** May destroy, where it changes something. Default true. */
  destructiveHint?: boolean | undefined;
  /** Twice is the same as once, where it changes something. Default false. */
  idempotentHint?: boolean | undefined;
  /** Touches things outside the server. Default true. */
  openWorldHint?: boolean | undefined;
};

/** How a tool may be run (2025-11-25). */
export type ToolExecution = { taskSupport?: 'forbidden' | 'optional' | 'required' | undefined };

export type Tool = BaseMetadata &
  Icons & {
    /** What it does, for the model. */
    description?: string | undefined;
    /** JSON Schema of the arguments. */
    inputSchema: {
      type: 'object';
      properties?: { [name: string]: object | boolean } | undefined;
      required?: string[] | undefined;
      [keyword: string]: unknown;
    };
    /** JSON Schema of `structuredContent`. Up to 2025-11-25 its root is an object. */
    outputSchema?:
      | {
          type?: string | string[] | undefined;
          properties?: { [name: string]: object | boolean } | undefined;
          required?: string[] | undefined;
          [keyword: string]: unknown;
        }
      | undefined;
    annotations?: ToolAnnotations | undefined;
    execution?: ToolExecution | undefined;
    _meta?: MetaObject | undefined;
  };

export type ListToolsRequest = { method: 'tools/list'; params?: PaginatedRequestParams | undefined };
export type ListToolsResult = PaginatedResult & CacheableResult & { tools: Tool[] };

export type CallToolRequestParams = RequestParams & {
  name: string;
  arguments?: { [name: string]: unknown } | undefined;
  task?: TaskMetadata | undefined;
};
export type CallToolRequest = { method: 'tools/call'; params: CallToolRequestParams };

export type CallToolResult = Result & {
  content: ContentBlock[];
  /** What the tool's `outputSchema` describes. Up to 2025-11-25 an object. */
  structuredContent?: unknown | undefined;
  /** The tool failed; the content says why. */
  isError?: boolean | undefined;
};

/** A `CallToolResult`, or what tools answered in 2024-10-07. */
export type CompatibilityCallToolResult = CallToolResult | (Result & { toolResult: unknown });

export type ToolListChangedNotification = {
  method: 'notifications/tools/list_changed';
  params?: NotificationParams | undefined;
};
