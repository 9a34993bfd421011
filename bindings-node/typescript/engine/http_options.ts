// The options of serving over HTTP, as authors write them and as the engine reads them.

import type { JSONRPCMessage } from '../types/jsonrpc.js';
import { graceSeconds } from './connection_options.js';

/**
 * Which web pages may read what is answered: `true` for those that may call anyway (`allowedOrigins`); one origin or several,
 * `*` for all, which may call then, too; or all of it in words.
 */
export type Cors = boolean | string | string[] | CorsOptions;

/** Which web pages may read what is answered, and what they may send. */
export interface CorsOptions {
  /** Default: those that may call anyway. */
  origins?: string | string[];
  /** Headers they may send beside those of the protocol; `*` for all. */
  allowedHeaders?: string[];
  /** Headers of answers they may read beside those of the protocol. */
  exposedHeaders?: string[];
  /** Whether the browser sends its cookies along. Not with the origin `*`. */
  credentials?: boolean;
  /** How long a browser may remember what it was told when it asked. Default 600. */
  maxAgeSeconds?: number;
}

/** What is told of a server before anybody connects, beside what it says of itself. Nothing secret belongs there. */
export interface ServerCard {
  /** A name no other server has: a reversed domain, a slash, a name (`com.example/weather`). Default: the server's name. */
  name?: string;
  /** A name for people, up to 100 characters. Default: the server's title. */
  title?: string;
  /** What the server is for, up to 100 characters. Default: the server's description. */
  description?: string;
  /** Where the server is reached from outside. The card tells no place, if absent. */
  url?: string;
  /** The headers that a client has to send there, without their secrets. */
  headers?: ({ name: string } & Record<string, unknown>)[];
  /** Where its source is; `source` is who hosts it, such as `github`. */
  repository?: { url: string; source: string; id?: string; subfolder?: string };
}

/** Where HTTP+SSE is served. */
export interface SsePaths {
  /** Where its streams are opened. Default `"/sse"`. */
  path?: string;
  /** Where its clients post what they say. Default `"/messages"`. */
  messagesPath?: string;
}

export type StreamId = string;
export type EventId = string;

/**
 * Keeps what streams say in a place of the author's. The name of a stream says which session it belongs to: no session is given the
 * events of another. An event at the beginning of a stream carries no message, only `{}`.
 */
export interface EventStore {
  /** Keeps a message before it is sent; returns the event's id, which no other event of any stream may have. */
  storeEvent(streamId: StreamId, message: JSONRPCMessage): Promise<EventId>;
  getStreamIdForEventId?(eventId: EventId): Promise<StreamId | undefined>;
  /** Gives what followed an event on its stream to `send`, in order; returns the stream, or `''` when there is no such event. */
  replayEventsAfter(
    lastEventId: EventId,
    to: { send: (eventId: EventId, message: JSONRPCMessage) => Promise<void> },
  ): Promise<StreamId>;
}

/** The bounds of the engine's own event store. Beyond them the oldest events go. */
export interface EventLimits {
  /** How many events a session keeps. Default 1000. */
  maxEvents?: number;
  /** How many bytes of messages a session keeps. Default 8 MiB. */
  maxBytes?: number;
  /** How many bytes all sessions keep together. Default 128 MiB. */
  maxTotalBytes?: number;
  /** How long an event is kept. Seconds; default 600. */
  maxAgeSeconds?: number;
}

/** Where it is kept what streams say: `true` or bounds for the engine's own store, or a store of the author's. */
export type EventStoreOption = boolean | EventLimits | EventStore;

/**
 * Whether this is a store of the author's.
 *
 * @throws TypeError for what is no store at all.
 */
export function isOwnStore(store: EventStoreOption | undefined): store is EventStore {
  if (store === undefined || store === null || typeof store === 'boolean') return false;
  const { storeEvent, replayEventsAfter } = Object(store) as Partial<EventStore>;
  if (typeof storeEvent === 'function' && typeof replayEventsAfter === 'function') return true;
  if (typeof store !== 'object' || storeEvent !== undefined || replayEventsAfter !== undefined) {
    throw new TypeError('eventStore is true, bounds, or an object with storeEvent and replayEventsAfter');
  }
  return false;
}

