// Bearer tokens in front of a server: what a verifier is, and how requests are let in or refused by its word.

import type { AuthInfo } from '../engine/call_origin.js';
import { OAuthError, OAuthErrorCode, refusedFor } from './errors.js';

/** Says who a token stands for. */
export interface OAuthTokenVerifier {
  /**
   * Verifies a token. Its `expiresAt` has to be there, and `resource` where it is to be compared.
   *
   * @throws OAuthError with `OAuthErrorCode.InvalidToken` (or `InvalidTokenError`) for a token that is not believed.
   */
  verifyAccessToken(token: string): Promise<AuthInfo>;
}

/** What a request has to bring, and what is said to those that do not. */
export interface BearerAuthOptions {
  verifier: OAuthTokenVerifier;
  /** What the token must allow; 403 where it does not (AUTH-5). */
  requiredScopes?: string[] | undefined;
  /** Where the resource describes itself, for the challenge (AUTH-3); see `getOAuthProtectedResourceMetadataUrl`. */
  resourceMetadataUrl?: string | undefined;
}

/** The same, with whom the token must be meant for. */
export interface VerifyBearerTokenOptions extends BearerAuthOptions {
  /** What `AuthInfo.resource` must be, a fragment and one slash at the end aside; not compared, if absent. */
  expectedResource?: URL | undefined;
}

/**
 * Verifies the token of an `Authorization` header.
 *
 * @returns Who asks.
 * @throws OAuthError for a header that has none, and for a token that is not enough; see `bearerAuthChallengeResponse`.
 */
export async function verifyBearerToken(
  authorizationHeader: string | null | undefined,
  options: VerifyBearerTokenOptions,
): Promise<AuthInfo> {
  const authInfo = await verified(authorizationHeader, options);
  const { resourceMetadataUrl } = options;
  const isNews = resourceMetadataUrl !== undefined && authInfo.resourceMetadataUrl === undefined;
  return isNews ? { ...authInfo, resourceMetadataUrl } : authInfo;
}

/** The same; who asks is as the verifier said it. */
export async function verified(
  header: string | null | undefined,
  options: VerifyBearerTokenOptions,
): Promise<AuthInfo> {
  const { verifier, requiredScopes = [], expectedResource } = options;
  if (!header) throw invalid('Missing Authorization header');
  const [type, token] = header.split(' ');
  if (type?.toLowerCase() !== 'bearer' || !token) {
    throw invalid("Invalid Authorization header format, expected 'Bearer TOKEN'");
  }
  const authInfo = await verifier.verifyAccessToken(token);
  if (expectedResource !== undefined && !isSameResource(authInfo.resource, expectedResource)) {
    throw invalid('Token was not issued for this resource');
  }
  if (!requiredScopes.every((scope) => authInfo.scopes.includes(scope))) {
    throw new OAuthError(OAuthErrorCode.InsufficientScope, 'Insufficient scope');
  }
  const { expiresAt } = authInfo;
  if (typeof expiresAt !== 'number' || Number.isNaN(expiresAt)) {
    throw invalid('Token has no expiration time');
  }
  if (expiresAt < Date.now() / 1000) throw invalid('Token has expired');
  return authInfo;
}

function invalid(message: string): OAuthError {
  return new OAuthError(OAuthErrorCode.InvalidToken, message);
}

/** Whether two URLs are the same, a fragment and one slash at the end aside. */
export function isSameResource(one: URL | string | undefined, other: URL | string): boolean {
  return Boolean(one) && comparable(String(one)) === comparable(String(other));
}

function comparable(url: string): string {
  return (url.split('#', 1)[0] ?? '').replace(/\/$/, '');
}

/** What a request is refused with. */
export interface BearerRefusal {
  readonly status: number;
  /** For `WWW-Authenticate`. */
  readonly challenge: string | undefined;
  readonly body: object;
}

/** What a request is refused with for an error: 401, 403, 400, or 500 for what is no error of OAuth. */
export function bearerRefusal(
  error: unknown,
  options: Pick<BearerAuthOptions, 'requiredScopes' | 'resourceMetadataUrl'> = {},
): BearerRefusal {
  const { code, message, body } = refusedFor(error);
  if (code === OAuthErrorCode.ServerError) return { status: 500, challenge: undefined, body };
  const isForbidden = code === OAuthErrorCode.InsufficientScope;
  if (code !== OAuthErrorCode.InvalidToken && !isForbidden)
    return { status: 400, challenge: undefined, body };
  const { requiredScopes = [], resourceMetadataUrl } = options;
  const challenge = bearerChallenge(code, message, requiredScopes, resourceMetadataUrl);
  return { status: isForbidden ? 403 : 401, challenge, body };
}

/** A challenge of RFC 6750, 3. */
export function bearerChallenge(
  code: string,
  description: string,
  scopes: readonly string[],
  resourceMetadataUrl: string | undefined,
): string {
  const parts = [`error=${quoted(code)}`, `error_description=${quoted(description)}`];
  if (scopes.length > 0) parts.push(`scope=${quoted(scopes.join(' '))}`);
  if (resourceMetadataUrl) parts.push(`resource_metadata=${quoted(resourceMetadataUrl)}`);
  return `Bearer ${parts.join(', ')}`;
}

/** A string of a header's value; what cannot be in one is a space. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/[^ -~]/g, ' ')}"`;
}

/** The answer for a request that is refused for an error: see `bearerRefusal`. */
export function bearerAuthChallengeResponse(
  error: unknown,
  options?: Pick<BearerAuthOptions, 'requiredScopes' | 'resourceMetadataUrl'>,
): Response {
  const { status, challenge, body } = bearerRefusal(error, options);
  return Response.json(body, {
    status,
    headers: challenge === undefined ? {} : { 'WWW-Authenticate': challenge },
  });
}

/**
 * Lets in requests with a token that is believed, where requests are handled as `Request`:
 *
 * ```ts
 * const gate = requireBearerAuth({ verifier, requiredScopes: ['mcp'] });
 * const auth = await gate(request);
 * return auth instanceof Response ? auth : handler.fetch(request, { authInfo: auth });
 * ```
 *
 * @returns A function that gives who asks, or the answer that refuses it.
 */
export function requireBearerAuth(
  options: VerifyBearerTokenOptions,
): (request: Request) => Promise<AuthInfo | Response> {
  const resolved = { ...options };
  return async (request) => {
    // Several headers of the name are joined; the first counts.
    const [header] = (request.headers.get('authorization') ?? '').split(',');
    try {
      return await verifyBearerToken(header, resolved);
    } catch (error) {
      return bearerAuthChallengeResponse(error, resolved);
    }
  };
}
