// The schemas of the specification under the names code written for the official SDK imports. Each is named after its type.

import type { SpecTypeName, SpecTypes } from '../../types/spec_types.js';
import { definitions } from './definitions.js';
import { fillings, oauthDefinitions } from './oauth_definitions.js';
import { DefinitionSchema, type Fill, type WireSchema } from './wire_schema.js';

export { SchemaError, type SchemaIssue } from './issues.js';
export type { MemberSchema, SafeParseResult, StandardProps, WireSchema } from './wire_schema.js';

/** Tools that only have structured content may leave the content out. */
const withContent = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !('content' in value) && !Array.isArray(value)
    ? { content: [], ...value }
    : value;

const texts: Readonly<Record<string, string>> = { ...definitions, ...oauthDefinitions };
const fills: Readonly<Record<string, Fill>> = { CallToolResult: withContent, ...fillings };
const names = Object.keys(texts);

/** The schema of each type of the specification, by the type's name. */
export const specTypeSchemas: { readonly [N in SpecTypeName]: WireSchema<SpecTypes[N]> } = Object.fromEntries(
  names.map((name): unknown[] => [name, new DefinitionSchema(name, texts[name], fills[name])]),
);

const guard =
  (name: SpecTypeName) =>
  (value: unknown): boolean =>
    specTypeSchemas[name].safeParse(value).success;

/** Tells for each type of the specification, by the type's name, whether a value is one. */
export const isSpecType: { readonly [N in SpecTypeName]: (value: unknown) => value is SpecTypes[N] } =
  Object.fromEntries(names.map((name): unknown[] => [name, guard(name as SpecTypeName)]));

/** Compiles all schemas now, so that no first message has to wait for its own. */
export function preloadSchemas(): void {
  for (const schema of Object.values(specTypeSchemas)) schema.safeParse(null);
}

export const AnnotationsSchema = specTypeSchemas.Annotations;
export const AudioContentSchema = specTypeSchemas.AudioContent;
export const BaseMetadataSchema = specTypeSchemas.BaseMetadata;
export const BlobResourceContentsSchema = specTypeSchemas.BlobResourceContents;
export const BooleanSchemaSchema = specTypeSchemas.BooleanSchema;
export const CacheableResultSchema = specTypeSchemas.CacheableResult;
export const CallToolRequestSchema = specTypeSchemas.CallToolRequest;
export const CallToolRequestParamsSchema = specTypeSchemas.CallToolRequestParams;
export const CallToolResultSchema = specTypeSchemas.CallToolResult;
export const CancelTaskRequestSchema = specTypeSchemas.CancelTaskRequest;
export const CancelTaskResultSchema = specTypeSchemas.CancelTaskResult;
export const CancelledNotificationSchema = specTypeSchemas.CancelledNotification;
export const CancelledNotificationParamsSchema = specTypeSchemas.CancelledNotificationParams;
export const ClientCapabilitiesSchema = specTypeSchemas.ClientCapabilities;
export const ClientNotificationSchema = specTypeSchemas.ClientNotification;
export const ClientRequestSchema = specTypeSchemas.ClientRequest;
export const ClientResultSchema = specTypeSchemas.ClientResult;
export const ClientTasksCapabilitySchema = specTypeSchemas.ClientTasksCapability;
export const CompatibilityCallToolResultSchema = specTypeSchemas.CompatibilityCallToolResult;
export const CompleteRequestSchema = specTypeSchemas.CompleteRequest;
export const CompleteRequestParamsSchema = specTypeSchemas.CompleteRequestParams;
export const CompleteResultSchema = specTypeSchemas.CompleteResult;
export const ContentBlockSchema = specTypeSchemas.ContentBlock;
export const CreateMessageRequestSchema = specTypeSchemas.CreateMessageRequest;
export const CreateMessageRequestParamsSchema = specTypeSchemas.CreateMessageRequestParams;
export const CreateMessageResultSchema = specTypeSchemas.CreateMessageResult;
export const CreateMessageResultWithToolsSchema = specTypeSchemas.CreateMessageResultWithTools;
export const CreateTaskResultSchema = specTypeSchemas.CreateTaskResult;
export const CursorSchema = specTypeSchemas.Cursor;
export const DiscoverRequestSchema = specTypeSchemas.DiscoverRequest;
export const DiscoverResultSchema = specTypeSchemas.DiscoverResult;
export const ElicitRequestSchema = specTypeSchemas.ElicitRequest;
export const ElicitRequestFormParamsSchema = specTypeSchemas.ElicitRequestFormParams;
export const ElicitRequestParamsSchema = specTypeSchemas.ElicitRequestParams;
export const ElicitRequestURLParamsSchema = specTypeSchemas.ElicitRequestURLParams;
export const ElicitResultSchema = specTypeSchemas.ElicitResult;
export const ElicitationCompleteNotificationSchema = specTypeSchemas.ElicitationCompleteNotification;
export const ElicitationCompleteNotificationParamsSchema =
  specTypeSchemas.ElicitationCompleteNotificationParams;
