// Where the official packages have their clients. What a client shares with a server is here; the client itself is not yet.

export { fromJsonSchema } from './arguments/schemas.js';
export type {
  RequestHandlerSchemas,
  StandardSchemaV1,
  StandardSchemaV1Sync,
  StandardSchemaWithJSON,
} from './arguments/standard_schema.js';
export { OAuthError, OAuthErrorCode } from './authentication/errors.js';
export { checkResourceAllowed, resourceUrlFromServerUrl } from './authentication/metadata.js';
export type {
  Context as BaseContext,
  Context as ClientContext,
  Context as ServerContext,
} from './calls/context.js';
export type { ProtocolEra, RequestMetaEnvelope, RequestStateAccessor } from './calls/request.js';
export type { AuthInfo } from './engine/call_origin.js';
export {
  InternalError,
  MissingRequiredClientCapabilityError,
  type MissingRequiredClientCapabilityErrorData,
  ProtocolErrorCode,
  ResourceNotFoundError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  type SdkHttpErrorData,
  UnsupportedProtocolVersionError,
  type UnsupportedProtocolVersionErrorData,
} from './engine/errors.js';
export { InMemoryTransport } from './inMemory.js';
export * from './later/client.js';
export { UriTemplate, type Variables } from './offers/resource_templates.js';
export type { MessageClassification } from './serving/transport.js';
export * from './shared/mediaType.js';
export * from './shared/protocol.js';
export * from './shared/stdio.js';
export * from './shared/transport.js';
// The type of the error, not the class of the same name.
export type { InvalidRequestError } from './types/jsonrpc.js';
export type * from './types/oauth/objects.js';
export * from './types.js';
export * from './validation/index.js';
