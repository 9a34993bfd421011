// Clients: how a program speaks to a server of others.

import { type NotYet, notYet } from '../engine/not_yet.js';

export type {
  NotYet as AddClientAuthentication,
  NotYet as AssertionCallback,
  NotYet as AuthOptions,
  NotYet as AuthProvider,
  NotYet as AuthResult,
  NotYet as CacheEntry,
  NotYet as CacheKey,
  NotYet as CacheMode,
  NotYet as CacheableRequestOptions,
  NotYet as CallToolRequestOptions,
  NotYet as ClientAuthMethod,
  NotYet as ClientCredentialsProviderOptions,
  NotYet as ClientOptions,
  NotYet as ConnectOptions,
  NotYet as CrossAppAccessContext,
  NotYet as CrossAppAccessProviderOptions,
  NotYet as DiscoverAndRequestJwtAuthGrantOptions,
  NotYet as DpopAlg,
  NotYet as DpopKeyPair,
  NotYet as DpopProofRequest,
  NotYet as DpopSessionSource,
  NotYet as DpopTokenSource,
  NotYet as GenerateDpopKeyPairOptions,
  NotYet as InMemoryResponseCacheStoreOptions,
  NotYet as InputRequiredOptions,
  NotYet as JwtAuthGrantResult,
  NotYet as LoggingOptions,
  NotYet as MaybePromise,
  NotYet as McpSubscription,
  NotYet as Middleware,
  NotYet as OAuthClientInformationContext,
  NotYet as OAuthClientProvider,
  NotYet as OAuthDiscoveryState,
  NotYet as OAuthServerInfo,
  NotYet as PriorDiscovery,
  NotYet as PrivateKeyJwtProviderOptions,
  NotYet as ReconnectionScheduler,
  NotYet as RequestJwtAuthGrantOptions,
  NotYet as RequestLogger,
  NotYet as ResponseCacheStore,
  NotYet as SSEClientTransportOptions,
  NotYet as StartSSEOptions,
  NotYet as StaticPrivateKeyJwtProviderOptions,
  NotYet as StdioServerParameters,
  NotYet as StreamableHTTPClientTransportOptions,
  NotYet as StreamableHTTPReconnectionOptions,
  NotYet as VersionNegotiationMode,
  NotYet as VersionNegotiationOptions,
  NotYet as VersionNegotiationProbeOptions,
} from '../engine/not_yet.js';

// For tests there is `InMemoryTransport`, and the official client.

export const {
  AuthorizationServerMismatchError,
  Client,
  ClientCredentialsProvider,
  CrossAppAccessProvider,
  DEFAULT_INHERITED_ENV_VARS,
  DPOP_SUPPORTED_ALGS,
  DpopSession,
  InMemoryResponseCacheStore,
  InsecureTokenEndpointError,
  IssuerMismatchError,
  MAX_CACHE_TTL_MS,
  InsufficientScopeError,
  OAuthClientFlowError,
  PrivateKeyJwtProvider,
  RegistrationRejectedError,
  SSEClientTransport,
  SseError,
  StaticPrivateKeyJwtProvider,
  StdioClientTransport,
  StreamableHTTPClientTransport,
  StreamableHTTPError,
  UnauthorizedError,
  WebSocketClientTransport,
  accessTokenHash,
  applyMiddlewares,
  assertSecureTokenEndpoint,
  auth,
  buildDiscoveryUrls,
  computeScopeUnion,
  createMiddleware,
  createPrivateKeyJwtAuth,
  discoverAndRequestJwtAuthGrant,
  discoverAuthorizationServerMetadata,
  discoverOAuthMetadata,
  discoverOAuthProtectedResourceMetadata,
  discoverOAuthServerInfo,
  exchangeAuthorization,
  exchangeJwtAuthGrant,
  extractResourceMetadataUrl,
  extractWWWAuthenticateParams,
  fetchToken,
  generateDpopKeyPair,
  getDefaultEnvironment,
  getSupportedElicitationModes,
  isDpopNonceChallenge,
  isHttpsUrl,
  isStrictScopeSuperset,
  parseErrorResponse,
  prepareAuthorizationCodeRequest,
  refreshAuthorization,
  registerClient,
  requestJwtAuthorizationGrant,
  resolveClientMetadata,
  selectClientAuthMethod,
  selectResourceURL,
  startAuthorization,
  validateAuthorizationResponseIssuer,
  validateClientMetadataUrl,
  withDpop,
  withDpopFromProvider,
  withInputRequired,
  withLogging,
  withOAuth,
} = notYet();
export type AuthorizationServerMismatchError = NotYet;
export type Client<A = unknown, B = unknown, C = unknown> = NotYet<A, B, C>;
export type ClientCredentialsProvider = NotYet;
export type CrossAppAccessProvider = NotYet;
export type DpopSession = NotYet;
export type InMemoryResponseCacheStore = NotYet;
export type InsecureTokenEndpointError = NotYet;
export type IssuerMismatchError = NotYet;
export type InsufficientScopeError = NotYet;
export type OAuthClientFlowError = NotYet;
export type PrivateKeyJwtProvider = NotYet;
export type RegistrationRejectedError = NotYet;
export type SSEClientTransport = NotYet;
export type SseError = NotYet;
export type StaticPrivateKeyJwtProvider = NotYet;
export type StdioClientTransport = NotYet;
export type StreamableHTTPClientTransport = NotYet;
export type StreamableHTTPError = NotYet;
export type UnauthorizedError = NotYet;
export type WebSocketClientTransport = NotYet;