export const EmbeddedResourceSchema = specTypeSchemas.EmbeddedResource;
export const EmptyResultSchema = specTypeSchemas.EmptyResult;
export const EnumSchemaSchema = specTypeSchemas.EnumSchema;
export const GetPromptRequestSchema = specTypeSchemas.GetPromptRequest;
export const GetPromptRequestParamsSchema = specTypeSchemas.GetPromptRequestParams;
export const GetPromptResultSchema = specTypeSchemas.GetPromptResult;
export const GetTaskPayloadRequestSchema = specTypeSchemas.GetTaskPayloadRequest;
export const GetTaskPayloadResultSchema = specTypeSchemas.GetTaskPayloadResult;
export const GetTaskRequestSchema = specTypeSchemas.GetTaskRequest;
export const GetTaskResultSchema = specTypeSchemas.GetTaskResult;
export const IconSchema = specTypeSchemas.Icon;
export const IconsSchema = specTypeSchemas.Icons;
export const ImageContentSchema = specTypeSchemas.ImageContent;
export const ImplementationSchema = specTypeSchemas.Implementation;
export const InitializeRequestSchema = specTypeSchemas.InitializeRequest;
export const InitializeRequestParamsSchema = specTypeSchemas.InitializeRequestParams;
export const InitializeResultSchema = specTypeSchemas.InitializeResult;
export const InitializedNotificationSchema = specTypeSchemas.InitializedNotification;
export const InputRequestSchema = specTypeSchemas.InputRequest;
export const InputRequestsSchema = specTypeSchemas.InputRequests;
export const InputRequiredResultSchema = specTypeSchemas.InputRequiredResult;
export const InputResponseSchema = specTypeSchemas.InputResponse;
export const InputResponsesSchema = specTypeSchemas.InputResponses;
export const JSONArraySchema = specTypeSchemas.JSONArray;
export const JSONObjectSchema = specTypeSchemas.JSONObject;
export const JSONRPCErrorResponseSchema = specTypeSchemas.JSONRPCErrorResponse;
export const JSONRPCMessageSchema = specTypeSchemas.JSONRPCMessage;
export const JSONRPCNotificationSchema = specTypeSchemas.JSONRPCNotification;
export const JSONRPCRequestSchema = specTypeSchemas.JSONRPCRequest;
export const JSONRPCResponseSchema = specTypeSchemas.JSONRPCResponse;
export const JSONRPCResultResponseSchema = specTypeSchemas.JSONRPCResultResponse;
export const JSONValueSchema = specTypeSchemas.JSONValue;
export const LegacyTitledEnumSchemaSchema = specTypeSchemas.LegacyTitledEnumSchema;
export const ListChangedOptionsBaseSchema = specTypeSchemas.ListChangedOptionsBase;
export const ListPromptsRequestSchema = specTypeSchemas.ListPromptsRequest;
export const ListPromptsResultSchema = specTypeSchemas.ListPromptsResult;
export const ListResourceTemplatesRequestSchema = specTypeSchemas.ListResourceTemplatesRequest;
export const ListResourceTemplatesResultSchema = specTypeSchemas.ListResourceTemplatesResult;
export const ListResourcesRequestSchema = specTypeSchemas.ListResourcesRequest;
export const ListResourcesResultSchema = specTypeSchemas.ListResourcesResult;
export const ListRootsRequestSchema = specTypeSchemas.ListRootsRequest;
export const ListRootsResultSchema = specTypeSchemas.ListRootsResult;
export const ListTasksRequestSchema = specTypeSchemas.ListTasksRequest;
export const ListTasksResultSchema = specTypeSchemas.ListTasksResult;
export const ListToolsRequestSchema = specTypeSchemas.ListToolsRequest;
export const ListToolsResultSchema = specTypeSchemas.ListToolsResult;
export const LoggingLevelSchema = specTypeSchemas.LoggingLevel;
export const LoggingMessageNotificationSchema = specTypeSchemas.LoggingMessageNotification;
export const LoggingMessageNotificationParamsSchema = specTypeSchemas.LoggingMessageNotificationParams;
export const ModelHintSchema = specTypeSchemas.ModelHint;
export const ModelPreferencesSchema = specTypeSchemas.ModelPreferences;
export const MultiSelectEnumSchemaSchema = specTypeSchemas.MultiSelectEnumSchema;
export const NotificationSchema = specTypeSchemas.Notification;
export const NotificationParamsSchema = specTypeSchemas.NotificationParams;
export const NumberSchemaSchema = specTypeSchemas.NumberSchema;
export const PaginatedRequestSchema = specTypeSchemas.PaginatedRequest;
export const PaginatedRequestParamsSchema = specTypeSchemas.PaginatedRequestParams;
export const PaginatedResultSchema = specTypeSchemas.PaginatedResult;
export const PingRequestSchema = specTypeSchemas.PingRequest;
export const PrimitiveSchemaDefinitionSchema = specTypeSchemas.PrimitiveSchemaDefinition;
export const ProgressSchema = specTypeSchemas.Progress;
export const ProgressNotificationSchema = specTypeSchemas.ProgressNotification;
export const ProgressNotificationParamsSchema = specTypeSchemas.ProgressNotificationParams;
export const ProgressTokenSchema = specTypeSchemas.ProgressToken;
export const PromptSchema = specTypeSchemas.Prompt;
export const PromptArgumentSchema = specTypeSchemas.PromptArgument;
export const PromptListChangedNotificationSchema = specTypeSchemas.PromptListChangedNotification;
export const PromptMessageSchema = specTypeSchemas.PromptMessage;
export const PromptReferenceSchema = specTypeSchemas.PromptReference;
export const ReadResourceRequestSchema = specTypeSchemas.ReadResourceRequest;
export const ReadResourceRequestParamsSchema = specTypeSchemas.ReadResourceRequestParams;
export const ReadResourceResultSchema = specTypeSchemas.ReadResourceResult;
export const RelatedTaskMetadataSchema = specTypeSchemas.RelatedTaskMetadata;
export const RequestSchema = specTypeSchemas.Request;
export const RequestIdSchema = specTypeSchemas.RequestId;
export const RequestMetaSchema = specTypeSchemas.RequestMeta;
export const RequestParamsSchema = specTypeSchemas.RequestParams;
export const ResourceSchema = specTypeSchemas.Resource;
export const ResourceContentsSchema = specTypeSchemas.ResourceContents;
export const ResourceLinkSchema = specTypeSchemas.ResourceLink;
export const ResourceListChangedNotificationSchema = specTypeSchemas.ResourceListChangedNotification;
export const ResourceRequestParamsSchema = specTypeSchemas.ResourceRequestParams;
export const ResourceTemplateSchema = specTypeSchemas.ResourceTemplate;
export const ResourceTemplateReferenceSchema = specTypeSchemas.ResourceTemplateReference;
export const ResourceUpdatedNotificationSchema = specTypeSchemas.ResourceUpdatedNotification;
export const ResourceUpdatedNotificationParamsSchema = specTypeSchemas.ResourceUpdatedNotificationParams;
export const ResultSchema = specTypeSchemas.Result;
export const ResultMetaObjectSchema = specTypeSchemas.ResultMetaObject;
export const RoleSchema = specTypeSchemas.Role;
export const RootSchema = specTypeSchemas.Root;
export const RootsListChangedNotificationSchema = specTypeSchemas.RootsListChangedNotification;
export const SamplingContentSchema = specTypeSchemas.SamplingContent;
export const SamplingMessageSchema = specTypeSchemas.SamplingMessage;
export const SamplingMessageContentBlockSchema = specTypeSchemas.SamplingMessageContentBlock;
export const ServerCapabilitiesSchema = specTypeSchemas.ServerCapabilities;
export const ServerNotificationSchema = specTypeSchemas.ServerNotification;
export const ServerRequestSchema = specTypeSchemas.ServerRequest;
export const ServerResultSchema = specTypeSchemas.ServerResult;
export const ServerTasksCapabilitySchema = specTypeSchemas.ServerTasksCapability;
export const SetLevelRequestSchema = specTypeSchemas.SetLevelRequest;
export const SetLevelRequestParamsSchema = specTypeSchemas.SetLevelRequestParams;
export const SingleSelectEnumSchemaSchema = specTypeSchemas.SingleSelectEnumSchema;
export const StringSchemaSchema = specTypeSchemas.StringSchema;
export const SubscribeRequestSchema = specTypeSchemas.SubscribeRequest;
export const SubscribeRequestParamsSchema = specTypeSchemas.SubscribeRequestParams;
export const SubscriptionFilterSchema = specTypeSchemas.SubscriptionFilter;
export const SubscriptionsAcknowledgedNotificationSchema =
  specTypeSchemas.SubscriptionsAcknowledgedNotification;
