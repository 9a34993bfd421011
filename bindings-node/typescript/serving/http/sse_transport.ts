// HTTP+SSE, the transport of 2024-11-05, in applications of somebody else's: one transport for each stream.

import { randomUUID } from 'node:crypto';
import type { Endpoint, Serving } from '../../engine/event_loop.js';
import type { Cors } from '../../engine/http_options.js';
import { ATTACH, dropTransport, noteTransport } from '../transport.js';
import { readersOf } from './cors.js';
import { bodyLimit, endpointOf, exchange, type Face, keepAliveSeconds } from './http_exchange.js';
import { answerNodeRequest, type NodeRequest, type NodeResponse } from './node_http.js';
import { type BodyTimes, patienceOf } from './slow_bodies.js';

/** Options of `SSEServerTransport`. */
export interface SSEServerTransportOptions extends BodyTimes {
  /** Hosts to answer for: names with or without a port, `localhost:*`, `*.example.com`. All, if absent. */
  allowedHosts?: string[] | undefined;
  /** Origins of web pages to accept, such as `https://example.com`; `*` for all. Pages of this machine, if absent. */
  allowedOrigins?: string[] | undefined;
  /** `false` switches both of these checks off. */
  enableDnsRebindingProtection?: boolean | undefined;
  /** Lets web pages read what is answered; off, if absent. */
  cors?: Cors | undefined;
  /** How often a silent stream says that it is alive, in milliseconds. Below 1: never. Default 15000. */
  keepAliveMs?: number | undefined;
  /** The longest body that is read, in bytes. Default 4 MiB. */
  maxRequestBodySize?: number | undefined;
}

/** A response that knows its request, as Node's do. */
export interface ResponseOfStream extends NodeResponse {
  readonly req?: NodeRequest | undefined;
}

/** What a message is posted with that comes by other ways. */
const JSON_HEADERS: [string, string][] = [['content-type', 'application/json']];

/**
 * One stream of HTTP+SSE: made for the GET that opens it, and handed to `connect`. Its clients post what they say to `endpoint`, with the
 * stream's `sessionId` in the query; whoever receives that hands it to `handlePostMessage`.
 */
export class SSEServerTransport {
  /** Names the stream in the URIs of its messages. Nobody can guess it. */
  readonly sessionId: string = randomUUID();
  /** The stream is over, whoever ended it. */
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  /** Accepted for code that sets it: messages go straight to the engine. */
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  private readonly messages: string;
  private serving: Serving | undefined;
  private endpoint: Endpoint | undefined;
  private stream: { cancel(): void } | undefined;

  /**
   * @param endpoint Where messages are posted: a path, perhaps with a query.
   * @param res The response that becomes the stream.
   * @throws ConfigurationError for an origin that could never match; RangeError for an impossible limit.
   */
  constructor(
    endpoint: string,
    private readonly res: ResponseOfStream,
    private readonly options: SSEServerTransportOptions = {},
  ) {
    const url = new URL(endpoint, 'http://localhost');
    url.searchParams.set('sessionId', this.sessionId);
    this.messages = url.pathname + url.search + url.hash;
    // Impossible options are refused here.
    this.face({ session: this.sessionId });
  }

  /** @internal */
  async [ATTACH](serving: Serving): Promise<void> {
    if (this.serving !== undefined)
      throw new Error('this transport is connected already: make one for each stream');
    this.endpoint = endpointOf(serving, {
      ...(this.isUnchecked ? { allowedHosts: ['*'] } : given('allowedHosts', this.options.allowedHosts)),
      ...given('allowedOrigins', this.allowedOrigins),
      ...given('cors', this.options.cors),
      ...given('keepAliveSeconds', keepAliveSeconds(this.options.keepAliveMs)),
    });
    this.serving = serving;
    noteTransport(serving, this);
    const headers = { accept: 'text/event-stream' };
    const req = this.res.req ?? ({ method: 'GET', url: '/', headers } as unknown as NodeRequest);
    const face = this.face({ session: this.sessionId, messages: this.messages });
    void answerNodeRequest(face, req, this.res).then(() => this.over());
  }

