// What a resource and its authorization server say of themselves (RFC 9728, RFC 8414).

import type { OAuthMetadata, OAuthProtectedResourceMetadata } from '../types/oauth/objects.js';
import { OAuthError, OAuthErrorCode } from './errors.js';

/** What there is to say. */
export interface AuthMetadataOptions {
  /** What the authorization server says of itself: for clients that ask for it here. */
  oauthMetadata: OAuthMetadata;
  /** The server's URL, as its clients know it. */
  resourceServerUrl: URL;
  /** Where developers read about the server. */
  serviceDocumentationUrl?: URL | undefined;
  /** The scopes there are. */
  scopesSupported?: string[] | undefined;
  /** The server's name, for people. */
  resourceName?: string | undefined;
  /** Takes an issuer without TLS that is not on this machine. For tests only. */
  dangerouslyAllowInsecureIssuerUrl?: boolean | undefined;
}

const RESOURCE = '/.well-known/oauth-protected-resource';
const AUTHORIZATION_SERVER = '/.well-known/oauth-authorization-server';

/** Whether the environment allows issuers without TLS anywhere, by the peers' name for it. */
export function allowsInsecureIssuers(): boolean {
  return ['true', '1'].includes(process.env.MCP_DANGEROUSLY_ALLOW_INSECURE_ISSUER_URL ?? '');
}

/** @throws Error for an issuer whose tokens could be read or redirected by others. */
export function checkIssuerUrl(issuer: URL, allowsInsecure = false): void {
  const isLocal = issuer.hostname === 'localhost' || issuer.hostname === '127.0.0.1';
  if (issuer.protocol !== 'https:' && !isLocal && !allowsInsecure)
    throw new Error('Issuer URL must be HTTPS');
  if (issuer.hash) throw new Error(`Issuer URL must not have a fragment: ${issuer}`);
  if (issuer.search) throw new Error(`Issuer URL must not have a query string: ${issuer}`);
}

/**
 * What the resource says of itself (RFC 9728).
 *
 * @throws Error for an issuer without TLS that is not on this machine, or whose URL has a query or a fragment.
 */
export function buildOAuthProtectedResourceMetadata(
  options: AuthMetadataOptions,
): OAuthProtectedResourceMetadata {
  const { oauthMetadata, resourceServerUrl, serviceDocumentationUrl } = options;
  checkIssuerUrl(new URL(oauthMetadata.issuer), options.dangerouslyAllowInsecureIssuerUrl);
  return {
    resource: resourceServerUrl.href,
    authorization_servers: [oauthMetadata.issuer],
    scopes_supported: options.scopesSupported,
    resource_name: options.resourceName,
    resource_documentation: serviceDocumentationUrl?.href,
  };
}

/** Where a server's metadata are: `https://example.com/mcp` has them at `/.well-known/oauth-protected-resource/mcp`. */
export function getOAuthProtectedResourceMetadataUrl(serverUrl: URL): string {
  const url = new URL(serverUrl);
  url.pathname = pathOf(serverUrl);
  url.hash = '';
  return url.href;
}

function pathOf(resource: URL): string {
  const path = withoutSlash(resource.pathname);
  return path === '/' ? RESOURCE : `${RESOURCE}${path}`;
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** An answer of ours. */
export interface DocumentAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** To be written as JSON; nothing, if undefined. */
  readonly body: object | undefined;
}

const METHODS = 'GET, HEAD, OPTIONS';

/** Answers a request for a document, which any page may read. */
export function documentAnswer(
  method: string,
  askedHeaders: string | undefined,
  document: object,
): DocumentAnswer {
  const everybody = { 'Access-Control-Allow-Origin': '*' };
  if (method === 'GET') return { status: 200, headers: everybody, body: document };
  if (method === 'HEAD') {
    return { status: 200, headers: { ...everybody, 'Content-Type': 'application/json' }, body: undefined };
  }
  if (method === 'OPTIONS') {
    const headers: Record<string, string> = { ...everybody, 'Access-Control-Allow-Methods': METHODS };
    if (askedHeaders !== undefined) {
      headers['Access-Control-Allow-Headers'] = askedHeaders;
      headers.Vary = 'Access-Control-Request-Headers';
    }
    return { status: 204, headers, body: undefined };
  }
  const message = `The method ${method} is not allowed for this endpoint`;
  const error = new OAuthError(OAuthErrorCode.MethodNotAllowed, message);
  return { status: 405, headers: { ...everybody, Allow: METHODS }, body: error.toResponseObject() };
}

/** The documents of a server, by their paths. */
export function documentsOf(options: AuthMetadataOptions): (path: string) => object | undefined {
  const resource = buildOAuthProtectedResourceMetadata(options);
  const path = pathOf(options.resourceServerUrl);
  return (asked) => {
    const plain = withoutSlash(asked);
    if (plain === path) return resource;
    return plain === AUTHORIZATION_SERVER ? options.oauthMetadata : undefined;
  };
}

/**
 * Answers requests for what the resource and its authorization server say of themselves, where requests are handled as `Request`:
 * `oauthMetadataResponse(request, options) ?? handler.fetch(request)`.
 *
 * @returns undefined for a request that is for neither.
 * @throws Error for an issuer that cannot be; see `buildOAuthProtectedResourceMetadata`.
 */
export function oauthMetadataResponse(request: Request, options: AuthMetadataOptions): Response | undefined {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith('/.well-known/')) return undefined;
  const document = documentsOf(options)(pathname);
  if (document === undefined) return undefined;
  const asked = request.headers.get('access-control-request-headers') ?? undefined;
  const { status, headers, body } = documentAnswer(request.method, asked, document);
  return body === undefined
    ? new Response(null, { status, headers })
    : Response.json(body, { status, headers });
}

/** A server's URL as what tokens are asked for: without a fragment (RFC 8707, 2). */
export function resourceUrlFromServerUrl(url: URL | string): URL {
  const resource = new URL(url);
  resource.hash = '';
  return resource;
}

/** Whether a resource that is asked for is the one that is configured, or below it. */
export function checkResourceAllowed(resources: {
  requestedResource: URL | string;
  configuredResource: URL | string;
}): boolean {
  const [requested, configured] = [resources.requestedResource, resources.configuredResource].map(
    (url) => new URL(url),
  ) as [URL, URL];
  const folder = (url: URL): string => (url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`);
  return (
    requested.origin === configured.origin &&
    requested.pathname.length >= configured.pathname.length &&
    folder(requested).startsWith(folder(configured))
  );
}
