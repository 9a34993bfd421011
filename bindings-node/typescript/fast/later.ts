// What npm's fastmcp has below `fastmcp/auth`, `/edge` and `/openapi`.

import { type NotYet, notYet } from '../engine/not_yet.js';

export type { EventStore } from '../engine/http_options.js';
export type {
  NotYet as FastMCPRequest,
  NotYet as FastMCPResponse,
  NotYet as RouteHandler,
  NotYet as RouteOptions,
  NotYet as SSEServer,
  NotYet as AuthProviderConfig,
  NotYet as AuthorizationParams,
  NotYet as AzureProviderConfig,
  NotYet as AzureSession,
  NotYet as BundledOpenApiDocument,
  NotYet as ClientCode,
  NotYet as ConsentData,
  NotYet as DCRClientMetadata,
  NotYet as DCRRequest,
  NotYet as DCRResponse,
  NotYet as EdgeFastMCPOptions,
  NotYet as EdgeFetchHandler,
  NotYet as EdgeLogger,
  NotYet as EdgePrompt,
  NotYet as EdgeResource,
  NotYet as EdgeTool,
  NotYet as FromOpenAPIOptions,
  NotYet as GenericOAuthProviderConfig,
  NotYet as GitHubSession,
  NotYet as GoogleSession,
  NotYet as HttpMethod,
  NotYet as HttpRoute,
  NotYet as JWKSVerificationResult,
  NotYet as JWKSVerifierConfig,
  NotYet as JWTClaims,
  NotYet as OAuthError,
  NotYet as OAuthProviderConfig,
  NotYet as OAuthProxyConfig,
  NotYet as OAuthSession,
  NotYet as OAuthTransaction,
  NotYet as OperationSummary,
  NotYet as PKCEPair,
  NotYet as ProxyDCRClient,
  NotYet as RefreshRequest,
  NotYet as TokenMapping,
  NotYet as TokenRequest,
  NotYet as TokenResponse,
  NotYet as TokenStorage,
  NotYet as TokenVerificationResult,
  NotYet as TokenVerifier,
  NotYet as UpstreamTokenSet,
  NotYet as WebStreamableHTTPServerTransportOptions,
} from '../engine/not_yet.js';

export const {
  AuthProvider,
  AzureProvider,
  ConsentManager,
  DEFAULT_ACCESS_TOKEN_TTL,
  DEFAULT_ACCESS_TOKEN_TTL_NO_REFRESH,
  DEFAULT_AUTHORIZATION_CODE_TTL,
  DEFAULT_REFRESH_TOKEN_TTL,
  DEFAULT_TRANSACTION_TTL,
  DiskStore,
  EdgeFastMCP,
  EncryptedTokenStorage,
  GitHubProvider,
  GoogleProvider,
  JWKSVerifier,
  JWTIssuer,
  MemoryTokenStorage,
  OAuthProvider,
  OAuthProxy,
  OAuthProxyError,
  PKCEUtils,
  WebStreamableHTTPServerTransport,
  fromOpenAPI,
  DiscoveryDocumentCache,
} = notYet();
export type AuthProvider<A = unknown> = NotYet<A>;
export type AzureProvider = NotYet;
export type ConsentManager = NotYet;
export type DiskStore = NotYet;
export type EdgeFastMCP = NotYet;
export type EncryptedTokenStorage = NotYet;
export type GitHubProvider = NotYet;
export type GoogleProvider = NotYet;
export type JWKSVerifier = NotYet;
export type JWTIssuer = NotYet;
export type MemoryTokenStorage = NotYet;
export type OAuthProvider<A = unknown> = NotYet<A>;
export type OAuthProxy = NotYet;
export type OAuthProxyError = NotYet;
export type PKCEUtils = NotYet;
export type WebStreamableHTTPServerTransport = NotYet;
export type DiscoveryDocumentCache = NotYet;
export { getAuthSession, requireAll, requireAny, requireAuth, requireRole, requireScopes } from './access.js';
