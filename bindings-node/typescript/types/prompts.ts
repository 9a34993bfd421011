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

export type PromptArgument = BaseMetadata & { description?: string; required?: boolean };

export type Prompt = BaseMetadata &
  Icons & {
    description?: string;
    arguments?: PromptArgument[];
    _meta?: MetaObject;
  };

export type PromptMessage = { role: Role; content: ContentBlock };

export type ListPromptsRequest = { method: 'prompts/list'; params?: PaginatedRequestParams };
export type ListPromptsResult = PaginatedResult & CacheableResult & { prompts: Prompt[] };

export type GetPromptRequestParams = RequestParams & {
  name: string;
  arguments?: { [name: string]: string };
};
export type GetPromptRequest = { method: 'prompts/get'; params: GetPromptRequestParams };
export type GetPromptResult = Result & { description?: string; messages: PromptMessage[] };

export type PromptListChangedNotification = {
  method: 'notifications/prompts/list_changed';
  params?: NotificationParams;
};
