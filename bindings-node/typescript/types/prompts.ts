// Prompts.

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
  Role,
} from './base.js';
import type { ContentBlock } from './content.js';

export type PromptArgument = BaseMetadata & {
  description?: string | undefined;
  required?: boolean | undefined;
};

export type Prompt = BaseMetadata &
  Icons & {
    description?: string | undefined;
    arguments?: PromptArgument[] | undefined;
    _meta?: MetaObject | undefined;
  };

export type PromptMessage = { role: Role; content: ContentBlock };

export type ListPromptsRequest = { method: 'prompts/list'; params?: PaginatedRequestParams | undefined };
export type ListPromptsResult = PaginatedResult & CacheableResult & { prompts: Prompt[] };

export type GetPromptRequestParams = RequestParams & {
  name: string;
  arguments?: { [name: string]: string } | undefined;
};
export type GetPromptRequest = { method: 'prompts/get'; params: GetPromptRequestParams };
export type GetPromptResult = Result & { description?: string | undefined; messages: PromptMessage[] };

export type PromptListChangedNotification = {
  method: 'notifications/prompts/list_changed';
  params?: NotificationParams | undefined;
};
