// `node:http`: handlers as `(req, res)`, guards for servers that listen on this machine.

import type { ServerResponse } from 'node:http';
import type { AuthInfo } from './engine/call_origin.js';
import { serving } from './engine/engine.js';
import { StreamableHTTPServerTransport } from './server/streamableHttp.js';
import { type FetchOptions, faceOf } from './serving/http/fetch.js';
import {
  forbidden,
  hostCheck,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originCheck,
} from './serving/http/host_validation.js';
import {
  bodyLimit,
  FACE,
  type Face,
  refusalText,
  tooLarge,
  unparsed,
  withoutEncoding,
} from './serving/http/http_exchange.js';
import {
  answerNodeRequest,
  closeAfter,
  type NodeRequest,
  type NodeResponse,
  readHead,
  readNodeBody,
} from './serving/http/node_http.js';
import { writeResponse } from './serving/http/node_response.js';
import { type BodyTimes, patienceOf, SlowBodyError } from './serving/http/slow_bodies.js';
import { isServer } from './serving/server_source.js';
import { errorFrom } from './serving/transport.js';

export type { StreamableHTTPServerTransportOptions } from './server/streamableHttp.js';
export type {
  NodeRequest,
  NodeRequest as NodeIncomingMessageLike,
  NodeResponse,
  NodeResponse as NodeServerResponseLike,
} from './serving/http/node_http.js';

/** `StreamableHTTPServerTransport` by its later name. */
export class NodeStreamableHTTPServerTransport extends StreamableHTTPServerTransport {}

/** Anything that answers a `Request`. */
export interface FetchLikeMcpHandler {
  fetch: (request: Request, options?: FetchOptions) => Promise<Response>;
}

/** A handler as `node:http`, express and others call it. A function as third argument (express' `next`) counts for nothing. */
export type NodeMcpRequestHandler = (
  req: NodeRequest,
  res: NodeResponse,
  parsedBody?: unknown,
) => Promise<void>;

/** Options of `toNodeHandler`. What is not said of bodies is as the handler has it. */
export interface ToNodeHandlerOptions extends BodyTimes {
  /** Hears of what kept a request from being answered. */
  onerror?: ((error: Error) => void) | undefined;
  /** The longest body that is read, in bytes. Default: the handler's own limit, or 4 MiB. */
  maxRequestBodySize?: number | undefined;
}

/**
 * Makes a handler one for `(req, res)`. `req.auth` is handed on as `authInfo`.
 *
 * @param handler What `createMcpHandler` returns, a server, or anything that answers a `Request`.
 */
export function toNodeHandler(
  handler: FetchLikeMcpHandler,
  options: ToNodeHandlerOptions = {},
): NodeMcpRequestHandler {
  const limit = options.maxRequestBodySize === undefined ? undefined : bodyLimit(options.maxRequestBodySize);
  const patience = patienceOf(options);
  const { bodyPauseSeconds, bodySeconds } = options;
  const own =
    (handler as { [FACE]?: Face })[FACE] ?? (isServer(handler) ? faceOf(() => serving(handler)) : undefined);
  if (own !== undefined) {
    const face: Face = {
      maxBodyBytes: limit ?? own.maxBodyBytes,
      patience: {
        pause: bodyPauseSeconds === undefined ? own.patience.pause : patience.pause,
        all: bodySeconds === undefined ? own.patience.all : patience.all,
      },
      readers: own.readers,
      begin: (incoming, sink) => own.begin(incoming, sink),
      onerror: (error) => {
        own.onerror?.(error);
        options.onerror?.(error);
      },
    };
    return (req, res, parsedBody) => answerNodeRequest(face, req, res, parsedBody);
  }
  return async (req, res, parsedBody) => {
    const abort = new AbortController();
    res.on('close', () => abort.abort(new DOMException('the client went away', 'AbortError')));
    try {
      const body = typeof parsedBody === 'function' ? undefined : parsedBody;
      const request = await toWebRequest(req, body, {
        signal: abort.signal,
        maxRequestBodySize: limit,
        bodyPauseSeconds,
        bodySeconds,
      });
      const response = await handler.fetch(request, { authInfo: req.auth, parsedBody: body });
      await writeResponse(response, res);
    } catch (error) {
      const isRefused = error instanceof RequestBodyTooLargeError || error instanceof SlowBodyError;
      if (!isRefused) options.onerror?.(errorFrom(error));
      if (res.headersSent === true || abort.signal.aborted) {
        res.destroy?.();
        return;
      }
      if (error instanceof SlowBodyError) closeAfter(req, res);
      res.statusCode = isRefused ? error.status : 500;
      res.setHeader('content-type', 'application/json');
      res.end(isRefused ? refusalText(error.message) : refusalText('the server failed', -32603));
    }
  };
}

