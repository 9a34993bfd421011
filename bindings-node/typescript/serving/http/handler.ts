// A server as a function from `Request` to `Response`.

import { ENGINE, type Servable, serving } from '../../engine/engine.js';
import type { ResponseSink } from '../../engine/event_loop.js';
import type { Cors, EventStoreOption, HttpOptions, ServerCard } from '../../engine/http_options.js';
import type { ServerEventBus, ServerNotifier } from '../event_bus.js';
import { InMemoryServerEventBus, notifierOn, type ServerEvent } from '../event_bus.js';
import { OpenStore } from '../event_store.js';
import { type McpServerFactory, type ServableServer, ServerSource } from '../server_source.js';
import { errorFrom } from '../transport.js';
import { type Readers, readersOf } from './cors.js';
import { answerRequest, type FetchOptions } from './fetch.js';
import {
  asksForCard,
  bodyLimit,
  type Exchange,
  endpointOf,
  exchange,
  FACE,
  type Face,
  type Incoming,
  keepAliveSeconds,
  refusalText,
  refuse,
} from './http_exchange.js';
import { isLegacyIncoming, MODERN_VERSIONS } from './legacy_request.js';
import { type BodyTimes, type Patience, patienceOf } from './slow_bodies.js';

export * from '../event_bus.js';
export type { McpRequestContext, McpServerFactory } from '../server_source.js';
export { type IsLegacyRequestOptions, isLegacyRequest } from './legacy_request.js';

/** What may be told with a request. */
export type McpHandlerRequestOptions = FetchOptions;

/** Options of `createMcpHandler`. */
export interface CreateMcpHandlerOptions extends BodyTimes {
  /**
   * How clients up to 2025-11-25 are served: `stateless` (the default), each request alone; `sessions`, with sessions that
   * live in this process (not with a factory that is called for each request); `reject`, not at all.
   */
  legacy?: 'stateless' | 'sessions' | 'reject' | undefined;
  /** Hears of what went wrong outside of any answer. */
  onerror?: ((error: Error) => void) | undefined;
  /**
   * `auto` (the default): JSON, unless the handler says something before its result. `sse`: always an event stream. `json`:
   * never; what handlers say before their result is dropped.
   */
  responseMode?: 'auto' | 'sse' | 'json' | undefined;
  /** Where changes come from that clients are told of. Default: a bus of its own, see `notify`. */
  bus?: ServerEventBus | undefined;
  /** How often a silent stream says that it is alive, in milliseconds. Below 1: never. Default 15000. */
  keepAliveMs?: number | undefined;
  /** The longest body that is read, in bytes. Default 4 MiB. */
  maxRequestBodySize?: number | undefined;
  /**
   * Keeps what streams say, so that a client with a session that lost one comes back for the rest: `true`, bounds, or a store of
   * one's own. Off, if absent.
   */
  eventStore?: EventStoreOption | undefined;
  /** How long clients are told to wait before they come back, in milliseconds. Default 1000. */
  retryInterval?: number | undefined;
  /** Hosts to answer for: names with or without a port, `localhost:*`, `*.example.com`. All, if absent. */
  allowedHosts?: string[] | undefined;
  /** Origins of web pages to accept, such as `https://example.com`; `*` for all. Pages of this machine, if absent. */
  allowedOrigins?: string[] | undefined;
  /** Lets web pages read what is answered; off, if absent. Then `OPTIONS` has to reach this handler, too. */
  cors?: Cors | undefined;
  /**
   * Tells everybody what this server is, at `/server-card` below wherever the handler is: `true`, or what is to be said beside what
   * the server says of itself. Off, if absent. Requests for it have to reach this handler, too.
   */
  serverCard?: boolean | ServerCard | undefined;
}

/** A server as a function from `Request` to `Response`. */
export interface McpHttpHandler {
  /** Answers one request; may be taken off the handler. Rejects once the handler is closed. */
  readonly fetch: (request: Request, options?: McpHandlerRequestOptions) => Promise<Response>;
  /** Cancels what is under way and closes what the factory made. */
  readonly close: () => Promise<void>;
  /** Tells clients of changes that the server does not see by itself. */
  readonly notify: ServerNotifier;
  readonly bus: ServerEventBus;
}

