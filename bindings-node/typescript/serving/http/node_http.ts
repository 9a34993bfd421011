// Node's `(req, res)`, without a detour over `Request` and `Response`.

import type { AuthInfo, CallOrigin } from '../../engine/call_origin.js';
import type { RequestHead, ResponseSink } from '../../engine/event_loop.js';
import { errorFrom } from '../transport.js';
import { BodyParts, READ_BEFORE } from './fetch.js';
import {
  type Exchange,
  type Face,
  headerOf,
  type Incoming,
  refuse,
  tooLarge,
  unparsed,
  withoutEncoding,
} from './http_exchange.js';
import { BodyWatch, type Patience, SlowBodyError } from './slow_bodies.js';

/** A request of `node:http`, express, fastify (`request.raw`) and others. */
export interface NodeRequest extends AsyncIterable<unknown> {
  method?: string | undefined;
  url?: string | undefined;
  /** express: the URL before routers cut from it. */
  originalUrl?: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  rawHeaders?: string[] | undefined;
  /** What authentication middleware found out. */
  auth?: AuthInfo | undefined;
  /** What a body parser found. */
  body?: unknown;
  readableEnded?: boolean | undefined;
  httpVersionMajor?: number | undefined;
  /** The stream of a request over HTTP/2. */
  stream?: { close?(code?: number): unknown } | undefined;
  iterator?(options: { destroyOnReturn: boolean }): AsyncIterable<unknown>;
  resume?(): unknown;
  socket?: {
    remoteAddress?: string | undefined;
    remotePort?: number | undefined;
    encrypted?: boolean;
  } | null;
}

/** A response of `node:http` and what is built on it. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  flushHeaders?(): void;
  write(chunk: string | Uint8Array): unknown;
  end(chunk?: string | Uint8Array): unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  destroy?(error?: Error): unknown;
  readonly headersSent?: boolean;
  /** express' compression. */
  flush?(): void;
}

/**
 * Answers a request; resolves when the answer is out, or the client gone.
 *
 * @param parsedBody The body, where a body parser read it before. A function in its place (express' `next`) counts for nothing.
 */
export async function answerNodeRequest(
  face: Face,
  req: NodeRequest,
  res: NodeResponse,
  parsedBody?: unknown,
): Promise<void> {
  if (isReadBefore(req, parsedBody)) {
    const answer = new NodeAnswer(res, face, req.headers.origin);
    refuse(answer, 500, `${READ_BEFORE} the third argument, or as req.body`, -32603);
    return answer.done;
  }
  const gone = new Promise<void>((resolve) => res.on('close', () => resolve()));
  let incoming: Incoming | undefined;
  try {
    incoming = await readNodeRequest(req, parsedBody, face);
  } catch (error) {
    if (error instanceof SlowBodyError) {
      const answer = new NodeAnswer(res, face, req.headers.origin);
      closeAfter(req, res);
      refuse(answer, error.status, error.message);
      return answer.done;
    }
    // The client went away in the middle of its request.
    face.onerror?.(errorFrom(error));
    res.destroy?.();
    return;
  }
  const answer = new NodeAnswer(res, face, req.headers.origin);
  if (incoming === undefined) {
    refuse(answer, 413, tooLarge(face.maxBodyBytes));
    return answer.done;
  }
  try {
    answer.exchange = face.begin(incoming, answer);
  } catch (error) {
    face.onerror?.(errorFrom(error));
    refuse(answer, 500, 'the server failed', -32603);
  }
  gone.then(() => answer.abandon());
  return answer.done;
}

/** Has the connection, or the stream, end with the answer that is given at once: what else comes of the request is not waited for. */
export function closeAfter(req: NodeRequest, res: NodeResponse): void {
  // Others have their own requests on a connection of HTTP/2: there it is the stream that ends, once the answer was given to it
  // (RFC 9113, 8.1). Node does not say when the answer is out while somebody reads the request.
  if (req.httpVersionMajor === 2) setImmediate(() => req.stream?.close?.(NO_ERROR));
  else res.setHeader('connection', 'close');
}

/** HTTP/2's code for a stream that ends because nothing more is wanted of it. */
const NO_ERROR = 0;

/** Whether somebody read the body and kept what was in it. */
function isReadBefore(req: NodeRequest, parsedBody: unknown): boolean {
  const isGiven = parsedBody !== undefined && typeof parsedBody !== 'function';
  return req.method === 'POST' && req.readableEnded === true && req.body === undefined && !isGiven;
}

/** Reads a request; undefined when its body is over the limit. */
export async function readNodeRequest(
  req: NodeRequest,
  parsedBody: unknown,
  { maxBodyBytes, patience }: Face,
): Promise<Incoming | undefined> {
  const head = readHead(req);
  const origin = new NodeOrigin(req.auth, head);
  let body: Uint8Array | null = null;
  if (head.method !== 'GET' && head.method !== 'DELETE') {
    let parsed = typeof parsedBody === 'function' ? undefined : parsedBody;
    // A body parser was here, and its finding was not handed on.
    if (parsed === undefined && req.readableEnded === true) parsed = req.body;
    if (parsed !== undefined) {
      body = unparsed(parsed);
      head.headers = withoutEncoding(head.headers);
    } else {
      const bytes = await readNodeBody(req, maxBodyBytes, patience);
      if (bytes === undefined) return undefined;
      body = bytes;
    }
  }
  return { head, body, origin };
}

