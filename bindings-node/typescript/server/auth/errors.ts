// The errors of OAuth, a class for each code.

import { OAuthError as AnyOAuthError, OAuthErrorCode } from '../../authentication/errors.js';
import { branded } from '../../engine/errors.js';

/** An error of OAuth; its class says which. */
export class OAuthError extends AnyOAuthError {
  /** The code that OAuth has for it. */
  static errorCode: string;

  /**
   * @param message A sentence for developers.
   * @param errorUri Where they can read more.
   */
  constructor(message: string, errorUri?: string) {
    super(new.target.errorCode, message, errorUri);
    this.name = this.constructor.name;
  }

  get errorCode(): string {
    return this.code;
  }

  static {
    branded(OAuthError, 'NamedOAuthError');
  }
}

/** The request cannot be understood. */
export class InvalidRequestError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.InvalidRequest;
}

/** The client is not known, or did not prove who it is. */
export class InvalidClientError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.InvalidClient;
}

/** The code or the refresh token is worth nothing, or nothing to this client. */
export class InvalidGrantError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.InvalidGrant;
}

/** The client may not get tokens in this way. */
export class UnauthorizedClientError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.UnauthorizedClient;
}

/** Nobody gets tokens in this way. */
export class UnsupportedGrantTypeError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.UnsupportedGrantType;
}

/** There is no such scope, or it was not granted. */
export class InvalidScopeError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.InvalidScope;
}

/** The owner, or the server for it, said no. */
export class AccessDeniedError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.AccessDenied;
}

/** Something went wrong on the server. */
export class ServerError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.ServerError;
}

/** The server has too much to do at present. */
export class TemporarilyUnavailableError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.TemporarilyUnavailable;
}

/** Codes are not given out in this way. */
export class UnsupportedResponseTypeError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.UnsupportedResponseType;
}

/** Tokens of this kind cannot be revoked. */
export class UnsupportedTokenTypeError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.UnsupportedTokenType;
}

/** The token is not believed: it is over, revoked, or none. */
export class InvalidTokenError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.InvalidToken;
}

/** The HTTP method is not for this path. */
export class MethodNotAllowedError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.MethodNotAllowed;
}

/** The client asks too often. */
export class TooManyRequestsError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.TooManyRequests;
}

/** What the client says of itself cannot be. */
export class InvalidClientMetadataError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.InvalidClientMetadata;
}

/** The token does not allow it. */
export class InsufficientScopeError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.InsufficientScope;
}

/** There is no such resource. */
export class InvalidTargetError extends OAuthError {
  static override errorCode: string = OAuthErrorCode.InvalidTarget;
}

/** An error with a code of one's own. */
export class CustomOAuthError extends OAuthError {
  private readonly customErrorCode: string;

  constructor(customErrorCode: string, message: string, errorUri?: string) {
    super(message, errorUri);
    this.customErrorCode = customErrorCode;
    Object.defineProperty(this, 'code', { value: customErrorCode, enumerable: true });
  }

  override get errorCode(): string {
    return this.customErrorCode;
  }
}

/** The classes by their codes. */
export const OAUTH_ERRORS: { readonly [code: string]: typeof InvalidRequestError } = Object.fromEntries(
  [
    InvalidRequestError,
    InvalidClientError,
    InvalidGrantError,
    UnauthorizedClientError,
    UnsupportedGrantTypeError,
    InvalidScopeError,
    AccessDeniedError,
    ServerError,
    TemporarilyUnavailableError,
    UnsupportedResponseTypeError,
    UnsupportedTokenTypeError,
    InvalidTokenError,
    MethodNotAllowedError,
    TooManyRequestsError,
    InvalidClientMetadataError,
    InsufficientScopeError,
    InvalidTargetError,
  ].map((error) => [error.errorCode, error]),
);
