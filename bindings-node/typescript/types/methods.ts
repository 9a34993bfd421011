// Which method has which request and result: what the handlers of a server are typed by.

import type { EmptyResult, Result } from './base.js';
import type { CompleteRequest, CompleteResult } from './completions.js';
import type {
  DiscoverRequest,
  DiscoverResult,
  InitializedNotification,
  InitializeRequest,
  InitializeResult,
  PingRequest,
} from './lifecycle.js';
import type { LoggingMessageNotification, SetLevelRequest } from './logging.js';
import type { CancelledNotification, ProgressNotification } from './progress.js';
import type {
  GetPromptRequest,
  GetPromptResult,
  ListPromptsRequest,
  ListPromptsResult,
  PromptListChangedNotification,
} from './prompts.js';
import type {
  ListResourcesRequest,
  ListResourcesResult,
  ListResourceTemplatesRequest,
  ListResourceTemplatesResult,
  ReadResourceRequest,
  ReadResourceResult,
  ResourceListChangedNotification,
  ResourceUpdatedNotification,
  SubscribeRequest,
  UnsubscribeRequest,
} from './resources.js';
import type {
  SubscriptionsAcknowledgedNotification,
  SubscriptionsListenRequest,
  SubscriptionsListenResult,
} from './subscriptions.js';
import type {
  CallToolRequest,
  CallToolResult,
  ListToolsRequest,
  ListToolsResult,
  ToolListChangedNotification,
} from './tools.js';

/** What a client may ask, by method. */
export type RequestTypeMap = {
  initialize: InitializeRequest;
  ping: PingRequest;
  'server/discover': DiscoverRequest;
  'tools/list': ListToolsRequest;
  'tools/call': CallToolRequest;
  'resources/list': ListResourcesRequest;
  'resources/templates/list': ListResourceTemplatesRequest;
  'resources/read': ReadResourceRequest;
  'resources/subscribe': SubscribeRequest;
  'resources/unsubscribe': UnsubscribeRequest;
  'prompts/list': ListPromptsRequest;
  'prompts/get': GetPromptRequest;
  'completion/complete': CompleteRequest;
  'logging/setLevel': SetLevelRequest;
  'subscriptions/listen': SubscriptionsListenRequest;
};

/** What it is answered, by method. */
export type ResultTypeMap = {
  initialize: InitializeResult;
  ping: EmptyResult;
  'server/discover': DiscoverResult;
  'tools/list': ListToolsResult;
  'tools/call': CallToolResult;
  'resources/list': ListResourcesResult;
  'resources/templates/list': ListResourceTemplatesResult;
  'resources/read': ReadResourceResult;
  'resources/subscribe': EmptyResult;
  'resources/unsubscribe': EmptyResult;
  'prompts/list': ListPromptsResult;
  'prompts/get': GetPromptResult;
  'completion/complete': CompleteResult;
  'logging/setLevel': EmptyResult;
  'subscriptions/listen': SubscriptionsListenResult;
};

/** What either side may tell, by method. */
export type NotificationTypeMap = {
  'notifications/initialized': InitializedNotification;
  'notifications/cancelled': CancelledNotification;
  'notifications/progress': ProgressNotification;
  'notifications/message': LoggingMessageNotification;
  'notifications/tools/list_changed': ToolListChangedNotification;
  'notifications/prompts/list_changed': PromptListChangedNotification;
  'notifications/resources/list_changed': ResourceListChangedNotification;
  'notifications/resources/updated': ResourceUpdatedNotification;
  'notifications/subscriptions/acknowledged': SubscriptionsAcknowledgedNotification;
};

export type RequestMethod = keyof RequestTypeMap;
export type NotificationMethod = keyof NotificationTypeMap;

/** What a client may ask. */
export type ClientRequest = RequestTypeMap[RequestMethod];
/** What a client may tell. */
export type ClientNotification = CancelledNotification | ProgressNotification | InitializedNotification;
/** What a client may answer. */
export type ClientResult = EmptyResult;
/** What a server may ask. */
export type ServerRequest = PingRequest;
/** What a server may tell. */
export type ServerNotification = Exclude<NotificationTypeMap[NotificationMethod], InitializedNotification>;
/** What a server may answer. */
export type ServerResult = ResultTypeMap[RequestMethod] | Result;
