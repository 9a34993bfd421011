// The envelopes of JSON-RPC 2.0 and how to tell them apart. An envelope has no members but its own: a request that also has
// a `result` is neither a request nor a response.

import type { Notification, Request, RequestId, Result } from './base.js';
import {
  type INVALID_PARAMS,
  type INVALID_REQUEST,
  JSONRPC_VERSION,
  type METHOD_NOT_FOUND,
  type PARSE_ERROR,
} from './constants.js';

export type JSONRPCRequest = Request & { jsonrpc: typeof JSONRPC_VERSION; id: RequestId };
export type JSONRPCNotification = Notification & { jsonrpc: typeof JSONRPC_VERSION };
export type JSONRPCResultResponse = { jsonrpc: typeof JSONRPC_VERSION; id: RequestId; result: Result };
export type JSONRPCErrorResponse = {
  jsonrpc: typeof JSONRPC_VERSION;
  /** Absent when the request's id could not be read. */
  id?: RequestId | undefined;
  error: JSONRPCErrorObject;
};
/** What went wrong. */
export type JSONRPCErrorObject = { code: number; message: string; data?: unknown | undefined };
/** @deprecated Use `JSONRPCErrorResponse`. */
export type JSONRPCError = JSONRPCErrorResponse;
export type JSONRPCResponse = JSONRPCResultResponse | JSONRPCErrorResponse;
export type JSONRPCMessage = JSONRPCRequest | JSONRPCNotification | JSONRPCResponse;

/** The text was not JSON. */
export type ParseError = JSONRPCErrorObject & { code: typeof PARSE_ERROR };
/** Not a message the peer may send. */
export type InvalidRequestError = JSONRPCErrorObject & { code: typeof INVALID_REQUEST };
/** Nobody answers this method. */
export type MethodNotFoundError = JSONRPCErrorObject & { code: typeof METHOD_NOT_FOUND };
/** The params do not fit. */
export type InvalidParamsError = JSONRPCErrorObject & { code: typeof INVALID_PARAMS };

type Members = Record<string, unknown>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRequestId = (value: unknown): value is RequestId =>
  typeof value === 'string' || Number.isInteger(value);

/** An object that says `jsonrpc: "2.0"` and has no members but these. */
function isEnvelope(value: unknown, members: readonly string[]): value is Members {
  if (!isObject(value) || value.jsonrpc !== JSONRPC_VERSION) return false;
  for (const key of Object.keys(value)) if (!members.includes(key)) return false;
  return true;
}

function areParams(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isObject(value)) return false;
  const meta = value._meta;
  if (meta === undefined) return true;
  return isObject(meta) && (meta.progressToken === undefined || isRequestId(meta.progressToken));
}

/** Tells whether this is a request: a method that wants an answer. */
export const isJSONRPCRequest = (value: unknown): value is JSONRPCRequest =>
  isEnvelope(value, ['jsonrpc', 'id', 'method', 'params']) &&
  isRequestId(value.id) &&
  typeof value.method === 'string' &&
  areParams(value.params);

/** Tells whether this is a notification: a method that wants no answer. */
export const isJSONRPCNotification = (value: unknown): value is JSONRPCNotification =>
  isEnvelope(value, ['jsonrpc', 'method', 'params']) &&
  typeof value.method === 'string' &&
  areParams(value.params);

/** Tells whether this answers a request with a result. */
export const isJSONRPCResultResponse = (value: unknown): value is JSONRPCResultResponse =>
  isEnvelope(value, ['jsonrpc', 'id', 'result']) &&
  isRequestId(value.id) &&
  value.result !== undefined &&
  areParams(value.result);

/** Tells whether this answers a request, or something unreadable, with an error. */
export const isJSONRPCErrorResponse = (value: unknown): value is JSONRPCErrorResponse =>
  isEnvelope(value, ['jsonrpc', 'id', 'error']) &&
  (value.id === undefined || isRequestId(value.id)) &&
  isObject(value.error) &&
  Number.isInteger(value.error.code) &&
  typeof value.error.message === 'string';

/** @deprecated Use `isJSONRPCResultResponse`. */
export const isJSONRPCResponse: (value: unknown) => value is JSONRPCResultResponse = isJSONRPCResultResponse;

/** @deprecated Use `isJSONRPCErrorResponse`. */
export const isJSONRPCError: (value: unknown) => value is JSONRPCErrorResponse = isJSONRPCErrorResponse;

/** Tells whether this is a message at all. */
export const isJSONRPCMessage = (value: unknown): value is JSONRPCMessage =>
  isJSONRPCRequest(value) ||
  isJSONRPCNotification(value) ||
  isJSONRPCResultResponse(value) ||
  isJSONRPCErrorResponse(value);
