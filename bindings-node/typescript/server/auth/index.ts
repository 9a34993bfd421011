// What version 1 of the official package has below `server/auth/` and at `shared/auth.js`.

export type { OAuthTokenVerifier } from '../../authentication/bearer.js';
export {
  type AuthMetadataOptions,
  checkResourceAllowed,
  getOAuthProtectedResourceMetadataUrl,
  resourceUrlFromServerUrl,
} from '../../authentication/metadata.js';
export * from '../../authentication/schemas.js';
export type { AuthInfo } from '../../engine/call_origin.js';
export * from '../../later/authorization_server.js';
export type * from '../../types/oauth/objects.js';
export * from './errors.js';
export * from './handlers.js';