export const SubscriptionsAcknowledgedNotificationParamsSchema =
  specTypeSchemas.SubscriptionsAcknowledgedNotificationParams;
export const SubscriptionsListenRequestSchema = specTypeSchemas.SubscriptionsListenRequest;
export const SubscriptionsListenRequestParamsSchema = specTypeSchemas.SubscriptionsListenRequestParams;
export const SubscriptionsListenResultSchema = specTypeSchemas.SubscriptionsListenResult;
export const SubscriptionsListenResultMetaSchema = specTypeSchemas.SubscriptionsListenResultMeta;
export const TaskSchema = specTypeSchemas.Task;
export const TaskAugmentedRequestParamsSchema = specTypeSchemas.TaskAugmentedRequestParams;
export const TaskCreationParamsSchema = specTypeSchemas.TaskCreationParams;
export const TaskMetadataSchema = specTypeSchemas.TaskMetadata;
export const TaskStatusSchema = specTypeSchemas.TaskStatus;
export const TaskStatusNotificationSchema = specTypeSchemas.TaskStatusNotification;
export const TaskStatusNotificationParamsSchema = specTypeSchemas.TaskStatusNotificationParams;
export const TextContentSchema = specTypeSchemas.TextContent;
export const TextResourceContentsSchema = specTypeSchemas.TextResourceContents;
export const TitledMultiSelectEnumSchemaSchema = specTypeSchemas.TitledMultiSelectEnumSchema;
export const TitledSingleSelectEnumSchemaSchema = specTypeSchemas.TitledSingleSelectEnumSchema;
export const ToolSchema = specTypeSchemas.Tool;
export const ToolAnnotationsSchema = specTypeSchemas.ToolAnnotations;
export const ToolChoiceSchema = specTypeSchemas.ToolChoice;
export const ToolExecutionSchema = specTypeSchemas.ToolExecution;
export const ToolListChangedNotificationSchema = specTypeSchemas.ToolListChangedNotification;
export const ToolResultContentSchema = specTypeSchemas.ToolResultContent;
export const ToolUseContentSchema = specTypeSchemas.ToolUseContent;
export const UnsubscribeRequestSchema = specTypeSchemas.UnsubscribeRequest;
export const UnsubscribeRequestParamsSchema = specTypeSchemas.UnsubscribeRequestParams;
export const UntitledMultiSelectEnumSchemaSchema = specTypeSchemas.UntitledMultiSelectEnumSchema;
export const UntitledSingleSelectEnumSchemaSchema = specTypeSchemas.UntitledSingleSelectEnumSchema;

/** @deprecated Use `JSONRPCErrorResponseSchema`. */
export const JSONRPCErrorSchema = JSONRPCErrorResponseSchema;
/** @deprecated Use `ResourceTemplateReferenceSchema`. */
export const ResourceReferenceSchema = ResourceTemplateReferenceSchema;
