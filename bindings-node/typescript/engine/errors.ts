// Every exception of this package. Three planes: what the engine refuses to start or register (`classOfKind`), what an
// author throws on purpose (`ToolError` and its kin: their text reaches the caller), and JSON-RPC errors of the author's
// choosing (`ProtocolError`, `McpError`).
//
// A program may load this package twice, once by `import` and once by `require`. `instanceof` holds across the copies:
// each class marks its instances with a symbol of the global registry and looks for that mark.

import type { ClientCapabilities } from '../types/lifecycle.js';
import type { ElicitRequestURLParams } from '../types/questions.js';

/** What led to an error. `ErrorOptions` by another name: libraries of types before ES2022 do not know it. */
interface Caused {
  cause?: unknown;
}

/** @internal Marks the instances of `error` and makes `instanceof` look for the mark. Subclasses of authors are told as usual. */
export function branded(error: new (...parts: never[]) => Error, name: string): void {
  const brand = Symbol.for(`oxmcp.errors.${name}`);
  Object.defineProperty(error.prototype, brand, { value: true });
  Object.defineProperty(error.prototype, 'name', { value: name, writable: true, configurable: true });
  Object.defineProperty(error, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== error) return Function.prototype[Symbol.hasInstance].call(this, value);
      return typeof value === 'object' && value !== null && brand in value;
    },
  });
}

/** The base of everything thrown by this package itself. */
export class OxmcpError extends Error {
  static {
    branded(OxmcpError, 'OxmcpError');
  }
}

/** What other packages of the kind have, and this one does not have yet. */
export class NotYetError extends OxmcpError {
  /** @param instead What to use in its place, where there is something. */
  constructor(name: string, instead?: string) {
    super(`${name} is not yet in oxmcp${instead === undefined ? '' : `: ${instead}`}`);
  }

  static {
    branded(NotYetError, 'NotYetError');
  }
}

/** An option has a value that cannot work. */
export class ConfigurationError extends OxmcpError {
  static {
    branded(ConfigurationError, 'ConfigurationError');
  }
}

/** A tool, resource, resource template or prompt cannot be registered as described. */
export class InvalidDescriptorError extends OxmcpError {
  static {
    branded(InvalidDescriptorError, 'InvalidDescriptorError');
  }
}

/** A JSON Schema is not valid, not supported, or over the limits. */
export class InvalidSchemaError extends OxmcpError {
  static {
    branded(InvalidSchemaError, 'InvalidSchemaError');
  }
}

/** Something of this name is registered already. */
export class AlreadyRegisteredError extends OxmcpError {
  static {
    branded(AlreadyRegisteredError, 'AlreadyRegisteredError');
  }
}

/** Reading, writing, binding or accepting failed. */
export class TransportError extends OxmcpError {
  /** The system's name for what went wrong, as Node has it, where there is one: `EADDRINUSE`, `EACCES`. */
  declare code?: string;

  static {
    branded(TransportError, 'TransportError');
  }
}

/** The server was stopped, or never started. */
export class ClosedError extends OxmcpError {
  static {
    branded(ClosedError, 'ClosedError');
  }
}

/** A defect of the engine. */
export class InternalError extends OxmcpError {
  static {
    branded(InternalError, 'InternalError');
  }
}

/** The engine's kinds of error and their classes; a test holds it against the engine's own list. */
export const classOfKind: ReadonlyMap<string, new (message: string, options?: Caused) => OxmcpError> =
  new Map([
    ['configuration', ConfigurationError],
    ['invalid_descriptor', InvalidDescriptorError],
    ['invalid_schema', InvalidSchemaError],
    ['already_registered', AlreadyRegisteredError],
    ['io', TransportError],
    ['closed', ClosedError],
    ['internal', InternalError],
  ]);

/** The exception of ours for what the engine threw, which stays its cause; anything else as it is. */
export function fromNative(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof OxmcpError) return error;
  const [kind = '', code] = String((error as Error & { code?: unknown }).code).split(' ');
  const known = classOfKind.get(kind);
  if (known === undefined) return error;
  const ours = new known(error.message, { cause: error });
  return code === undefined ? ours : Object.assign(ours, { code });
}

/** Runs `action`; what the engine throws becomes our exception for its kind. */
export function translated<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fromNative(error);
  }
}

