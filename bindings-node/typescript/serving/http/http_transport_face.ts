// The workings of the HTTP transports of both generations: a face of the server they are connected to, and the sessions that
// began through them.

import { type Principal, principalOf, SESSION_ID } from '../../engine/call_origin.js';
import type { ResponseSink, Serving } from '../../engine/event_loop.js';
import type { Cors, EventStoreOption } from '../../engine/http_options.js';
import type { RequestId } from '../../types/base.js';
import { OpenStore } from '../event_store.js';
import { type Closable, dropTransport, errorFrom, noteTransport } from '../transport.js';
import { type Readers, readersOf } from './cors.js';
import {
  bodyLimit,
  type Exchange,
  endpointOf,
  exchange,
  type Face,
  HeldSink,
  headerOf,
  type Incoming,
  keepAliveSeconds,
  refuse,
} from './http_exchange.js';
import { aliasesOf, type SessionAlias, type SessionOwner } from './http_sessions.js';
import { Passage, passThrough, type Wrappable } from './passage.js';
import { type BodyTimes, type Patience, patienceOf } from './slow_bodies.js';

export type { EventId, EventStore, StreamId } from '../../engine/http_options.js';

/** Options of the HTTP transports. */
export interface HttpTransportOptions extends BodyTimes {
  /** Makes the ids of sessions, which must be unique and hard to guess. Without it there are none: every request stands alone. */
  sessionIdGenerator?: (() => string) | undefined;
  /** Called with the id of a session that began, before its client hears of it. */
  onsessioninitialized?: ((sessionId: string) => void | Promise<void>) | undefined;
  /** Called with the id of a session that its client ended. */
  onsessionclosed?: ((sessionId: string) => void | Promise<void>) | undefined;
  /** Answer with JSON only: what handlers say before their result is dropped. */
  enableJsonResponse?: boolean | undefined;
  /**
   * Keeps what streams say, so that a client that lost one comes back for the rest: a store of one's own, or `true` or bounds for the
   * engine's. Off, if absent.
   */
  eventStore?: EventStoreOption | undefined;
  /** How long clients are told to wait before they come back, in milliseconds. Default 1000. */
  retryInterval?: number | undefined;
  /** Hosts to answer for: names with or without a port, `localhost:*`, `*.example.com`. All, if absent. */
  allowedHosts?: string[] | undefined;
  /** Origins of web pages to accept, such as `https://example.com`; `*` for all. Pages of this machine, if absent. */
  allowedOrigins?: string[] | undefined;
  /** Lets web pages read what is answered; off, if absent. Then `OPTIONS` has to reach this transport, too. */
  cors?: Cors | undefined;
  /** `false` switches both of these checks off. */
  enableDnsRebindingProtection?: boolean | undefined;
  /** How often a silent stream says that it is alive, in milliseconds. Below 1: never. Default 15000. */
  keepAliveMs?: number | undefined;
  /** The longest body that is read, in bytes. Default 4 MiB. */
  maxRequestBodySize?: number | undefined;
}

/** Options of others that have no subject here. */
const WITHOUT_SUBJECT = new Map([['supportedProtocolVersions', 'every version of the protocol is served']]);

/** The part of a transport that the user sees change, or changes. */
export interface TransportEvents extends Wrappable {
  sessionId?: string | undefined;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
}

/** The working parts of an HTTP transport. */
export class HttpTransportFace implements Face, SessionOwner {
  readonly maxBodyBytes: number;
  readonly patience: Patience;
  readonly readers: Readers | undefined;
  readonly passage: Passage;
  private serving: Serving | undefined;
  private transport: Closable | undefined;
  private readonly exchanges = new Set<Exchange>();
  /** The ids of the sessions that began here. */
  private readonly sessions = new Set<string>();
  private readonly store: OpenStore;
  private closed = false;

  constructor(
    private readonly events: TransportEvents,
    ownSend: unknown,
    private readonly options: HttpTransportOptions,
  ) {
    for (const [name, why] of WITHOUT_SUBJECT) {
      if ((options as Record<string, unknown>)[name] === undefined) continue;
      throw new TypeError(`the option ${name} is not supported: ${why}; leave it out`);
    }
    if (options.sessionIdGenerator !== undefined && typeof options.sessionIdGenerator !== 'function') {
      throw new TypeError('sessionIdGenerator must be a function that returns an id, or undefined');
    }
    this.maxBodyBytes = bodyLimit(options.maxRequestBodySize);
    this.patience = patienceOf(options);
    this.readers = readersOf({ cors: options.cors, allowedOrigins: this.allowedOrigins });
    this.store = new OpenStore(options.eventStore, options.retryInterval);
    this.passage = new Passage(events, ownSend);
  }

  attach(serving: Serving, transport: Closable): void {
    if (this.closed) throw new Error('this transport is closed: make another one');
    if (this.serving !== undefined && this.serving !== serving && !this.serving.isStopped) {
      throw new Error('this transport is connected to a server already: make one for each server');
    }
    // Impossible options are refused here, not by every request.
    this.endpoint(serving);
    this.serving = serving;
    this.transport = transport;
    this.passage.open();
    noteTransport(serving, transport);
  }

  onerror = (error: Error): void => this.events.onerror?.(error);

  private get isUnchecked(): boolean {
    return this.options.enableDnsRebindingProtection === false;
  }

  private get allowedOrigins(): string[] | undefined {
    return this.isUnchecked ? ['*'] : this.options.allowedOrigins;
  }

