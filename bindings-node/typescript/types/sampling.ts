// What a server may ask of its client's model.

import type { MetaObject, Result, Role } from './base.js';
import type { AudioContent, ContentBlock, ImageContent, TextContent } from './content.js';
import type { TaskAugmentedRequestParams } from './tasks.js';
import type { Tool } from './tools.js';

/** A model by name, or by a part of one. */
export type ModelHint = { name?: string | undefined };
/** What matters in the choice of a model. Priorities go from 0 to 1. */
export type ModelPreferences = {
  hints?: ModelHint[] | undefined;
  costPriority?: number | undefined;
  speedPriority?: number | undefined;
  intelligencePriority?: number | undefined;
};

/** Whether the model has to use tools. */
export type ToolChoice = { mode?: 'auto' | 'required' | 'none' | undefined };
/** The model wants a tool to be called. */
export type ToolUseContent = {
  type: 'tool_use';
  id: string;
  name: string;
  input: { [name: string]: unknown };
  _meta?: MetaObject | undefined;
};
/** What that tool said. */
export type ToolResultContent = {
  type: 'tool_result';
  toolUseId: string;
  content: ContentBlock[];
  structuredContent?: { [name: string]: unknown } | undefined;
  isError?: boolean | undefined;
  _meta?: MetaObject | undefined;
};

/** What a model says without tools. */
export type SamplingContent = TextContent | ImageContent | AudioContent;
export type SamplingMessageContentBlock = SamplingContent | ToolUseContent | ToolResultContent;
export type SamplingMessage = {
  role: Role;
  content: SamplingMessageContentBlock | SamplingMessageContentBlock[];
  _meta?: MetaObject | undefined;
};

export type CreateMessageRequestParams = TaskAugmentedRequestParams & {
  messages: SamplingMessage[];
  maxTokens: number;
  modelPreferences?: ModelPreferences | undefined;
  systemPrompt?: string | undefined;
  /** @deprecated Servers put into the messages what the model has to know. */
  includeContext?: 'none' | 'thisServer' | 'allServers' | undefined;
  temperature?: number | undefined;
  stopSequences?: string[] | undefined;
  metadata?: object | undefined;
  tools?: Tool[] | undefined;
  toolChoice?: ToolChoice | undefined;
};
/** Without tools: the answer is one block. */
export type CreateMessageRequestParamsBase = Omit<CreateMessageRequestParams, 'tools' | 'toolChoice'>;
/** With tools. */
export type CreateMessageRequestParamsWithTools = CreateMessageRequestParams & { tools: Tool[] };
/** Asks the model. */
export type CreateMessageRequest = { method: 'sampling/createMessage'; params: CreateMessageRequestParams };

type Sampled = Result & {
  role: Role;
  /** The model that answered. */
  model: string;
  stopReason?: string | undefined;
};
export type CreateMessageResult = Sampled & { content: SamplingContent };
export type CreateMessageResultWithTools = Sampled & {
  content: SamplingMessageContentBlock | SamplingMessageContentBlock[];
};