/**
 * Serves HTTP requests that somebody else received, every protocol version at one URL.
 *
 * @param source A server, or a function that makes one. A function without a parameter is called once, and its server serves
 *   everything; one that takes the request's context (`{ era, authInfo, requestInfo }`) is called for each request.
 * @throws TypeError for an option that has no subject here, or a source that is none.
 */
export function createMcpHandler(
  source: McpServerFactory | ServableServer,
  options: CreateMcpHandlerOptions = {},
): McpHttpHandler {
  const face = new HandlerFace(new ServerSource(source, (error) => options.onerror?.(error)), options);
  const handler = {
    [FACE]: face,
    fetch: async (request: Request, told?: McpHandlerRequestOptions): Promise<Response> => {
      if (face.isClosed) throw new Error(CLOSED);
      return answerRequest(face, request, told);
    },
    close: () => face.close(),
    notify: notifierOn(face.bus),
    bus: face.bus,
  };
  return handler;
}

/** The workings of a handler. */
class HandlerFace implements Face {
  readonly maxBodyBytes: number;
  readonly patience: Patience;
  readonly readers: Readers | undefined;
  readonly bus: ServerEventBus;
  readonly onerror: (error: Error) => void;
  isClosed = false;
  private readonly http: HttpOptions;
  private readonly exchanges = new Set<Exchange>();
  private readonly unsubscribe: () => void;
  private readonly store: OpenStore;

  constructor(
    private readonly source: ServerSource,
    private readonly options: CreateMcpHandlerOptions,
  ) {
    const { legacy = 'stateless', responseMode = 'auto' } = options;
    check('legacy', legacy, ['stateless', 'sessions', 'reject']);
    check('responseMode', responseMode, ['auto', 'sse', 'json']);
    if ('maxSubscriptions' in options && options.maxSubscriptions !== undefined) {
      throw new TypeError(
        'the option maxSubscriptions is not supported: the engine limits subscriptions; leave it out',
      );
    }
    if (legacy === 'sessions' && source.isPerRequest) {
      throw new TypeError(
        "legacy: 'sessions' needs one server for all requests: a factory without a parameter, or a server",
      );
    }
    this.maxBodyBytes = bodyLimit(options.maxRequestBodySize);
    this.patience = patienceOf(options);
    this.onerror = (error) => options.onerror?.(error);
    this.bus = options.bus ?? new InMemoryServerEventBus(this.onerror);
    this.unsubscribe = this.bus.subscribe((event) => {
      this.tell(event).catch((error: unknown) => this.onerror(errorFrom(error)));
    });
    this.http = {
      stateless: legacy !== 'sessions',
      jsonResponse: responseMode === 'json',
      keepAliveSeconds: keepAliveSeconds(options.keepAliveMs),
      allowedHosts: options.allowedHosts,
      allowedOrigins: options.allowedOrigins,
      cors: options.cors,
      ...(options.serverCard === undefined ? {} : { serverCard: options.serverCard }),
      ...(options.eventStore === undefined ? {} : { eventStore: options.eventStore }),
      ...(options.retryInterval === undefined ? {} : { retryInterval: options.retryInterval }),
    };
    this.store = new OpenStore(options.eventStore, options.retryInterval);
    this.readers = readersOf(this.http);
  }

  begin(incoming: Incoming, sink: ResponseSink): Exchange {
    if (this.isClosed) {
      refuse(sink, 503, CLOSED);
      return { cancel: () => {} };
    }
    // A browser that asks before a page may call belongs to no era, nor does who reads the card.
    const asks =
      (this.readers !== undefined && incoming.head.method === 'OPTIONS') ||
      (Boolean(this.options.serverCard) && asksForCard(incoming));
    if (this.options.legacy === 'reject' && !asks && isLegacyIncoming(incoming)) {
      refuseLegacy(incoming, sink);
      return { cancel: () => {} };
    }
    if (this.options.responseMode === 'sse') streamOnly(incoming);
    const { ready } = this.source;
    return ready === undefined ? this.beginLater(incoming, sink) : this.track(ready, incoming, sink);
  }

