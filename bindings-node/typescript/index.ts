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
  NotFoundError,
  OxmcpError,
  PromptError,
  ProtocolError,
  ProtocolErrorCode,
  ResourceError,
  ResourceNotFoundError,
  SdkError,
  SdkErrorCode,
  ToolError,
  TransportError,
  UnsupportedProtocolVersionError,
  UrlElicitationRequiredError,
  UserError,
} from './engine/errors.js';
export { UriTemplate } from './offers/resource_templates.js';
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

export * from './types.js';
