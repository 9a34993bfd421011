// HTTP requests that somebody else received: what all the ways to receive one have in common.

import type { CallOrigin } from '../../engine/call_origin.js';
import type { Endpoint, RequestHead, ResponseSink, Serving } from '../../engine/event_loop.js';
import { type HttpOptions, isOwnStore } from '../../engine/http_options.js';
import type { Readers } from './cors.js';
import type { Patience } from './slow_bodies.js';

/** A request, read. */
export interface Incoming {
  head: RequestHead;
  body: Uint8Array | null;
  origin: CallOrigin;
}

/** An answer under way. */
export interface Exchange {
  /** Nobody reads the answer any more: the call is cancelled. */
  cancel(): void;
}

/** Something that answers HTTP requests. */
export interface Face {
  /** The longest body to read for it, in bytes. */
  readonly maxBodyBytes: number;
  /** How long to wait for it. */
  readonly patience: Patience;
  /** Which web pages may read what is answered; undefined where nothing is said of it. */
  readonly readers?: Readers | undefined;
  /** Answers a request. Does not throw: what goes wrong goes to the sink. */
  begin(incoming: Incoming, sink: ResponseSink): Exchange;
  /** Hears of what went wrong on this side. */
  onerror?: ((error: Error) => void) | undefined;
}

/** How objects that are more than functions from `Request` to `Response` show their face to the adapters. */
export const FACE: unique symbol = Symbol.for('oxmcp.face') as never;

/** The longest body, unless told otherwise. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** How much of an answer waits for a slow client on this side, in bytes. The rest waits in the engine. */
export const WAITING_BYTES = 64 * 1024;

/** Says a millisecond interval in the engine's terms; below 1 there is none. */
export function keepAliveSeconds(milliseconds: number | undefined): number | undefined {
  if (milliseconds === undefined) return undefined;
  const never = 365 * 24 * 60 * 60;
  return milliseconds < 1 ? never : milliseconds / 1000;
}

/**
 * Checks a limit on bodies.
 *
 * @throws RangeError when it is no positive number.
 */
export function bodyLimit(bytes: number | undefined): number {
  if (bytes === undefined) return MAX_BODY_BYTES;
  if (!Number.isFinite(bytes) || bytes <= 0) {
    throw new RangeError(`maxRequestBodySize is a positive number of bytes, not ${bytes}`);
  }
  return bytes;
}

const ENDPOINTS: unique symbol = Symbol.for('oxmcp.endpoints') as never;

/** The engine's endpoint for these options. One is kept for each set of options: transports made per request share it. */
export function endpointOf(
  serving: Serving & { [ENDPOINTS]?: Map<string, Endpoint> },
  options: HttpOptions,
): Endpoint {
  serving[ENDPOINTS] ??= new Map();
  const endpoints = serving[ENDPOINTS];
  // Whoever received the request chose the path and limited the body: neither is the endpoint's matter.
  // A store of the author's comes with each request.
  const { eventStore } = options;
  const all: HttpOptions = { ...options, path: '/', maxBodyBytes: 2 ** 32 - 1 };
  if (isOwnStore(eventStore)) delete all.eventStore;
  const key = JSON.stringify(all);
  let endpoint = endpoints.get(key);
  if (endpoint === undefined) {
    endpoint = serving.openEndpoint(all);
    endpoints.set(key, endpoint);
  }
  return endpoint;
}

/** Sends a request to an endpoint, whose streams are resumed from that store. */
export function exchange(
  endpoint: Endpoint,
  incoming: Incoming,
  sink: ResponseSink,
  eventStore?: number,
): Exchange {
  const { head, body, origin } = incoming;
  try {
    const url = endpoint.hasCard && asksForCard(incoming) ? SERVER_CARD : '/';
    return endpoint.fetch({ ...head, url }, body, origin, sink, eventStore);
  } catch (error) {
    // A header or method no HTTP server would have let through.
    refuse(sink, 400, error instanceof Error ? error.message : String(error));
    return { cancel: () => {} };
  }
}

const SERVER_CARD = '/server-card';

/** Whether a request is for the server card, which is below wherever the endpoint is. */
export function asksForCard({ head }: Incoming): boolean {
  return (head.url.split('?', 1)[0] ?? '').endsWith(SERVER_CARD);
}

/** The value of a header, if it is there once. `name` is in lower case. */
export function headerOf(headers: [name: string, value: string][], name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1];
}

/** The body of a refusal: a JSON-RPC error that answers no request in particular. */
export function refusalText(message: string, code = -32600, data?: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message, data } });
}

/** Refuses a request. */
export function refuse(sink: ResponseSink, status: number, message: string, code?: number): void {
  sink.head(status, [['content-type', 'application/json']]);
  sink.chunk(refusalText(message, code));
  sink.end();
}

/** What is said of a body over the limit. */
export function tooLarge(limit: number): string {
  return `the body of the request is over the limit of ${limit} bytes`;
}

/** The bytes of a body that somebody parsed before. */
export function unparsed(body: unknown): Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array
    ? Buffer.from(body as string)
    : Buffer.from(JSON.stringify(body) ?? 'null');
}

/** The headers of a request whose body is at hand as it is: not compressed, of the length it has. */
export function withoutEncoding(headers: [string, string][]): [string, string][] {
  return headers.filter(
    ([name]) => !['content-encoding', 'content-length', 'transfer-encoding'].includes(name.toLowerCase()),
  );
}

/** Holds an answer back until it is released; then it goes on as it came. */
export class HeldSink implements ResponseSink {
  private held: ((sink: ResponseSink) => void)[] | undefined = [];

  constructor(private readonly sink: ResponseSink) {}

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const each of held) each(this.sink);
  }

  private pass(step: (sink: ResponseSink) => void | Promise<void>): void | Promise<void> {
    const { held } = this;
    if (held === undefined) return step(this.sink);
    return new Promise((resolve) => held.push((sink) => resolve(step(sink))));
  }

  head(status: number, headers: [string, string][]): void {
    void this.pass((sink) => sink.head(status, headers));
  }

  chunk(text: string): void | Promise<void> {
    return this.pass((sink) => sink.chunk(text));
  }

  end(error?: Error): void {
    void this.pass((sink) => sink.end(error));
  }
}
