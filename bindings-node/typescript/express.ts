// express: an application with what an MCP server needs, and its checks as middleware.

export {
  type AuthMetadataOptions,
  type BearerAuthMiddlewareOptions,
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthMetadataRouter,
  type OAuthTokenVerifier,
  requireBearerAuth,
} from './later/authentication.js';
export {
  type CreateMcpExpressAppOptions,
  createMcpExpressApp,
  hostHeaderValidation,
  localhostHostValidation,
  localhostOriginValidation,
  originValidation,
} from './server/express.js';