/** A request's body is longer than is read. */
export class RequestBodyTooLargeError extends Error {
  override readonly name = 'RequestBodyTooLargeError';
  readonly status = 413;
}

/** Options of `toWebRequest`. */
export interface ToWebRequestOptions extends BodyTimes {
  /** The signal of the request that is made. */
  signal?: AbortSignal | undefined;
  /** The longest body that is read, in bytes. Default 4 MiB. */
  maxRequestBodySize?: number | undefined;
}

/**
 * Makes Node's request a `Request`. Reads its body, unless `parsedBody` holds it.
 *
 * @throws RequestBodyTooLargeError when the body is over the limit; an error with `status` 408 when it does not arrive in time.
 */
export async function toWebRequest(
  req: NodeRequest,
  parsedBody?: unknown,
  options: ToWebRequestOptions = {},
): Promise<Request> {
  const head = readHead(req);
  const { signal } = options;
  const init: RequestInit = { method: head.method, ...(signal === undefined ? {} : { signal }) };
  if (head.method === 'GET' || head.method === 'HEAD') {
    return new Request(head.url, { ...init, headers: head.headers });
  }
  if (parsedBody !== undefined) {
    return new Request(head.url, {
      ...init,
      headers: withoutEncoding(head.headers),
      body: unparsed(parsedBody),
    });
  }
  const limit = bodyLimit(options.maxRequestBodySize);
  const bytes = await readNodeBody(req, limit, patienceOf(options));
  if (bytes === undefined) throw new RequestBodyTooLargeError(tooLarge(limit));
  const body = bytes.byteLength === 0 ? {} : { body: bytes };
  return new Request(head.url, { ...init, headers: head.headers, ...body });
}

/** What a guard needs of a request. */
interface GuardedRequest {
  headers: Record<string, string | string[] | undefined>;
}

/** A check: returns whether the request may go on; if not, it is answered. */
export type NodeGuard = (
  req: GuardedRequest,
  res: Pick<ServerResponse, 'statusCode' | 'setHeader' | 'end'>,
) => boolean;

function guard(
  header: string,
  check: (value: string | undefined) => { ok: true } | { ok: false; message: string },
): NodeGuard {
  return (req, res) => {
    const value = req.headers[header];
    const result = check(Array.isArray(value) ? value.join(', ') : value);
    if (result.ok) return true;
    res.statusCode = 403;
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(forbidden(result.message)));
    return false;
  };
}

/** Lets requests pass whose `Host` is one of these names (see `allowedHosts`). */
export function hostHeaderValidation(allowedHostnames: string[]): NodeGuard {
  return guard('host', hostCheck(allowedHostnames));
}

/** Lets requests pass that name this machine as their host. */
export function localhostHostValidation(): NodeGuard {
  return hostHeaderValidation(localhostAllowedHostnames());
}

/** Lets requests pass that come from no web page, or from one of a site with one of these names. */
export function originValidation(allowedOriginHostnames: string[]): NodeGuard {
  return guard('origin', originCheck(allowedOriginHostnames));
}

/** Lets requests pass that come from no web page, or from one of this machine. */
export function localhostOriginValidation(): NodeGuard {
  return originValidation(localhostAllowedOrigins());
}

export type { AuthInfo };