/** TLS 1.3, from files in PEM form. They are watched: new connections use what is in them by then. */
export interface Tls {
  /** The server's certificate, and after it those that lead to its root. */
  certificate: string;
  /** Its private key, not encrypted. */
  key: string;
  /** Clients show a certificate that leads to one of these. None is asked for, if absent. */
  clientCa?: string;
  /** Whether a client without a certificate is turned away. Default true. */
  requireClientCertificate?: boolean;
  /** Revoked client certificates: a list of each authority that issued one. */
  clientCrl?: string;
  /** How long a handshake may take. Seconds; default 10. */
  handshakeSeconds?: number;
  /** How often it is looked whether the files have changed. Seconds; default 5, 0 for never. */
  reloadSeconds?: number;
}

/** Options of the HTTP transport. What is not said keeps the engine's default. */
export interface HttpOptions {
  /** Where to listen. Default `"127.0.0.1"`. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** Default `"/mcp"`. */
  path?: string;
  /** Serves HTTP+SSE, the transport of 2024-11-05, beside it. Off, if absent. */
  sse?: boolean | SsePaths;
  /**
   * How many clients may hold a session. One whose client never came back after its handshake makes room first, then the one idle
   * for longest. Default 10000.
   */
  maxSessions?: number;
  /** How many sessions may begin in a second; more are told to come back in a moment. Default 1000. */
  maxSessionsPerSecond?: number;
  /** How many subscriptions of 2026-07-28 may be open. Default 10000. */
  maxSubscriptions?: number;
  /** How long a session rests before it is over; one with a call under way or a stream open does not rest. Seconds; default 1800. */
  sessionIdleSeconds?: number;
  /**
   * Keeps what streams say, so that a client that lost one comes back for the rest. `true` keeps it in the engine, bounded. Off, if
   * absent.
   */
  eventStore?: EventStoreOption;
  /** How long clients are told to wait before they come back. Milliseconds; default 1000. */
  retryInterval?: number;
  /** Legacy clients get no session. */
  stateless?: boolean;
  /** Answer with JSON only, never with an event stream. */
  jsonResponse?: boolean;
  /**
   * Hosts to answer for: names with or without a port (`api.example.com`, `localhost:*`), all names below one
   * (`*.example.com`), or `*`. By default the loopback names for a listener on loopback, and all others otherwise.
   */
  allowedHosts?: string[];
  /** Origins of web pages that may call, such as `https://app.example.com`; `*` for all. Pages of this machine, if absent. */
  allowedOrigins?: string[];
  /** Lets web pages read what is answered. Off, if absent. */
  cors?: Cors;
  /**
   * Tells everybody what this server is before they connect, at `/server-card` below its path (SEP-2127): `true`, or what is to
   * be said beside what the server says of itself. Off, if absent.
   */
  serverCard?: boolean | ServerCard;
  /**
   * Answers a GET of `path` (`/health`) with `message` (`ok`) and `status` (200), whoever asks, and one of `readyPath`, if there is one,
   * with 200, or with 503 while the server takes no requests. Off, if absent.
   */
  health?: { path?: string; message?: string; status?: number; readyPath?: string };
  /** Larger requests are refused. Bytes. */
  maxBodyBytes?: number;
  /** How long a body may pause while it arrives. Seconds; default 10. */
  bodyPauseSeconds?: number;
  /** How long a body may take to arrive. Seconds; default 60. */
  bodySeconds?: number;
  /** How often a silent stream gets a comment. Seconds. */
  keepAliveSeconds?: number;
  /** How many connections may be open at once. */
  maxConnections?: number;
  /** How many of them one address may have. Default: half of all. */
  maxConnectionsPerAddress?: number;
  /** How many bytes of bodies are in memory at once, of all requests together. Default 256 MiB. */
  maxBodyMemoryBytes?: number;
  /** Encrypts what goes over TCP; the section `tls` of the configuration, if absent. */
  tls?: Tls;
  /** Whether HTTP/2 is served beside HTTP/1.1: over TLS to those who want it, in plain to those who begin with it. Default true. */
  http2?: boolean;
  /** How many requests an HTTP/2 connection may have under way. Default 100. */
  maxConcurrentStreams?: number;
  /** Listens at this path instead of at an address. */
  unixSocket?: string;
  /** Who may connect there, as the mode of a file. Default `0o660`. */
  unixSocketMode?: number | string;
  /**
   * Whether systemd is spoken with: sockets that it hands over are served, and it is told when the server is ready, ends, and lives.
   * Off, if absent.
   */
  systemd?: boolean;
  /** Addresses and networks of proxies that are believed for whom they ask; `unix` is whoever connects to a Unix socket. */
  trustedProxies?: string[];
  /** The header in which they say it. Default `x-forwarded-for`. */
  forwardedHeader?: 'x-forwarded-for' | 'forwarded' | 'none';
  /** Whether their connections begin with a header of the PROXY protocol. Off, if absent. */
  proxyProtocol?: boolean;
  /** The header in which they hand on the certificate that a client showed them. */
  clientCertificateHeader?: string;
  /**
   * How long calls under way may still take once the listener is closed or the process is told to stop; then they are answered
   * with an error. Seconds. Default: what OXMCP_SHUTDOWN_GRACE_SECONDS says, else 25.
   */
  shutdownGraceSeconds?: number;
}

