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
import type {
  CancelledNotification,
  LoggingMessageNotification,
  ProgressNotification,
  SetLevelRequest,
  SubscriptionsAcknowledgedNotification,
  SubscriptionsListenRequest,
  SubscriptionsListenResult,
} from './notifications.js';
import type {
  GetPromptRequest,
  GetPromptResult,
  ListPromptsRequest,
  ListPromptsResult,
  PromptListChangedNotification,
} from './prompts.js';
import type {
  ElicitationCompleteNotification,
  ElicitRequest,
  ElicitResult,
  InputRequiredResult,
  ListRootsRequest,
  ListRootsResult,
  RootsListChangedNotification,
} from './questions.js';
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
import type { CreateMessageRequest, CreateMessageResult, CreateMessageResultWithTools } from './sampling.js';
import type {
  CancelTaskRequest,
  CancelTaskResult,
  GetTaskPayloadRequest,
  GetTaskPayloadResult,
  GetTaskRequest,
  GetTaskResult,
  ListTasksRequest,
  ListTasksResult,
  TaskStatusNotification,
} from './tasks.js';
import type {
  CallToolRequest,
  CallToolResult,
  ListToolsRequest,
  ListToolsResult,
  ToolListChangedNotification,
} from './tools.js';

/** What can be asked, by method. */
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
  'tasks/get': GetTaskRequest;
  'tasks/result': GetTaskPayloadRequest;
  'tasks/list': ListTasksRequest;
  'tasks/cancel': CancelTaskRequest;
  'sampling/createMessage': CreateMessageRequest;
  'elicitation/create': ElicitRequest;
  'roots/list': ListRootsRequest;
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
  'tasks/get': GetTaskResult;
  'tasks/result': GetTaskPayloadResult;
  'tasks/list': ListTasksResult;
  'tasks/cancel': CancelTaskResult;
  'sampling/createMessage': CreateMessageResult | CreateMessageResultWithTools;
  'elicitation/create': ElicitResult;
  'roots/list': ListRootsResult;
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
  'notifications/roots/list_changed': RootsListChangedNotification;
  'notifications/elicitation/complete': ElicitationCompleteNotification;
  'notifications/tasks/status': TaskStatusNotification;
};

/** What a handler may answer, by method. */
export type HandlerResultTypeMap = {
  [M in RequestMethod]: M extends 'tools/call' | 'prompts/get' | 'resources/read'
    ? ResultTypeMap[M] | InputRequiredResult
    : ResultTypeMap[M];
};

export type RequestMethod = keyof RequestTypeMap;
export type NotificationMethod = keyof NotificationTypeMap;

type Questions = 'sampling/createMessage' | 'elicitation/create' | 'roots/list';

/** What a client may ask. */
export type ClientRequest = RequestTypeMap[Exclude<RequestMethod, Questions>];
/** What a client may tell. */
export type ClientNotification =
  | CancelledNotification
  | ProgressNotification
  | InitializedNotification
  | RootsListChangedNotification
  | TaskStatusNotification;
/** What a client may answer. */
export type ClientResult = EmptyResult | ResultTypeMap[Questions];
/** What a server may ask. */
export type ServerRequest = PingRequest | RequestTypeMap[Questions];
/** What a server may tell. */
export type ServerNotification = Exclude<
  NotificationTypeMap[NotificationMethod],
  InitializedNotification | RootsListChangedNotification
>;
/** What a server may answer. */
export type ServerResult = ResultTypeMap[RequestMethod] | Result;