  private endpoint(serving: Serving) {
    const { options } = this;
    return endpointOf(serving, {
      stateless: options.sessionIdGenerator === undefined,
      jsonResponse: options.enableJsonResponse ?? false,
      allowedHosts: this.isUnchecked ? ['*'] : options.allowedHosts,
      allowedOrigins: this.allowedOrigins,
      cors: options.cors,
      keepAliveSeconds: keepAliveSeconds(options.keepAliveMs),
      ...(options.eventStore === undefined ? {} : { eventStore: options.eventStore }),
      ...(options.retryInterval === undefined ? {} : { retryInterval: options.retryInterval }),
    });
  }

  begin(incoming: Incoming, sink: ResponseSink): Exchange {
    const { serving } = this;
    if (serving === undefined || serving.isStopped || this.closed) {
      const isNew = serving === undefined && !this.closed;
      // To a client with a session 404 says that it is over (SESS-5).
      if (isNew) refuse(sink, 503, 'no server is connected to this transport yet');
      else refuse(sink, 404, 'this server is closed');
      return { cancel: () => {} };
    }
    if (!this.passage.isWatched) return this.forward(serving, incoming, sink);
    return passThrough(this.passage, incoming, sink, (asked, answer) => this.forward(serving, asked, answer));
  }

  private forward(serving: Serving, incoming: Incoming, sink: ResponseSink): Exchange {
    const aliases = aliasesOf(serving);
    const id = headerOf(incoming.head.headers, SESSION_ID);
    const principal = principalOf(incoming.origin.authInfo);
    const alias = id === undefined ? undefined : aliases.find(id, principal);
    if (alias !== undefined) {
      incoming.origin.sessionId = id;
      incoming.head.headers = incoming.head.headers.map(([name, value]) =>
        name.toLowerCase() === SESSION_ID ? [name, alias.engineId] : [name, value],
      );
    }
    const held = new HeldSink(sink);
    const { method } = incoming.head;
    let hasHead = false;
    const begun: Exchange = exchange(
      this.endpoint(serving),
      incoming,
      {
        head: (status, headers) => {
          hasHead = true;
          let before: Promise<void> | undefined;
          const engineId = headerOf(headers, SESSION_ID);
          held.head(status, headers);
          if (engineId !== undefined && engineId !== alias?.engineId) {
            this.opened(serving, engineId, principal).then(
              (made) => {
                for (const header of headers) if (header[0] === SESSION_ID) header[1] = made;
                held.release();
              },
              (error: unknown) => {
                this.onerror(errorFrom(error));
                this.end(serving, { engineId, principal });
                begun.cancel();
                refuse(sink, 500, 'the server could not begin a session', -32603);
              },
            );
            return;
          }
          if (id !== undefined && alias !== undefined) {
            if (method === 'DELETE' && status < 300) before = aliases.remove(id, true);
            else if (status === 404) before = aliases.remove(id, false);
          }
          if (before === undefined) held.release();
          else before.catch((error: unknown) => this.onerror(errorFrom(error))).then(() => held.release());
        },
        chunk: (text) => held.chunk(text),
        end: (error) => {
          this.exchanges.delete(begun);
          // Cancelled before it was answered.
          if (!hasHead) held.release();
          held.end(error);
        },
      },
      this.store.in(serving),
    );
    this.exchanges.add(begun);
    return begun;
  }

  /** A session began: gives it the application's id. */
  private async opened(
    serving: Serving,
    engineId: string,
    principal: Principal | undefined,
  ): Promise<string> {
    const id = aliasesOf(serving).add(this.options.sessionIdGenerator?.() ?? engineId, {
      engineId,
      principal,
      owner: this,
    });
    this.sessions.add(id);
    if (this.transport !== undefined) noteTransport(serving, this.transport);
    this.events.sessionId = id;
    await this.options.onsessioninitialized?.(id);
    return id;
  }

  async sessionOver(id: string, byClient: boolean): Promise<void> {
    this.sessions.delete(id);
    try {
      if (byClient) await this.options.onsessionclosed?.(id);
    } finally {
      // Code that keeps a transport for each session drops it now. One that is kept goes on serving.
      if (this.sessions.size === 0 && !this.closed) {
        if (this.serving !== undefined && this.transport !== undefined)
          dropTransport(this.serving, this.transport);
        this.store.close();
        this.events.onclose?.();
      }
    }
  }

  /** Closes the stream of a request under way, for its client to come back. */
  closeStream(requestId: RequestId): void {
    this.serving?.callOf(this.sessions, requestId)?.closeStream(false);
  }

  /** Closes the streams of what belongs to no request. */
  closeSessionStreams(): void {
    const { serving } = this;
    if (serving === undefined) return;
    for (const id of this.sessions) {
      const alias = aliasesOf(serving).get(id);
      if (alias !== undefined) serving.native.closeSessionStreams(alias.engineId);
    }
  }

  /** Tells the engine, as whoever began it, that a session is over. */
  private end(serving: Serving, { engineId, principal }: Pick<SessionAlias, 'engineId' | 'principal'>): void {
    const headers: [string, string][] = [[SESSION_ID, engineId]];
    const head = { method: 'DELETE', url: '/', headers, principal };
    const nobody: ResponseSink = { head() {}, chunk() {}, end() {} };
    exchange(endpointOf(serving, {}), { head, body: null, origin: {} }, nobody);
  }

  /** Ends what is under way, and the sessions that began here. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const { serving, transport } = this;
    if (serving !== undefined && transport !== undefined) {
      dropTransport(serving, transport);
      const aliases = aliasesOf(serving);
      for (const id of [...this.sessions]) {
        const alias = aliases.get(id);
        if (alias !== undefined) this.end(serving, alias);
        await aliases.remove(id, false);
      }
    }
    for (const each of [...this.exchanges]) each.cancel();
    this.store.close();
    this.events.onclose?.();
  }
}
