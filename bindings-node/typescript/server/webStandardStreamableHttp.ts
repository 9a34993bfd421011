// Streamable HTTP for frameworks that speak `Request` and `Response`.

import { answerRequest, type FetchOptions } from '../serving/http/fetch.js';
import { FACE } from '../serving/http/http_exchange.js';
import { HttpTransport } from '../serving/http/http_transport.js';
import type { HttpTransportOptions } from '../serving/http/http_transport_face.js';

export type { EventId, EventStore, StreamId } from '../serving/http/http_transport_face.js';

/** Options of `WebStandardStreamableHTTPServerTransport`. */
export type WebStandardStreamableHTTPServerTransportOptions = HttpTransportOptions;

/** What may be told with a request. */
export type HandleRequestOptions = FetchOptions;

/**
 * Serves requests that a web framework received.
 *
 * Any number of transports may be connected to one server, and one transport serves any number of sessions. Sessions are the
 * server's: a request of a session is answered by whichever transport gets it.
 */
export class WebStandardStreamableHTTPServerTransport extends HttpTransport {
  /** Answers one request; resolves when the head of the answer is there. */
  handleRequest(request: Request, options?: HandleRequestOptions): Promise<Response> {
    return answerRequest(this[FACE], request, options);
  }
}
