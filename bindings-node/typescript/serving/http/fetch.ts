// `Request` to `Response`, as web frameworks and edge runtimes have them.

import type { AuthInfo } from '../../engine/call_origin.js';
import type { ResponseSink, Serving } from '../../engine/event_loop.js';
import type { HttpOptions } from '../../engine/http_options.js';
import { OpenStore } from '../event_store.js';
import { readersOf } from './cors.js';
import {
  bodyLimit,
  type Exchange,
  endpointOf,
  exchange,
  type Face,
  headerOf,
  type Incoming,
  refusalText,
  tooLarge,
  unparsed,
  WAITING_BYTES,
  withoutEncoding,
} from './http_exchange.js';
import { BodyWatch, type Patience, patienceOf, SlowBodyError } from './slow_bodies.js';

/** What may be told with a `Request`. */
export interface FetchOptions {
  /** Who was authenticated: `ctx.authInfo` of the handlers. Never read from the request itself. */
  authInfo?: AuthInfo | undefined;
  /** The request's body, parsed before. */
  parsedBody?: unknown;
}

/** Options of serving requests that somebody else received. */
export type EndpointOptions = Omit<HttpOptions, 'host' | 'port' | 'path' | 'sse' | 'maxConnections'>;

/** A server's own face. */
export function faceOf(serving: () => Serving, options: EndpointOptions = {}): Face {
  const { maxBodyBytes, bodyPauseSeconds, bodySeconds, ...others } = options;
  const store = new OpenStore(others.eventStore, others.retryInterval);
  return {
    maxBodyBytes: bodyLimit(maxBodyBytes),
    patience: patienceOf({ bodyPauseSeconds, bodySeconds }),
    readers: readersOf(others),
    begin: (incoming, sink) => {
      const served = serving();
      return exchange(endpointOf(served, others), incoming, sink, store.in(served));
    },
  };
}

/** A function from `Request` to `Response` over a server being served. */
export function fetchWith(
  serving: () => Serving,
  options?: EndpointOptions,
): (request: Request, options?: FetchOptions) => Promise<Response> {
  const face = faceOf(serving, options);
  return (request, told) => answerRequest(face, request, told);
}

/** Answers a request. Resolves when the head of the answer is there; an aborted request gets an empty one nobody reads. */
export async function answerRequest(
  face: Face,
  request: Request,
  options: FetchOptions = {},
): Promise<Response> {
  if (request.bodyUsed && options.parsedBody === undefined) {
    return refused(face, request, 500, `${READ_BEFORE} { parsedBody }`, -32603);
  }
  let incoming: Incoming | undefined;
  try {
    incoming = await read(request, options, face);
  } catch (error) {
    if (error instanceof SlowBodyError) return refused(face, request, error.status, error.message);
    throw error;
  }
  if (incoming === undefined) return refused(face, request, 413, tooLarge(face.maxBodyBytes));
  if (request.signal.aborted) return new Response(null, { status: CLIENT_GONE });
  return new Promise((resolve) => {
    new Answer(face, incoming, request.signal, resolve);
  });
}

/** What is said of a body that is gone. */
export const READ_BEFORE = 'the body of this request was read before, and is gone: hand it on, as';

/** An answer of this side's own. */
function refused(
  { readers }: Face,
  request: Request,
  status: number,
  message: string,
  code?: number,
): Response {
  const json: [string, string][] = [['content-type', 'application/json']];
  const headers = readers?.(json, request.headers.get('origin') ?? undefined) ?? json;
  return new Response(refusalText(message, code), { status, headers });
}

/** A status for the log: the client closed the request. */
export const CLIENT_GONE = 499;

/** A JSON answer. */
export function jsonResponse(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } });
}

async function read(request: Request, options: FetchOptions, face: Face): Promise<Incoming | undefined> {
  let headers: [string, string][] = [...request.headers];
  let body: Uint8Array | null = null;
  if (options.parsedBody !== undefined && request.method === 'POST') {
    body = unparsed(options.parsedBody);
    headers = withoutEncoding(headers);
  } else if (request.body !== null) {
    const bytes = await readStream(request.body, face.maxBodyBytes, face.patience);
    if (bytes === undefined) return undefined;
    body = bytes;
  }
  if (!request.headers.has('host')) headers.push(['host', new URL(request.url).host]);
  return {
    head: { method: request.method, url: request.url, headers },
    body,
    origin: { authInfo: options.authInfo, url: request.url, request },
  };
}