/** Throw it in a tool: its text is what the caller reads (TOOL-7). */
export class ToolError extends OxmcpError {
  static {
    branded(ToolError, 'ToolError');
  }
}

/** A `ToolError` that may carry data; they reach the caller as structured content. */
export class UserError extends ToolError {
  constructor(
    message: string,
    /** Any JSON object. */
    readonly extras?: Record<string, unknown>,
  ) {
    super(message);
  }

  static {
    branded(UserError, 'UserError');
  }
}

/** The same as `ToolError` for reading a resource. */
export class ResourceError extends OxmcpError {
  static {
    branded(ResourceError, 'ResourceError');
  }
}

/** The same for a prompt. */
export class PromptError extends OxmcpError {
  static {
    branded(PromptError, 'PromptError');
  }
}

/** What was asked for is not there (RSRC-3, PRM-3). */
export class NotFoundError extends OxmcpError {
  static {
    branded(NotFoundError, 'NotFoundError');
  }
}

/** The arguments do not fit. */
export class InvalidArgumentsError extends OxmcpError {
  static {
    branded(InvalidArgumentsError, 'InvalidArgumentsError');
  }
}

/** A function returned what cannot be sent, or what its own schema rules out. The text names the place. */
export class InvalidResultError extends ToolError {
  static {
    branded(InvalidResultError, 'InvalidResultError');
  }
}

/** The JSON-RPC error codes by the names of the newest protocol version. */
export enum ProtocolErrorCode {
  ParseError = -32700,
  InvalidRequest = -32600,
  MethodNotFound = -32601,
  InvalidParams = -32602,
  InternalError = -32603,
  ResourceNotFound = -32002,
  MissingRequiredClientCapability = -32021,
  UnsupportedProtocolVersion = -32022,
  UrlElicitationRequired = -32042,
}

/** The JSON-RPC error codes by their older names. */
export enum ErrorCode {
  ConnectionClosed = -32000,
  RequestTimeout = -32001,
  ParseError = -32700,
  InvalidRequest = -32600,
  MethodNotFound = -32601,
  InvalidParams = -32602,
  InternalError = -32603,
  UrlElicitationRequired = -32042,
}

/** A JSON-RPC error, sent to the caller as it is: code, message and data. */
export class ProtocolError extends OxmcpError {
  /** The message without any prefix: what is sent. */
  declare readonly plainMessage: string;

  /**
   * @param code An integer; see `ProtocolErrorCode`.
   * @param message A sentence for people.
   * @param data Any JSON value.
   */
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
    Object.defineProperty(this, 'plainMessage', { value: message, configurable: true });
  }

  /** An error of these parts. */
  static fromError(code: number, message: string, data?: unknown): ProtocolError {
    return new ProtocolError(code, message, data);
  }

  static {
    branded(ProtocolError, 'ProtocolError');
  }
}

/** `ProtocolError` under its older name; `message` begins with `MCP error <code>: `, which is not sent. */
export class McpError extends ProtocolError {
  constructor(code: number, message: string, data?: unknown) {
    super(code, `MCP error ${code}: ${message}`, data);
    Object.defineProperty(this, 'plainMessage', { value: message, configurable: true });
  }

  static override fromError(code: number, message: string, data?: unknown): McpError {
    return new McpError(code, message, data);
  }

  static {
    branded(McpError, 'McpError');
  }
}

/** There is no resource at this URI (RSRC-3). */
export class ResourceNotFoundError extends ProtocolError {
  constructor(
    readonly uri: string,
    message = `Resource not found: ${uri}`,
  ) {
    super(ProtocolErrorCode.InvalidParams, message, { uri });
  }

  static {
    branded(ResourceNotFoundError, 'ResourceNotFoundError');
  }
}

/** What a client reads of its wrong version. */
export interface UnsupportedProtocolVersionErrorData {
  supported: string[];
  requested: string;
}

/** The client asked in a version of the protocol that is not spoken here. */
export class UnsupportedProtocolVersionError extends ProtocolError {
  constructor(
    data: UnsupportedProtocolVersionErrorData,
    message = `Unsupported protocol version: ${data.requested}`,
  ) {
    super(ProtocolErrorCode.UnsupportedProtocolVersion, message, data);
  }

  get supported(): string[] {
    return (this.data as UnsupportedProtocolVersionErrorData).supported;
  }

  get requested(): string {
    return (this.data as UnsupportedProtocolVersionErrorData).requested;
  }

