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
  UserError,
} from './errors.js';
export { UriTemplate } from './resources.js';
export { fromJsonSchema } from './schemas.js';
export type { CompleteCallback, CompletionContext } from './server/completable.js';
export { completable, getCompleter, isCompletable } from './server/completable.js';
export { Server, type ServerOptions, type Transport } from './server/index.js';
export * from './server/mcp.js';
export { ResourceTemplate } from './server/mcp.js';
export * from './types.js';