  /** The server has to be made first. */
  private beginLater(incoming: Incoming, sink: ResponseSink): Exchange {
    let begun: Exchange | undefined;
    let cancelled = false;
    const { origin } = incoming;
    const context = {
      get era() {
        return isLegacyIncoming(incoming) ? ('legacy' as const) : ('modern' as const);
      },
      authInfo: origin.authInfo,
      get requestInfo() {
        return origin.request;
      },
    };
    this.source
      .acquire(context)
      .then((server) => {
        if (cancelled || this.isClosed) {
          this.source.release(server);
          refuse(sink, 503, CLOSED);
        } else {
          begun = this.track(server, incoming, sink);
        }
      })
      .catch((error: unknown) => {
        this.onerror(errorFrom(error));
        refuse(sink, 500, 'the server could not be made', -32603);
      });
    return {
      cancel: () => {
        cancelled = true;
        begun?.cancel();
      },
    };
  }

  private track(server: ServableServer, incoming: Incoming, sink: ResponseSink): Exchange {
    const served = serving(server);
    const answer: ResponseSink = {
      head: (status, headers) => sink.head(status, headers),
      chunk: (text) => sink.chunk(text),
      end: (error) => {
        this.exchanges.delete(begun);
        this.source.release(server);
        sink.end(error);
      },
    };
    const begun = exchange(endpointOf(served, this.http), incoming, answer, this.eventStoreOf(served));
    this.exchanges.add(begun);
    return begun;
  }

  private eventStoreOf(served: ReturnType<typeof serving>): number | undefined {
    return this.http.stateless === true ? undefined : this.store.in(served);
  }

  private async tell(event: ServerEvent): Promise<void> {
    for (const server of await this.source.live()) tellClients(server, event);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.unsubscribe();
    for (const each of [...this.exchanges]) each.cancel();
    this.store.close();
    await this.source.close();
  }
}

const CLOSED = 'this handler is closed';

const LISTS = {
  tools_list_changed: 'tools',
  prompts_list_changed: 'prompts',
  resources_list_changed: 'resources',
} as const;

function tellClients(server: Servable, event: ServerEvent): void {
  const { native } = server[ENGINE];
  if (event.kind === 'resource_updated') native.notify('resource', event.uri);
  else native.notify(LISTS[event.kind], null);
}

function check(name: string, value: string, allowed: string[]): void {
  if (!allowed.includes(value)) {
    throw new TypeError(`${name} is one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`);
  }
}

/** Has the engine answer with an event stream, if the client takes one. */
function streamOnly(incoming: Incoming): void {
  const { head } = incoming;
  const accept = head.headers.filter(([name]) => name.toLowerCase() === 'accept').map(([, value]) => value);
  if (accept.length > 0 && !/text\/(event-stream|\*)|\*\/\*/i.test(accept.join(','))) return;
  head.headers = head.headers.filter(([name]) => name.toLowerCase() !== 'accept');
  head.headers.push(['accept', 'text/event-stream']);
}

const UNSUPPORTED_VERSION = -32022;

/** Tells a client of an older era that it is not served. */
function refuseLegacy(incoming: Incoming, sink: ResponseSink): void {
  const { head, body } = incoming;
  const json: [string, string][] = [['content-type', 'application/json']];
  if (head.method !== 'POST') {
    sink.head(405, [...json, ['allow', 'POST']]);
    sink.chunk(refusalText('this method is not served here', -32000));
    sink.end();
    return;
  }
  let message: { id?: unknown; method?: unknown; params?: { protocolVersion?: unknown } } = {};
  try {
    message = Object(JSON.parse(Buffer.from(body ?? []).toString('utf8')));
  } catch {
    // Then it has no id.
  }
  if (message.id === undefined && message.method !== undefined) {
    sink.head(202, []);
    sink.end();
    return;
  }
  const requested = message.params?.protocolVersion;
  const error = {
    code: UNSUPPORTED_VERSION,
    message: `only ${MODERN_VERSIONS.join(', ')} is served here`,
    data: { supported: MODERN_VERSIONS, requested: typeof requested === 'string' ? requested : null },
  };
  sink.head(400, json);
  sink.chunk(JSON.stringify({ jsonrpc: '2.0', id: message.id ?? null, error }));
  sink.end();
}