/**
 * All of a body; undefined when it is over the limit.
 *
 * @throws SlowBodyError when it does not arrive in time.
 */
export async function readStream(
  stream: ReadableStream<Uint8Array>,
  limit: number,
  patience: Patience,
): Promise<Uint8Array | undefined> {
  const reader = stream.getReader();
  // Not waited for: one half of a copied stream ends with the other. Whoever reads gets to the end by it.
  const leave = (): void => void reader.cancel().catch(() => {});
  const body = new BodyParts(limit);
  let late: SlowBodyError | undefined;
  const watch = new BodyWatch(patience, (error) => {
    late = error;
    leave();
  });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late !== undefined) throw late;
      if (done) return body.whole();
      watch.progress();
      if (body.add(value)) continue;
      leave();
      return undefined;
    }
  } finally {
    watch.stop();
  }
}

/** The parts of a body, up to a limit. */
export class BodyParts {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  constructor(private readonly limit: number) {}

  /** Returns whether there was room. */
  add(part: Uint8Array): boolean {
    this.length += part.byteLength;
    if (this.length > this.limit) return false;
    this.parts.push(part);
    return true;
  }

  whole(): Uint8Array {
    const [first] = this.parts;
    return this.parts.length === 1 && first !== undefined ? first : Buffer.concat(this.parts);
  }
}

const encoder = new TextEncoder();

/** One answer on its way: a whole one, or a stream. */
class Answer implements ResponseSink {
  private readonly exchange: Exchange | undefined;
  /** Until the engine says: the server is closed before it answers. */
  private status = 503;
  private headers: [string, string][] = [];
  /** A whole answer, as far as it is there. */
  private text = '';
  private stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Whoever reads wants more. */
  private pulled: (() => void) | undefined;
  private ended = false;

  constructor(
    private readonly face: Face,
    private readonly incoming: Incoming,
    private readonly signal: AbortSignal,
    private readonly resolve: (response: Response) => void,
  ) {
    signal.addEventListener('abort', this.abort);
    this.exchange = face.begin(incoming, this);
  }

  head(status: number, headers: [string, string][]): void {
    if (this.ended) return;
    this.status = status;
    this.headers = this.readable(headers);
    if (!headers.some(([name, value]) => name === 'content-type' && value === 'text/event-stream')) return;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.stream = controller;
        },
        pull: () => {
          this.pulled?.();
          this.pulled = undefined;
        },
        cancel: () => {
          this.finish();
          this.exchange?.cancel();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: WAITING_BYTES }),
    );
    this.resolve(new Response(body, { status, headers: this.headers }));
  }

  chunk(text: string): void | Promise<void> {
    if (this.ended) return;
    if (this.stream === undefined) {
      this.text += text;
      return;
    }
    this.stream.enqueue(encoder.encode(text));
    if ((this.stream.desiredSize ?? 0) > 0) return;
    return new Promise((resolve) => {
      this.pulled = resolve;
    });
  }

  end(error?: Error): void {
    if (this.ended) return;
    this.finish();
    if (this.stream !== undefined) {
      if (error === undefined) this.stream.close();
      else this.stream.error(error);
      return;
    }
    const { status, text } = this;
    // Without a head, nothing was said of readers either.
    const headers = this.headers.length > 0 ? this.headers : this.readable([]);
    this.resolve(new Response(text === '' ? null : text, { status, headers }));
  }

  private readable(headers: [string, string][]): [string, string][] {
    const { face, incoming } = this;
    return face.readers?.(headers, headerOf(incoming.head.headers, 'origin')) ?? headers;
  }

  private finish(): void {
    this.ended = true;
    this.signal.removeEventListener('abort', this.abort);
  }

  private readonly abort = (): void => {
    if (this.ended) return;
    this.finish();
    this.exchange?.cancel();
    if (this.stream === undefined) this.resolve(new Response(null, { status: CLIENT_GONE }));
    else this.stream.error(this.signal.reason);
  };
}
