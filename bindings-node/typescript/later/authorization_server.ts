// An authorization server of one's own: what only that needs.

import { type NotYet, notYet } from '../engine/not_yet.js';

export type {
  NotYet as AuthRouterOptions,
  NotYet as AuthorizationHandlerOptions,
  NotYet as AuthorizationParams,
  NotYet as ClientAuthenticationMiddlewareOptions,
  NotYet as ClientRegistrationHandlerOptions,
  NotYet as OAuthRegisteredClientsStore,
  NotYet as OAuthServerProvider,
  NotYet as ProxyEndpoints,
  NotYet as ProxyOptions,
  NotYet as RevocationHandlerOptions,
  NotYet as TokenHandlerOptions,
} from '../engine/not_yet.js';

export const {
  ProxyOAuthServerProvider,
  authenticateClient,
  authorizationHandler,
  clientRegistrationHandler,
  mcpAuthRouter,
  redirectUriMatches,
  revocationHandler,
  tokenHandler,
} = notYet(
  'let clients get their tokens from an authorization server, and name it in the option authentication',
);
export type ProxyOAuthServerProvider = NotYet;
