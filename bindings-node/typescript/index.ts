// The package by its short name: what most servers need. The rest is behind the deep paths (`oxmcp/server/stdio.js`, …).

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
  UserError,
} from './errors.js';
export { UriTemplate } from './resource_templates.js';
export { fromJsonSchema } from './schemas.js';
export type { CompleteCallback, CompletionContext } from './server/completable.js';
export { completable, getCompleter, isCompletable } from './server/completable.js';
export { Server, type ServerOptions, type Transport } from './server/index.js';
export * from './server/mcp.js';
// The class, where the protocol's type of the name is exported, too.
export { ResourceTemplate } from './server/mcp.js';

// What serves it.

export type { AuthInfo } from './call_origin.js';
export * from './handler.js';
export {
  type HostHeaderValidationResult,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  type OriginValidationResult,
  originValidationResponse,
  validateHostHeader,
  validateOriginHeader,
} from './host_validation.js';
export { InMemoryTransport } from './inMemory.js';
export { StdioServerTransport, type StdioServerTransportOptions } from './server/stdio.js';
export {
  type HandleRequestOptions,
  WebStandardStreamableHTTPServerTransport,
  type WebStandardStreamableHTTPServerTransportOptions,
} from './server/webStandardStreamableHttp.js';

// What it speaks.

export * from './types.js';