  static {
    branded(UnsupportedProtocolVersionError, 'UnsupportedProtocolVersionError');
  }
}

/** What a client reads of what it lacks. */
export interface MissingRequiredClientCapabilityErrorData {
  requiredCapabilities: ClientCapabilities;
}

/** What was asked needs a client that can do more than this one declared. */
export class MissingRequiredClientCapabilityError extends ProtocolError {
  /** @param data `requiredCapabilities`: what is missing, as the client would declare it. */
  constructor(
    data: MissingRequiredClientCapabilityErrorData,
    message = `Missing client capability: ${Object.keys(data.requiredCapabilities).join(', ')}`,
  ) {
    super(ProtocolErrorCode.MissingRequiredClientCapability, message, data);
  }

  get requiredCapabilities(): ClientCapabilities {
    return (this.data as MissingRequiredClientCapabilityErrorData).requiredCapabilities;
  }

  static {
    branded(MissingRequiredClientCapabilityError, 'MissingRequiredClientCapabilityError');
  }
}

/** People have to visit these pages first (2025-11-25). */
export class UrlElicitationRequiredError extends McpError {
  constructor(
    elicitations: ElicitRequestURLParams[],
    message = `URL elicitation${elicitations.length > 1 ? 's' : ''} required`,
  ) {
    super(ErrorCode.UrlElicitationRequired, message, { elicitations });
  }

  get elicitations(): ElicitRequestURLParams[] {
    return (this.data as { elicitations: ElicitRequestURLParams[] }).elicitations;
  }

  static {
    branded(UrlElicitationRequiredError, 'UrlElicitationRequiredError');
  }
}

/** What went wrong on this side of the wire. */
export enum SdkErrorCode {
  NotConnected = 'NOT_CONNECTED',
  AlreadyConnected = 'ALREADY_CONNECTED',
  CapabilityNotSupported = 'CAPABILITY_NOT_SUPPORTED',
  ConnectionClosed = 'CONNECTION_CLOSED',
  SendFailed = 'SEND_FAILED',
  InvalidResult = 'INVALID_RESULT',
  // What only a client meets.
  NotInitialized = 'NOT_INITIALIZED',
  RequestTimeout = 'REQUEST_TIMEOUT',
  UnsupportedResultType = 'UNSUPPORTED_RESULT_TYPE',
  InputRequiredRoundsExceeded = 'INPUT_REQUIRED_ROUNDS_EXCEEDED',
  ListPaginationExceeded = 'LIST_PAGINATION_EXCEEDED',
  MethodNotSupportedByProtocolVersion = 'METHOD_NOT_SUPPORTED_BY_PROTOCOL_VERSION',
  EraNegotiationFailed = 'ERA_NEGOTIATION_FAILED',
  ClientHttpNotImplemented = 'CLIENT_HTTP_NOT_IMPLEMENTED',
  ClientHttpAuthentication = 'CLIENT_HTTP_AUTHENTICATION',
  ClientHttpForbidden = 'CLIENT_HTTP_FORBIDDEN',
  ClientHttpUnexpectedContent = 'CLIENT_HTTP_UNEXPECTED_CONTENT',
  ClientHttpFailedToOpenStream = 'CLIENT_HTTP_FAILED_TO_OPEN_STREAM',
  ClientHttpFailedToTerminateSession = 'CLIENT_HTTP_FAILED_TO_TERMINATE_SESSION',
}

/** Something asked of a server object that it cannot do: no peer has anything to do with it. */
export class SdkError extends OxmcpError {
  constructor(
    readonly code: SdkErrorCode,
    message: string,
    readonly data?: unknown,
    options?: Caused,
  ) {
    super(message, options);
  }

  static {
    branded(SdkError, 'SdkError');
  }
}

/** What an HTTP answer said. */
export interface SdkHttpErrorData {
  status: number;
  statusText?: string | undefined;
  [member: string]: unknown;
}

/** An HTTP answer that a client cannot go on from. */
export class SdkHttpError extends SdkError {
  constructor(
    code: SdkErrorCode,
    message: string,
    override readonly data: SdkHttpErrorData,
    options?: Caused,
  ) {
    super(code, message, data, options);
  }

  get status(): number {
    return this.data.status;
  }

  get statusText(): string | undefined {
    return this.data.statusText;
  }

  static {
    branded(SdkHttpError, 'SdkHttpError');
  }
}
