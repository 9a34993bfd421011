// express: an application with what an MCP server needs, and its checks as middleware.

export type { OAuthTokenVerifier } from './authentication/bearer.js';
export { type AuthMetadataOptions, getOAuthProtectedResourceMetadataUrl } from './authentication/metadata.js';
export {
  type BearerAuthMiddlewareOptions,
  mcpAuthMetadataRouter,
  requireBearerAuthNoting as requireBearerAuth,
} from './server/auth/bearer_auth.js';
export {
  type CreateMcpExpressAppOptions,
  createMcpExpressApp,
  hostHeaderValidation,
  localhostHostValidation,
  localhostOriginValidation,
  originValidation,
} from './server/express.js';