/** The options as the engine reads them. */
export function httpText(options: HttpOptions, defaults: HttpOptions): string {
  const all = { ...defaults, ...options };
  return JSON.stringify(
    {
      host: all.host,
      port: all.port,
      path: all.path,
      sse: sseText(all.sse),
      max_sessions: all.maxSessions,
      max_sessions_per_second: all.maxSessionsPerSecond,
      max_subscriptions: all.maxSubscriptions,
      session_idle_seconds: all.sessionIdleSeconds,
      event_store: eventStoreText(all.eventStore),
      retry_interval: all.retryInterval,
      stateless: all.stateless,
      json_response: all.jsonResponse,
      allowed_hosts: all.allowedHosts,
      allowed_origins: all.allowedOrigins,
      cors: corsText(all.cors),
      server_card: all.serverCard === true ? {} : all.serverCard || undefined,
      health: all.health,
      max_body_bytes: all.maxBodyBytes,
      max_connections: all.maxConnections,
      max_connections_per_address: all.maxConnectionsPerAddress,
      max_body_memory_bytes: all.maxBodyMemoryBytes,
      tls: all.tls,
      http2: all.http2,
      max_concurrent_streams: all.maxConcurrentStreams,
      unix_socket: all.unixSocket,
      unix_socket_mode: all.unixSocketMode,
      systemd: all.systemd,
      trusted_proxies: all.trustedProxies,
      forwarded_header: all.forwardedHeader,
      proxy_protocol: all.proxyProtocol,
      client_certificate_header: all.clientCertificateHeader,
      body_pause_seconds: all.bodyPauseSeconds,
      body_seconds: all.bodySeconds,
      keep_alive_seconds: all.keepAliveSeconds,
      shutdown_grace_seconds: graceSeconds(all.shutdownGraceSeconds),
      // A number that JSON has no word for is passed on by its name, so that it is refused and not forgotten.
    },
    (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value),
  );
}

function eventStoreText(store: EventStoreOption | undefined): object | undefined {
  if (store === undefined || store === false || isOwnStore(store)) return undefined;
  if (store === true) return {};
  const { maxEvents, maxBytes, maxTotalBytes, maxAgeSeconds, ...others } = store;
  for (const name of Object.keys(others)) {
    throw new TypeError(
      `eventStore has no member ${name}; it has maxEvents, maxBytes, maxTotalBytes, maxAgeSeconds`,
    );
  }
  return {
    max_events: maxEvents,
    max_bytes: maxBytes,
    max_total_bytes: maxTotalBytes,
    max_age_seconds: maxAgeSeconds,
  };
}

function sseText(sse: HttpOptions['sse']): object | undefined {
  if (sse === undefined || sse === false) return undefined;
  if (sse === true) return {};
  const { path, messagesPath, ...others } = sse;
  for (const name of Object.keys(others)) {
    throw new TypeError(`sse has no member ${name}; it has path, messagesPath`);
  }
  return { path, messages_path: messagesPath };
}

const CORS_MEMBERS: Record<string, string> = {
  origins: 'origins',
  allowedHeaders: 'allowed_headers',
  exposedHeaders: 'exposed_headers',
  credentials: 'credentials',
  maxAgeSeconds: 'max_age_seconds',
};

/** The same as the engine reads it. What is no list of origins, and the like, is for it to refuse. */
interface CorsText {
  origins?: string[];
  allowed_headers?: string[];
  exposed_headers?: string[];
  credentials?: boolean;
  max_age_seconds?: number;
}

/** @throws TypeError for a member there is not. */
export function corsText(cors: Cors | undefined): CorsText | undefined {
  if (cors === undefined || cors === false) return undefined;
  if (cors === true) return {};
  if (typeof cors === 'string') return { origins: [cors] };
  if (Array.isArray(cors)) return { origins: cors };
  const text: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(cors)) {
    const known = CORS_MEMBERS[name];
    if (known === undefined) {
      throw new TypeError(`cors has no member ${name}; it has ${Object.keys(CORS_MEMBERS).join(', ')}`);
    }
    text[known] = typeof value === 'string' ? [value] : value;
  }
  return text;
}
