// How a question to the client fails. Each is an error of a peer's, by which code written for that peer knows it; and each says
// what the caller is told where an author lets it pass.

import { branded, ErrorCode, McpError, SdkError, SdkErrorCode } from './errors.js';

/** Where an error keeps what the caller is told of it. A symbol of the global registry: the ESM and the CJS copy know each other's. */
const FAILURE: unique symbol = Symbol.for('oxmcp.failure') as never;

/** What the caller is told of an error that was let pass: one of the engine's kinds of failure, and data. */
export interface Failing {
  readonly kind: string;
  readonly message: string;
  readonly data?: unknown;
}

/** What the caller is told of an error, if it is one of these. */
export function failureOf(thrown: unknown): Failing | undefined {
  return typeof thrown === 'object' && thrown !== null
    ? (thrown as { [FAILURE]?: Failing })[FAILURE]
    : undefined;
}

/**
 * A question was not answered: by an error of the client's, whose code, message and data these are (`-1`: a person declined
 * the sampling); by what is no answer (`InvalidParams`); or not in time (`RequestTimeout`).
 */
export class QuestionError extends McpError {
  constructor(code: number, message: string, data?: unknown) {
    super(code, message, data);
  }

  get [FAILURE](): Failing {
    const kind = this.code === ErrorCode.RequestTimeout ? 'timed_out' : 'client_error';
    return { kind, message: this.plainMessage };
  }

  static {
    branded(QuestionError, 'QuestionError');
  }
}

/** The client did not declare what a question needs, so nothing was sent. */
export class MissingCapabilityError extends SdkError {
  constructor(
    message: string,
    /** What is missing, as the client would declare it. */
    readonly requiredCapabilities: Record<string, unknown>,
  ) {
    super(SdkErrorCode.CapabilityNotSupported, message, { requiredCapabilities });
  }

  get [FAILURE](): Failing {
    return { kind: 'missing_capability', message: this.message, data: this.data };
  }

  static {
    branded(MissingCapabilityError, 'MissingCapabilityError');
  }
}

/** There is no way to ask the client, or no longer; the message says why. */
export class CannotAskError extends SdkError {
  constructor(message: string) {
    super(SdkErrorCode.NotConnected, message);
  }

  get [FAILURE](): Failing {
    return { kind: 'cannot_ask', message: this.message };
  }

  static {
    branded(CannotAskError, 'CannotAskError');
  }
}

/** Why there is no answer, as the engine says it. */
export interface UnansweredPayload {
  kind: string;
  message: string;
  code?: number;
  data?: unknown;
}

/** The error for what the engine says. */
export function unanswered({ kind, message, code, data }: UnansweredPayload): Error {
  switch (kind) {
    case 'missing_capability': {
      const { requiredCapabilities = {} } = (data ?? {}) as {
        requiredCapabilities?: Record<string, unknown>;
      };
      return new MissingCapabilityError(message, requiredCapabilities);
    }
    case 'client_error':
      return new QuestionError(code ?? ErrorCode.InternalError, message, data);
    case 'protocol':
      return new McpError(code ?? ErrorCode.InternalError, message, data);
    case 'timed_out':
      return new QuestionError(ErrorCode.RequestTimeout, message, data);
    default:
      return new CannotAskError(message);
  }
}
