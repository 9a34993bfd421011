// Authentication of clients: bearer tokens, OAuth and its metadata.

import { type NotYet, notYet } from '../engine/not_yet.js';

export type { AuthInfo } from '../engine/call_origin.js';
export type {
  NotYet as AuthMetadataOptions,
  NotYet as AuthRouterOptions,
  NotYet as AuthorizationHandlerOptions,
  NotYet as AuthorizationParams,
  NotYet as AuthorizationServerMetadata,
  NotYet as BearerAuthMiddlewareOptions,
  NotYet as BearerAuthOptions,
  NotYet as ClientAuthenticationMiddlewareOptions,
  NotYet as ClientRegistrationHandlerOptions,
  NotYet as IdJagTokenExchangeResponse,
  NotYet as OAuthClientInformation,
  NotYet as OAuthClientInformationContext,
  NotYet as OAuthClientInformationFull,
  NotYet as OAuthClientInformationMixed,
  NotYet as OAuthClientMetadata,
  NotYet as OAuthClientRegistrationError,
  NotYet as OAuthErrorResponse,
  NotYet as OAuthMetadata,
  NotYet as OAuthProtectedResourceMetadata,
  NotYet as OAuthRegisteredClientsStore,
  NotYet as OAuthServerProvider,
  NotYet as OAuthTokenRevocationRequest,
  NotYet as OAuthTokenVerifier,
  NotYet as OAuthTokens,
  NotYet as OpenIdProviderDiscoveryMetadata,
  NotYet as OpenIdProviderMetadata,
  NotYet as ProxyEndpoints,
  NotYet as ProxyOptions,
  NotYet as RevocationHandlerOptions,
  NotYet as ScopeChallenge,
  NotYet as ScopeChallengeHandler,
  NotYet as StoredOAuthClientInformation,
  NotYet as StoredOAuthTokens,
  NotYet as TokenHandlerOptions,
  NotYet as VerifyBearerTokenOptions,
} from '../engine/not_yet.js';

// Until then the application in front decides who may ask; `authInfo` is handed on.

export const {
  AccessDeniedError,
  CustomOAuthError,
  InsufficientScopeError,
  InvalidClientError,
  InvalidClientMetadataError,
  InvalidGrantError,
  InvalidRequestError,
  InvalidScopeError,
  InvalidTargetError,
  InvalidTokenError,
  MethodNotAllowedError,
  OAUTH_ERRORS,
  OAuthClientInformationFullSchema,
  OAuthClientInformationSchema,
  OAuthClientMetadataSchema,
  OAuthClientRegistrationErrorSchema,
  OAuthError,
  OAuthErrorCode,
  OAuthErrorResponseSchema,
  OAuthMetadataSchema,
  OAuthProtectedResourceMetadataSchema,
  OAuthTokenRevocationRequestSchema,
  OAuthTokensSchema,
  OpenIdProviderDiscoveryMetadataSchema,
  OpenIdProviderMetadataSchema,
  OptionalSafeUrlSchema,
  ProxyOAuthServerProvider,
  SafeUrlSchema,
  ServerError,
  TemporarilyUnavailableError,
  TooManyRequestsError,
  UnauthorizedClientError,
  UnsupportedGrantTypeError,
  UnsupportedResponseTypeError,
  UnsupportedTokenTypeError,
  allowedMethods,
  authenticateClient,
  authorizationHandler,
  bearerAuthChallengeResponse,
  buildOAuthProtectedResourceMetadata,
  checkResourceAllowed,
  clientRegistrationHandler,
  createOAuthMetadata,
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthMetadataRouter,
  mcpAuthRouter,
  metadataHandler,
  oauthMetadataResponse,
  redirectUriMatches,
  requireBearerAuth,
  requireScopes,
  resourceUrlFromServerUrl,
  revocationHandler,
  tokenHandler,
  verifyBearerToken,
} = notYet('authenticate in front of the server, and hand on authInfo with the request');
export type AccessDeniedError = NotYet;
export type CustomOAuthError = NotYet;
export type InsufficientScopeError = NotYet;
export type InvalidClientError = NotYet;
export type InvalidClientMetadataError = NotYet;
export type InvalidGrantError = NotYet;
export type InvalidRequestError = NotYet;
export type InvalidScopeError = NotYet;
export type InvalidTargetError = NotYet;
export type InvalidTokenError = NotYet;
export type MethodNotAllowedError = NotYet;
export type OAuthError = NotYet;
export type OAuthErrorCode = NotYet;
export type ProxyOAuthServerProvider = NotYet;
export type ServerError = NotYet;
export type TemporarilyUnavailableError = NotYet;
export type TooManyRequestsError = NotYet;
export type UnauthorizedClientError = NotYet;
export type UnsupportedGrantTypeError = NotYet;
export type UnsupportedResponseTypeError = NotYet;
export type UnsupportedTokenTypeError = NotYet;