  /** Accepted for code that calls it: `connect` begins the stream. */
  async start(): Promise<void> {}

  /**
   * Takes a message that was posted; resolves when the answer to the POST is out. What is answered to the message comes on the stream.
   *
   * @param parsedBody The body, where a body parser read it before: `req.body`.
   * @throws Error when the transport is not connected; the POST is answered with 500.
   */
  async handlePostMessage(req: NodeRequest, res: NodeResponse, parsedBody?: unknown): Promise<void> {
    if (this.endpoint === undefined) {
      const message = 'no stream is open yet: connect this transport to a server first';
      res.statusCode = 500;
      res.end(message);
      throw new Error(message);
    }
    await answerNodeRequest(this.face({ session: this.sessionId }), req, res, parsedBody);
  }

  /**
   * Takes a message that came by another way than a POST.
   *
   * @throws Error when the transport is not connected, or the message is none.
   */
  async handleMessage(message: unknown): Promise<void> {
    const { endpoint } = this;
    if (endpoint === undefined)
      throw new Error('no stream is open yet: connect this transport to a server first');
    const head = { method: 'POST', url: '/', headers: [...JSON_HEADERS], sse: { session: this.sessionId } };
    const body = Buffer.from(JSON.stringify(message) ?? 'null');
    await new Promise<void>((resolve, reject) => {
      let status = 500;
      let text = '';
      exchange(
        endpoint,
        // In the name of whoever opened the stream.
        { head, body, origin: { authInfo: this.res.req?.auth } },
        {
          head: (given) => {
            status = given;
          },
          chunk: (piece) => {
            text += piece;
          },
          end: () => (status === 202 ? resolve() : reject(new Error(`the message was refused: ${text}`))),
        },
      );
    });
  }

  /** @throws Error always: messages of the server's go out by its methods, and those of the context */
  async send(_message: object): Promise<void> {
    throw new Error('the engine sends on this stream: use the methods of the server and of the context');
  }

  /** Ends the stream, and with it its session; what its client asked for is cancelled. */
  async close(): Promise<void> {
    if (this.stream === undefined) this.over();
    else this.stream.cancel();
  }

  private over(): void {
    const { serving } = this;
    this.stream = undefined;
    if (serving === undefined || this.endpoint === undefined) return;
    this.endpoint = undefined;
    dropTransport(serving, this);
    this.onclose?.();
  }

  private get isUnchecked(): boolean {
    return this.options.enableDnsRebindingProtection === false;
  }

  private get allowedOrigins(): string[] | undefined {
    return this.isUnchecked ? ['*'] : this.options.allowedOrigins;
  }

  /** What answers a request of this stream. */
  private face(sse: { session: string; messages?: string }): Face {
    return {
      maxBodyBytes: bodyLimit(this.options.maxRequestBodySize),
      patience: patienceOf(this.options),
      readers: readersOf({ cors: this.options.cors, allowedOrigins: this.allowedOrigins }),
      onerror: (error) => this.onerror?.(error),
      begin: (incoming, sink) => {
        incoming.head.sse = sse;
        // A POST that was read before the stream ended gets the engine's own answer: there is no such session.
        const begun = exchange(this.endpoint ?? GONE, incoming, sink);
        if (sse.messages !== undefined) this.stream = begun;
        return begun;
      },
    };
  }
}

/** Answers for an endpoint that is gone. */
const GONE: Endpoint = {
  fetch: (_head, _body, _told, sink) => {
    sink.head(404, [['content-type', 'application/json']]);
    sink.chunk(
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"this stream is over; open another one"}}',
    );
    sink.end();
    return { cancel: () => {} };
  },
};

function given<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, V>);
}
