// The types of the protocol, what it fixes by value, the tests that tell messages apart, and the schemas of all of it.

import {
  CallToolResultSchema,
  InitializedNotificationSchema,
  InitializeRequestSchema,
  InputRequiredResultSchema,
  JSONRPCMessageSchema,
  TaskAugmentedRequestParamsSchema,
} from './arguments/spec_schemas/spec_schemas.js';
import type { JSONRPCMessage } from './types/jsonrpc.js';
import type { InitializedNotification, InitializeRequest } from './types/lifecycle.js';
import type { InputRequiredResult } from './types/questions.js';
import type { TaskAugmentedRequestParams } from './types/tasks.js';
import type { CallToolResult } from './types/tools.js';

export * from './arguments/spec_schemas/spec_schemas.js';
export type { RequestInfo } from './calls/context.js';
export { ErrorCode, McpError, ProtocolError, UrlElicitationRequiredError } from './engine/errors.js';
export type { MessageExtraInfo } from './serving/transport.js';
export { getDisplayName } from './shared/metadataUtils.js';
export type * from './types/base.js';
export * from './types/completions.js';
export * from './types/constants.js';
export type * from './types/content.js';
export * from './types/jsonrpc.js';
export type * from './types/lifecycle.js';
export type * from './types/methods.js';
export type * from './types/notifications.js';
export type * from './types/prompts.js';
export type * from './types/questions.js';
export type * from './types/resources.js';
export type * from './types/sampling.js';
export type { SpecTypeName, SpecTypes } from './types/spec_types.js';
export type * from './types/tasks.js';
export type * from './types/tools.js';

/** Headers as node hands them over: lists where a header came more than once. */
export type IsomorphicHeaders = Record<string, string | string[] | undefined>;

/** Tells whether this begins a session: what decides whether an HTTP request without a session id gets one. */
export const isInitializeRequest = (value: unknown): value is InitializeRequest =>
  InitializeRequestSchema.safeParse(value).success;

/** Tells whether this ends the handshake. */
export const isInitializedNotification = (value: unknown): value is InitializedNotification =>
  InitializedNotificationSchema.safeParse(value).success;

/** Tells whether this is no result yet, but says what is missing. */
export const isInputRequiredResult = (value: unknown): value is InputRequiredResult =>
  InputRequiredResultSchema.safeParse(value).success;

/** Tells whether this is the result of a tool, its content written out. */
export const isCallToolResult = (value: unknown): value is CallToolResult =>
  typeof value === 'object' &&
  value !== null &&
  'content' in value &&
  CallToolResultSchema.safeParse(value).success;

/** Tells whether these are the params of a request that is to become a task. */
export const isTaskAugmentedRequestParams = (value: unknown): value is TaskAugmentedRequestParams =>
  TaskAugmentedRequestParamsSchema.safeParse(value).success;

/**
 * A message out of something that was parsed already.
 *
 * @throws SchemaError when it is none
 */
export const parseJSONRPCMessage = (value: unknown): JSONRPCMessage => JSONRPCMessageSchema.parse(value);
