// Bearer tokens and metadata, where requests are handled as `(req, res, next)`: express, connect, and what is like them.

import {
  type BearerAuthOptions,
  bearerRefusal,
  verified,
  verifyBearerToken,
} from '../../authentication/bearer.js';
import {
  type AuthMetadataOptions,
  allowsInsecureIssuers,
  checkIssuerUrl,
  type DocumentAnswer,
  documentAnswer,
  documentsOf,
} from '../../authentication/metadata.js';
import type { AuthInfo } from '../../engine/call_origin.js';
import type { OAuthMetadata, OAuthProtectedResourceMetadata } from '../../types/oauth/objects.js';
import { MethodNotAllowedError } from './errors.js';

/** Of a request, what is looked at. */
export interface HandledRequest {
  method?: string | undefined;
  /** The path, as far as no router took a part of it. */
  url?: string | undefined;
  headers: { [name: string]: string | string[] | undefined };
  auth?: AuthInfo | undefined;
}

/** Of a response, what is used. */
export interface HandledResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(text?: string): unknown;
}

/** What stands in front of a server. */
export type Handler = (req: HandledRequest, res: HandledResponse, next: (error?: unknown) => void) => void;

/** What a request has to bring; see `BearerAuthOptions`. */
export interface BearerAuthMiddlewareOptions extends BearerAuthOptions {
  /** What `AuthInfo.resource` must be; not compared, if absent. */
  expectedResource?: URL | undefined;
}

/** Lets in requests with a token that is believed; who asks is `req.auth`, and `authInfo` of the server's handlers. */
export function requireBearerAuth(options: BearerAuthMiddlewareOptions): Handler {
  return gate(options, verified);
}

/** The same, which also notes in `req.auth` where the metadata are. */
export function requireBearerAuthNoting(options: BearerAuthMiddlewareOptions): Handler {
  return gate(options, verifyBearerToken);
}

function gate(options: BearerAuthMiddlewareOptions, verify: typeof verified): Handler {
  const resolved = { ...options };
  return (req, res, next) => {
    const { authorization } = req.headers;
    const header = Array.isArray(authorization) ? authorization[0] : authorization;
    verify(header, resolved)
      .then(
        (authInfo) => {
          req.auth = authInfo;
          return true;
        },
        (error: unknown) => {
          const { status, challenge, body } = bearerRefusal(error, resolved);
          answer(res, {
            status,
            headers: challenge === undefined ? {} : { 'WWW-Authenticate': challenge },
            body,
          });
          return false;
        },
      )
      .then((isLetIn) => {
        if (isLetIn) next();
      })
      .catch(next);
  };
}

function answer(res: HandledResponse, { status, headers, body }: DocumentAnswer): void {
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (body === undefined) {
    res.end();
    return;
  }
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.end(JSON.stringify(body));
}

function askedHeaders({ headers }: HandledRequest): string | undefined {
  const asked = headers['access-control-request-headers'];
  return Array.isArray(asked) ? asked.join(', ') : asked;
}

function pathOf({ url = '/' }: HandledRequest): string {
  return url.split(/[?#]/, 1)[0] ?? '/';
}

/**
 * Answers requests for what the resource and its authorization server say of themselves. To be used at the application's root:
 * `app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl }))`.
 *
 * @throws Error for an issuer without TLS that is not on this machine, or whose URL has a query or a fragment.
 */
export function mcpAuthMetadataRouter(options: AuthMetadataOptions): Handler {
  const insecure = options.dangerouslyAllowInsecureIssuerUrl || allowsInsecureIssuers();
  const documents = documentsOf({ ...options, dangerouslyAllowInsecureIssuerUrl: insecure });
  return (req, res, next) => {
    const document = documents(pathOf(req));
    if (document === undefined) next();
    else answer(res, documentAnswer(req.method ?? 'GET', askedHeaders(req), document));
  };
}

/** Answers requests for a document, at the path it is used at. */
export function metadataHandler(metadata: OAuthMetadata | OAuthProtectedResourceMetadata): Handler {
  return (req, res, next) => {
    if (pathOf(req) !== '/') next();
    else answer(res, documentAnswer(req.method ?? 'GET', askedHeaders(req), metadata));
  };
}

/** Refuses requests with other methods than these. */
export function allowedMethods(methods: string[]): Handler {
  return (req, res, next) => {
    if (methods.includes(req.method ?? 'GET')) {
      next();
      return;
    }
    const error = new MethodNotAllowedError(`The method ${req.method} is not allowed for this endpoint`);
    answer(res, { status: 405, headers: { Allow: methods.join(', ') }, body: error.toResponseObject() });
  };
}

/** Of an authorization server, what its metadata depend on. */
interface Provider {
  readonly clientsStore: { registerClient?: unknown };
  revokeToken?: unknown;
}

/**
 * What an authorization server with the usual paths says of itself.
 *
 * @throws Error for an issuer without TLS that is not on this machine, or whose URL has a query or a fragment.
 */
export function createOAuthMetadata(options: {
  provider: Provider;
  issuerUrl: URL;
  baseUrl?: URL | undefined;
  serviceDocumentationUrl?: URL | undefined;
  scopesSupported?: string[] | undefined;
}): OAuthMetadata {
  const { provider, issuerUrl, baseUrl = issuerUrl } = options;
  checkIssuerUrl(issuerUrl, allowsInsecureIssuers());
  const at = (path: string): string => new URL(path, baseUrl).href;
  const revokes = Boolean(provider.revokeToken);
  return {
    issuer: issuerUrl.href,
    service_documentation: options.serviceDocumentationUrl?.href,
    authorization_endpoint: at('/authorize'),
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint: at('/token'),
    token_endpoint_auth_methods_supported: ['client_secret_post', 'none'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    scopes_supported: options.scopesSupported,
    revocation_endpoint: revokes ? at('/revoke') : undefined,
    revocation_endpoint_auth_methods_supported: revokes ? ['client_secret_post'] : undefined,
    registration_endpoint: provider.clientsStore.registerClient ? at('/register') : undefined,
  };
}
