// Errors of OAuth: what a verifier of tokens throws, and how a request is refused for it.

import { branded } from '../engine/errors.js';
import type { OAuthErrorResponse } from '../types/oauth/objects.js';

/** The codes of RFC 6749, 5.2, and of what builds on it. */
export enum OAuthErrorCode {
  InvalidRequest = 'invalid_request',
  InvalidClient = 'invalid_client',
  InvalidGrant = 'invalid_grant',
  UnauthorizedClient = 'unauthorized_client',
  UnsupportedGrantType = 'unsupported_grant_type',
  InvalidScope = 'invalid_scope',
  AccessDenied = 'access_denied',
  ServerError = 'server_error',
  TemporarilyUnavailable = 'temporarily_unavailable',
  UnsupportedResponseType = 'unsupported_response_type',
  UnsupportedTokenType = 'unsupported_token_type',
  InvalidToken = 'invalid_token',
  MethodNotAllowed = 'method_not_allowed',
  TooManyRequests = 'too_many_requests',
  InvalidClientMetadata = 'invalid_client_metadata',
  InvalidRedirectUri = 'invalid_redirect_uri',
  InsufficientScope = 'insufficient_scope',
  InvalidTarget = 'invalid_target',
  InvalidDpopProof = 'invalid_dpop_proof',
  UseDpopNonce = 'use_dpop_nonce',
}

/** An error of OAuth. Thrown by a verifier of tokens with `OAuthErrorCode.InvalidToken`, it says that the token is none. */
export class OAuthError extends Error {
  /**
   * @param code One of `OAuthErrorCode`, or another.
   * @param message A sentence for developers.
   * @param errorUri Where they can read more.
   */
  constructor(
    readonly code: string,
    message: string,
    readonly errorUri?: string,
  ) {
    super(message);
  }

  /** Whether a value is one, of this copy of the package or of another. */
  static isInstance(value: unknown): value is OAuthError {
    return value instanceof OAuthError;
  }

  /** The error that an OAuth server answered. */
  static fromResponse(response: OAuthErrorResponse): OAuthError {
    const { error, error_description = error, error_uri } = response;
    return new OAuthError(error, error_description, error_uri);
  }

  /** As OAuth servers answer it. */
  toResponseObject(): OAuthErrorResponse {
    return {
      error: this.code,
      error_description: this.message,
      ...(this.errorUri && { error_uri: this.errorUri }),
    };
  }

  static {
    branded(OAuthError, 'OAuthError');
  }
}

/** What of an error of OAuth a refusal is made of. */
export interface Refused {
  readonly code: string;
  readonly message: string;
  readonly body: OAuthErrorResponse;
}

/** Any error as one of OAuth: those of other packages by what they look like, all else as a defect that nobody is told of. */
export function refusedFor(error: unknown): Refused {
  const { code, errorCode, message, toResponseObject } = Object(error) as Partial<OAuthError> & {
    errorCode?: unknown;
  };
  const name = typeof errorCode === 'string' ? errorCode : code;
  if (error instanceof Error && typeof name === 'string' && typeof toResponseObject === 'function') {
    return { code: name, message: message ?? '', body: toResponseObject.call(error) };
  }
  const defect = new OAuthError(OAuthErrorCode.ServerError, 'Internal Server Error');
  return { code: defect.code, message: defect.message, body: defect.toResponseObject() };
}
