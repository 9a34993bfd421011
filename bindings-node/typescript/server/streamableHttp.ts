// Streamable HTTP for `node:http` and the frameworks on top of it.

import { FACE } from '../serving/http/http_exchange.js';
import { HttpTransport } from '../serving/http/http_transport.js';
import type { HttpTransportOptions } from '../serving/http/http_transport_face.js';
import { answerNodeRequest, type NodeRequest, type NodeResponse } from '../serving/http/node_http.js';

export type { EventId, EventStore, StreamId } from '../serving/http/http_transport_face.js';

/** Options of `StreamableHTTPServerTransport`. */
export type StreamableHTTPServerTransportOptions = HttpTransportOptions;

/**
 * Serves requests that `node:http`, express or another framework received.
 *
 * Works with a transport for each session, with one for all, and with one for each request. Sessions are the server's: a
 * request of a session is answered by whichever transport gets it.
 */
export class StreamableHTTPServerTransport extends HttpTransport {
  /**
   * Answers one request; resolves when the answer is out.
   *
   * @param req The request. Its `auth`, if the application authenticated it, is `ctx.authInfo` of the handlers.
   * @param parsedBody The body, where a body parser read it before: `req.body`.
   */
  handleRequest(req: NodeRequest, res: NodeResponse, parsedBody?: unknown): Promise<void> {
    return answerNodeRequest(this[FACE], req, res, parsedBody);
  }
}
