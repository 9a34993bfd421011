// How a FastMCP server is described and started.

import { ConfigurationError } from '../engine/errors.js';
import type { Cors, EventStoreOption, HttpOptions } from '../engine/http_options.js';
import type { Transform } from '../engine/native.js';
import type { Icon } from '../types/base.js';
import type { FastMCPSessionAuth } from './access.js';
import type { PingOptions } from './pings.js';
import { refuseForeign } from './refusing.js';

/** Hears what happens outside of any call. `console` is one. */
export interface Logger {
  debug(...args: unknown[]): void;
  error(...args: unknown[]): void;
  info(...args: unknown[]): void;
  log(...args: unknown[]): void;
  warn(...args: unknown[]): void;
}

/** What a server is. */
export interface ServerOptions<_T extends FastMCPSessionAuth = FastMCPSessionAuth> {
  name: string;
  version: string;
  /** A name for people. */
  title?: string;
  icons?: Icon[];
  websiteUrl?: string;
  /** How to use the server, for the model. */
  instructions?: string;
  /** What becomes of the tools before clients see them, in order: `toolSearch(…)`, `resultBudget(…)`, `inlineReferences(…)`. */
  transforms?: readonly Transform[];
  /** Hears where the server is found, and what goes wrong outside of any call. Default `console`. */
  logger?: Logger;
  /** Is told of every call of a tool, before it runs. */
  onToolCall?: (context: { arguments: Record<string, unknown>; toolName: string }) => Promise<void> | void;
  /**
   * Whether and how those are answered who ask, over HTTP, whether the server is there. By default with `✓ Ok` and the status
   * 200 at `/health`.
   */
  health?: { enabled?: boolean; path?: string; message?: string; status?: number };
  /** Keeps silent streams alive with comments, every `intervalMs` (20 000 by default), or not at all. */
  streamKeepalive?: { enabled?: boolean; intervalMs?: number };
  /** Asks clients that hold a session every now and then whether they are still there; off, if absent. */
  ping?: PingOptions;
  /** Whether clients that tell of changes of their roots are asked for them, for `session.roots`; they are, by default. */
  roots?: { enabled?: boolean };
}

/** How the HTTP endpoint is served. */
export interface HttpStreamOptions {
  /** Default 8080; 0 for any free port. */
  port?: number;
  /** Default `localhost`. */
  host?: string;
  /** Default `/mcp`. */
  endpoint?: `/${string}`;
  /** Goes before the endpoint. */
  basePath?: `/${string}`;
  /** Legacy clients get no session. */
  stateless?: boolean;
  /** Answer with JSON only, never with an event stream. */
  enableJsonResponse?: boolean;
  /** Keeps what streams say, so that a client that lost one comes back for the rest. Off, if absent. */
  eventStore?: EventStoreOption;
  /** Lets web pages read what is answered: `true` for all of them. Off, if absent. */
  cors?: boolean | HttpStreamCors;
}

/** Which web pages may read what is answered, and what they may send. */
export interface HttpStreamCors {
  /** Default `*`. */
  origin?: string | string[];
  allowedHeaders?: string | string[];
  exposedHeaders?: string[];
  credentials?: boolean;
  /** In seconds. */
  maxAge?: number;
  /** Taken for code that sets it: the endpoint has its methods. */
  methods?: string[];
}

function corsOf(cors: boolean | HttpStreamCors | undefined): Cors | undefined {
  if (cors === undefined || cors === false) return undefined;
  if (cors === true) return '*';
  const { origin = '*', allowedHeaders = [], exposedHeaders, credentials, maxAge } = cors;
  if (typeof origin === 'function') {
    throw new ConfigurationError('httpStream.cors.origin: a function is not asked here; list the origins');
  }
  const headers = typeof allowedHeaders === 'string' ? allowedHeaders.split(',') : allowedHeaders;
  return {
    origins: origin,
    allowedHeaders: headers.map((name) => name.trim()),
    ...(exposedHeaders === undefined ? {} : { exposedHeaders }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(maxAge === undefined ? {} : { maxAgeSeconds: maxAge }),
  };
}

/** How a server is started. What is not said here is taken from the command line and the environment. */
export interface StartOptions {
  transportType?: 'httpStream' | 'stdio';
  httpStream?: HttpStreamOptions;
}

/** The value after `--name` on a command line. */
function argument(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? undefined : args[at + 1];
}

/**
 * What was chosen: the options, then the command line (`--transport http-stream --port 8080 --endpoint /mcp --host h
 * --stateless true`), then the environment (`FASTMCP_PORT` and so on), then the defaults. Stdio has no options.
 *
 * @throws ConfigurationError for a transport or port that is none, and for options without a subject
 */
export function chosen(
  options: StartOptions,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): HttpOptions | 'stdio' {
  const said = (name: string): string | undefined =>
    argument(args, name) ?? environment[`FASTMCP_${name.toUpperCase()}`];
  const transport = options.transportType ?? said('transport') ?? 'stdio';
  if (transport === 'stdio') return 'stdio';
  if (transport !== 'httpStream' && transport !== 'http-stream') {
    throw new ConfigurationError(`there is no transport '${transport}': choose 'stdio' or 'httpStream'`);
  }
  const http = options.httpStream ?? {};
  refuseForeign('httpStream', http, 'httpStream');
  const port = Number(http.port ?? said('port') ?? 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigurationError(`httpStream.port: ${http.port ?? said('port')} is no port`);
  }
  const cors = corsOf(http.cors);
  const endpoint = http.endpoint ?? said('endpoint') ?? '/mcp';
  return {
    port,
    host: http.host ?? said('host') ?? 'localhost',
    path: `${(http.basePath ?? '').replace(/\/+$/, '')}${endpoint}`,
    stateless: http.stateless ?? said('stateless') === 'true',
    jsonResponse: http.enableJsonResponse ?? false,
    ...(cors === undefined ? {} : { cors }),
    ...(http.eventStore === undefined ? {} : { eventStore: http.eventStore }),
  };
}
