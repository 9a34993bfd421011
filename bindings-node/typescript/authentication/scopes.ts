// What a tool, a resource or a prompt takes beside what every request needs: challenges for more (AUTH-5).

import type { AuthInfo } from '../engine/call_origin.js';
import type { JSONRPCRequest } from '../types/jsonrpc.js';
import { bearerChallenge } from './bearer.js';
import { OAuthErrorCode } from './errors.js';
import { getOAuthProtectedResourceMetadataUrl } from './metadata.js';

/** What a client is to get before it asks again. */
export interface ScopeChallenge {
  /** All that it takes. */
  scopes: readonly [string, ...string[]];
  /** A sentence for developers, in ASCII without quotes. */
  errorDescription?: string | undefined;
}

/** Says of a request whether more scopes are needed for it; undefined where they are not. */
export type ScopeChallengeHandler = (context: {
  request: JSONRPCRequest;
  authInfo?: AuthInfo | undefined;
}) => ScopeChallenge | undefined | Promise<ScopeChallenge | undefined>;

/**
 * Asks for all of these scopes. Who is not authenticated at all is left to whoever lets requests in.
 *
 * @throws TypeError without a scope, and for one that can be none.
 */
export function requireScopes(...scopes: readonly [string, ...string[]]): ScopeChallengeHandler {
  if (scopes.length === 0) throw new TypeError('requireScopes must contain at least one scope');
  for (const [place, scope] of scopes.entries()) checkScope(scope, `requireScopes scope[${place}]`);
  const required: [string, ...string[]] = [...scopes];
  return ({ authInfo }) => {
    if (authInfo === undefined || required.every((scope) => authInfo.scopes.includes(scope)))
      return undefined;
    return { scopes: required };
  };
}

function checkScope(scope: unknown, what: string): void {
  if (typeof scope !== 'string' || !/^[!#-[\]-~]+$/.test(scope)) {
    throw new TypeError(`${what} must satisfy the OAuth scope-token grammar`);
  }
}

/** @throws TypeError for what is no challenge. */
function checked(challenge: ScopeChallenge): ScopeChallenge {
  const { scopes, errorDescription = ' ' } = Object(challenge) as ScopeChallenge;
  if (!Array.isArray(scopes) || scopes.length === 0) {
    throw new TypeError('scope challenge must contain at least one scope');
  }
  for (const [place, scope] of scopes.entries()) checkScope(scope, `scope challenge scopes[${place}]`);
  if (typeof errorDescription !== 'string' || !/^[ !#-[\]-~]+$/.test(errorDescription)) {
    throw new TypeError(
      'scope challenge errorDescription must satisfy the RFC 6750 error-description grammar',
    );
  }
  return challenge;
}

/** What a request is refused with. */
export interface ScopeRefusal {
  readonly message: string;
  /** For `WWW-Authenticate`. */
  readonly challenge: string;
}

/** @throws TypeError for what is no challenge. */
export function scopeRefusal(challenge: ScopeChallenge, authInfo: AuthInfo | undefined): ScopeRefusal {
  const { scopes, errorDescription: message = 'Insufficient scope' } = checked(challenge);
  const code = OAuthErrorCode.InsufficientScope;
  return { message, challenge: bearerChallenge(code, message, scopes, metadataUrlOf(authInfo)) };
}

/** Where the resource describes itself, as far as whoever authenticated the request said so. */
function metadataUrlOf(authInfo: AuthInfo | undefined): string | undefined {
  const { resource, resourceMetadataUrl } = authInfo ?? {};
  if (resourceMetadataUrl !== undefined) return resourceMetadataUrl;
  const isOfTheWeb = resource?.protocol === 'https:' || resource?.protocol === 'http:';
  return isOfTheWeb ? getOAuthProtectedResourceMetadataUrl(resource) : undefined;
}
