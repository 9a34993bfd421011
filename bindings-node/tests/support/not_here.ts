// Public names of other packages that are not here, each with its reason. `*` stands for any letters.

/** Why a name is not here. */
export type Reason =
  /** Marked as internal by its own package, or of use to nobody outside of it. */
  | 'internal'
  /** A third package's, handed on. */
  | 'third party'
  /** An option that nothing here would honour: it is refused by its name, before anything is served. */
  | 'refused'
  /** The type is here, for the same thing written another way. */
  | 'another shape';

const SDK = '@modelcontextprotocol/sdk';
const V2 = '@modelcontextprotocol';

const TASK_OPTIONS = ['maxTaskQueueSize'];
const OPTIONS_OF_V2 = ['supportedProtocolVersions'];
const STREAM_OPTIONS = ['supportedProtocolVersions'];
const of = (type: string, members: string[]): string =>
  members.map((member) => `${type}.${member}`).join(', ');

export const NOT_HERE: Record<Reason, Record<string, string>> = {
  internal: {
    [`${V2}/server`]:
      'RegisteredPrompt.handler, RegisteredTool.executor, Server.projectCallToolResult, ServerEvent.params',
  },
  'third party': {
    [`${V2}/server/validators/ajv`]: 'Ajv, addFormats',
    [`${V2}/client/validators/ajv`]: 'Ajv, addFormats',
  },
  refused: {
    [`${SDK}/server`]: of('ServerOptions', TASK_OPTIONS),
    [`${SDK}/server/index.js`]: of('ServerOptions', TASK_OPTIONS),
    [`${SDK}/server/mcp.js`]: of('McpServerOptions', TASK_OPTIONS),
    [`${SDK}/shared/protocol.js`]: of('ProtocolOptions', ['taskStore', 'taskMessageQueue', ...TASK_OPTIONS]),
    [`${V2}/server`]: [
      of('ServerOptions', OPTIONS_OF_V2),
      of('McpServerOptions', OPTIONS_OF_V2),
      of('WebStandardStreamableHTTPServerTransportOptions', STREAM_OPTIONS),
      'ProtocolOptions.supportedProtocolVersions, CreateMcpHandlerOptions.maxSubscriptions',
    ].join(', '),
    [`${V2}/client`]: 'ProtocolOptions.supportedProtocolVersions',
    [`${V2}/node`]: of('StreamableHTTPServerTransportOptions', STREAM_OPTIONS),
    [`${V2}/server/stdio`]: 'ServeStdioOptions.maxSubscriptions',
    fastmcp:
      'ServerOptions.auth, ServerOptions.authenticate, ServerOptions.oauth, ServerOptions.utils, Resource.complete',
  },
  'another shape': {
    // Whole messages there; here what is inside of their envelopes, as in `types.js`.
    [`${SDK}/spec.types.js`]: '*Request.id, *Request.jsonrpc, *Notification.jsonrpc',
    fastmcp: 'CorsOptions.maxAge, CorsOptions.methods, CorsOptions.origin, ToolParameters.~standard',
    [`${SDK}/server/zod-compat.js`]: 'AnySchema.~standard, AnyObjectSchema.~standard',
    // The name of a type there, of a class here.
    [`${V2}/server`]: 'InternalError.code, InternalError.data',
    [`${V2}/client`]: 'InternalError.code, InternalError.data',
    [`${V2}/node`]: 'NodeServerResponseLike.writeHead, NodeServerResponseLike.destroyed',
  },
};