/** Where a request came from. A `Request` is made of it for who asks; its body is read already. */
class NodeOrigin implements CallOrigin {
  sessionId: string | undefined;
  private readonly headers: [string, string][];
  private readonly method: string;
  readonly url: string;
  private made: Request | undefined;

  constructor(
    readonly authInfo: AuthInfo | undefined,
    { headers, method, url }: RequestHead,
  ) {
    this.headers = headers;
    this.method = method;
    this.url = url;
  }

  get request(): Request {
    this.made ??= new Request(this.url, { method: this.method, headers: this.headers });
    return this.made;
  }
}

/**
 * All of a request's body; undefined when it is over the limit.
 *
 * @throws SlowBodyError when it does not arrive in time.
 */
export async function readNodeBody(
  req: NodeRequest,
  limit: number,
  patience: Patience,
): Promise<Uint8Array | undefined> {
  const body = new BodyParts(limit);
  let giveUp: (error: Error) => void = () => {};
  const late = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const watch = new BodyWatch(patience, giveUp);
  // The stream must outlive the loop: with it the connection would end, and the client never read why.
  const chunks = (req.iterator?.({ destroyOnReturn: false }) ?? req)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await Promise.race([chunks.next(), late]);
      if (done) return body.whole();
      watch.progress();
      if (body.add(typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array))) continue;
      await chunks.return?.();
      // What else comes is dropped.
      req.resume?.();
      return undefined;
    }
  } finally {
    watch.stop();
  }
}

/** The head of a request. The URL is absolute. */
export function readHead(req: NodeRequest): RequestHead {
  const headers = headersOf(req);
  const { remoteAddress, remotePort, encrypted } = req.socket ?? {};
  const host = headerOf(headers, 'host') ?? 'localhost';
  const path = req.originalUrl ?? req.url ?? '/';
  const head: RequestHead = {
    method: req.method ?? 'GET',
    url: path.startsWith('/') ? `${encrypted ? 'https' : 'http'}://${host}${path}` : path,
    headers,
  };
  if (remoteAddress !== undefined && remotePort !== undefined) {
    const address = remoteAddress.split('%')[0];
    head.remote = address?.includes(':') ? `[${address}]:${remotePort}` : `${address}:${remotePort}`;
  }
  return head;
}

function headersOf(req: NodeRequest): [string, string][] {
  const headers: [string, string][] = [];
  const { rawHeaders } = req;
  if (rawHeaders !== undefined && rawHeaders.length > 0) {
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] ?? '';
      const value = rawHeaders[index + 1] ?? '';
      // HTTP/2 says these its own way. A host of the same name beside its authority says nothing new.
      if (name === ':authority') headers.push(['host', value]);
      else if (!name.startsWith(':') && !(name === 'host' && value === req.headers[':authority']))
        headers.push([name, value]);
    }
    return headers;
  }
  for (const [name, value] of Object.entries(req.headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    for (const each of Array.isArray(value) ? value : [value]) headers.push([name, each]);
  }
  return headers;
}

/** One answer on its way. */
class NodeAnswer implements ResponseSink {
  /** Resolved when the answer is out, or nobody waits for it. */
  readonly done: Promise<void>;
  exchange: Exchange | undefined;
  private finish!: () => void;
  private ended = false;
  private hasHead = false;
  private streaming = false;
  private text = '';
  private drained: (() => void) | undefined;

  constructor(
    private readonly res: NodeResponse,
    private readonly face: Face,
    private readonly origin: string | string[] | undefined,
  ) {
    res.on('drain', () => this.drained?.());
    this.done = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  head(status: number, headers: [string, string][]): void {
    if (this.ended) return;
    const { res } = this;
    this.hasHead = true;
    res.statusCode = status;
    for (const [name, value] of this.readable(headers)) {
      res.setHeader(name, value);
      if (name === 'content-type' && value === 'text/event-stream') this.streaming = true;
    }
    if (this.streaming) res.flushHeaders?.();
  }

  chunk(text: string): void | Promise<void> {
    if (this.ended) return;
    const { res } = this;
    if (!this.streaming) {
      this.text += text;
      return;
    }
    const hasRoom = res.write(text) !== false;
    res.flush?.();
    if (hasRoom) return;
    return new Promise((resolve) => {
      this.drained = resolve;
    });
  }

  end(error?: Error): void {
    if (this.ended) return;
    const { res, text } = this;
    // The server is closed before it answers.
    if (!this.hasHead) this.head(503, []);
    this.ended = true;
    if (error !== undefined) res.destroy?.(error);
    else if (text === '') res.end();
    else res.end(text);
    this.finish();
  }

  private readable(headers: [string, string][]): [string, string][] {
    const { face, origin } = this;
    return face.readers?.(headers, typeof origin === 'string' ? origin : undefined) ?? headers;
  }

  /** The client is gone. */
  abandon(): void {
    if (this.ended) return;
    this.ended = true;
    this.exchange?.cancel();
    this.finish();
  }
}
