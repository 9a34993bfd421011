// The package by its short name: what most servers need. The rest is behind the deep paths (`oxmcp/server/stdio.js`, …).

export { fromJsonSchema } from './arguments/schemas.js';
export {
  AlreadyRegisteredError,
  ClosedError,
  ConfigurationError,
  ErrorCode,
  InternalError,
  InvalidArgumentsError,
  InvalidDescriptorError,
  InvalidResultError,
  InvalidSchemaError,
  McpError,
  MissingRequiredClientCapabilityError,
  type MissingRequiredClientCapabilityErrorData,
  NotFoundError,
  NotYetError,
  OxmcpError,
  PromptError,
  ProtocolError,
  ProtocolErrorCode,
  ResourceError,
  ResourceNotFoundError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  type SdkHttpErrorData,
  ToolError,
  TransportError,
  UnsupportedProtocolVersionError,
  type UnsupportedProtocolVersionErrorData,
  UrlElicitationRequiredError,
  UserError,
} from './engine/errors.js';
export type { Transform } from './engine/native.js';
export { CannotAskError, MissingCapabilityError, QuestionError } from './engine/question_errors.js';
export { UriTemplate } from './offers/resource_templates.js';
export * from './offers/transforms.js';
export type { CompleteCallback, CompletionContext } from './server/completable.js';
export { completable, getCompleter, isCompletable } from './server/completable.js';
export { Server, type ServerOptions, type Transport } from './server/index.js';
export * from './server/mcp.js';
// The class, where the protocol's type of the name is exported, too.
export { ResourceTemplate } from './server/mcp.js';

// What serves it.

export type { AuthInfo } from './engine/call_origin.js';
export { InMemoryTransport } from './inMemory.js';
export * from './server/stdio.js';
export {
  type HandleRequestOptions,
  WebStandardStreamableHTTPServerTransport,
  type WebStandardStreamableHTTPServerTransportOptions,
} from './server/webStandardStreamableHttp.js';
export * from './serving/http/handler.js';
export {
  type HostHeaderValidationResult,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  type OriginValidationResult,
  originValidationResponse,
  validateHostHeader,
  validateOriginHeader,
} from './serving/http/host_validation.js';

// What it speaks.

export type * from './types/oauth/objects.js';
export * from './types.js';

// What the official packages export beside it.

export type {
  RequestHandlerSchemas,
  StandardSchemaV1,
  StandardSchemaV1Sync,
  StandardSchemaWithJSON,
} from './arguments/standard_schema.js';
export type {
  AuthorizationOptions,
  ConditionOptions,
  RoleOptions,
  RuleOptions,
  SqlOptions,
} from './authentication/authorization.js';
export {
  type BearerAuthOptions,
  bearerAuthChallengeResponse,
  type OAuthTokenVerifier,
  requireBearerAuth,
  type VerifyBearerTokenOptions,
  verifyBearerToken,
} from './authentication/bearer.js';
export { OAuthError, OAuthErrorCode } from './authentication/errors.js';
export {
  type AuthMetadataOptions,
  buildOAuthProtectedResourceMetadata,
  checkResourceAllowed,
  getOAuthProtectedResourceMetadataUrl,
  oauthMetadataResponse,
  resourceUrlFromServerUrl,
} from './authentication/metadata.js';
export type {
  AuthenticationOptions,
  JwtIssuer,
  TokenHolder,
  VerifyToken,
} from './authentication/options.js';
export { requireScopes, type ScopeChallenge, type ScopeChallengeHandler } from './authentication/scopes.js';
export type { Context as BaseContext, Context as ClientContext } from './calls/context.js';
export type { Choice, Elicit, Elicited, ElicitInputParams, ElicitUrl } from './calls/elicitation.js';
export {
  acceptedContent,
  type InputRequiredBuilder,
  type InputRequiredSpec,
  type InputResponseView,
  inputRequired,
  inputResponse,
} from './calls/input_required.js';
export * from './calls/questions.js';
export type { ProtocolEra, RequestMetaEnvelope, RequestStateAccessor } from './calls/request.js';
export {
  createRequestStateCodec,
  type RequestStateCodec,
  type RequestStateCodecOptions,
} from './calls/request_state.js';
export type { Sample, Sampled, SampleOptions } from './calls/sampling.js';
export * from './later/serving.js';
export type { CompletableSchema } from './server/completable.js';
export { SSEServerTransport, type SSEServerTransportOptions } from './server/sse.js';
export type { EventId, EventStore, StreamId } from './server/streamableHttp.js';
export type { AuditOptions, AuditRecord, AuditSink } from './serving/audit.js';
export type { IdempotencyOptions, SafetyOptions, Sanitizer } from './serving/safety.js';
export type {
  SecretText,
  TelemetryDashboard,
  TelemetryHealth,
  TelemetryLogs,
  TelemetryMetrics,
  TelemetryOptions,
  TelemetryOtlp,
} from './serving/telemetry.js';
export type { MessageClassification } from './serving/transport.js';
export * from './shared/mediaType.js';
export * from './shared/protocol.js';
export * from './shared/stdio.js';
export * from './shared/transport.js';
export type {
  JsonSchemaType,
  JsonSchemaValidator,
  JsonSchemaValidatorResult,
  jsonSchemaValidator,
} from './validation/index.js';
