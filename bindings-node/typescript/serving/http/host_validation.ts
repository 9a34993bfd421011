// Who may call a server that listens on this machine: protection against web pages that have the browser call it, by a name
// that was made to mean this machine (SEC-1, SEC-2).

import { ConfigurationError } from '../../engine/errors.js';
import { type NativeAllowList, native } from '../../engine/native.js';
import { jsonResponse } from './fetch.js';

/** What a check found. */
export type HostHeaderValidationResult =
  | { ok: true; hostname: string }
  | {
      ok: false;
      errorCode: 'missing_host' | 'invalid_host_header' | 'invalid_host';
      message: string;
      hostHeader?: string;
      hostname?: string;
    };

/** What a check found. Without an `Origin` there is nothing to object to: only browsers send one. */
export type OriginValidationResult =
  | { ok: true; origin?: string; hostname?: string }
  | {
      ok: false;
      errorCode: 'invalid_origin_header' | 'invalid_origin';
      message: string;
      originHeader?: string;
      hostname?: string;
    };

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** The names of this machine. */
export function localhostAllowedHostnames(): string[] {
  return [...LOOPBACK_NAMES];
}

/** The names that pages of this machine come from. */
export function localhostAllowedOrigins(): string[] {
  return [...LOOPBACK_NAMES];
}

/** Whether a server that binds to `host` is reached from this machine only. */
export function isLoopback(host: string): boolean {
  return ['localhost', '::1', '[::1]'].includes(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Checks the value of `Host` against a list in the notation of `allowedHosts`: names, with a port or without, `*.example.com`
 * for all names below one. Entries that mean nothing let nobody in.
 */
export function validateHostHeader(
  hostHeader: string | null | undefined,
  allowedHostnames: string[],
): HostHeaderValidationResult {
  return checkHost(hostHeader, listOf(allowedHostnames, false));
}

function checkHost(
  hostHeader: string | null | undefined,
  allowed: NativeAllowList,
): HostHeaderValidationResult {
  if (!hostHeader) return { ok: false, errorCode: 'missing_host', message: 'The request has no Host header' };
  let hostname: string;
  try {
    if (/[\s/?#@\\]/.test(hostHeader)) throw new Error('not a host');
    hostname = new URL(`http://${hostHeader}`).hostname;
  } catch {
    const message = `The Host header is not a host: ${hostHeader}`;
    return { ok: false, errorCode: 'invalid_host_header', message, hostHeader };
  }
  const port = /:\d+$/.exec(hostHeader)?.[0] ?? '';
  if (allowed.allows(hostname + port)) return { ok: true, hostname };
  const message = `The Host header names a host that is not allowed: ${hostname}. Add it to the allowed hosts if it is right`;
  return { ok: false, errorCode: 'invalid_host', message, hostHeader, hostname };
}

/**
 * Checks the value of `Origin` against a list in the notation of `allowedOrigins`; a name without a scheme is of any.
 * `<scheme>://*` allows every origin of a scheme, such as `moz-extension://*`; not of `http` and `https`. Entries that mean
 * nothing let nobody in.
 */
export function validateOriginHeader(
  originHeader: string | null | undefined,
  allowedOriginHostnames: string[],
): OriginValidationResult {
  return checkOrigin(originHeader, listOf(allowedOriginHostnames, true));
}

function checkOrigin(
  originHeader: string | null | undefined,
  allowed: NativeAllowList,
): OriginValidationResult {
  if (!originHeader) return { ok: true };
  let url: URL;
  try {
    url = new URL(originHeader);
    if (url.hostname === '') throw new Error('not an origin');
  } catch {
    const message = `The Origin header is not an origin: ${originHeader}`;
    return { ok: false, errorCode: 'invalid_origin_header', message, originHeader };
  }
  const { hostname } = url;
  if (allowed.allows(`${url.protocol}//${url.host}`)) return { ok: true, origin: originHeader, hostname };
  const message = `The Origin header names a site that is not allowed: ${hostname}. Add it to the allowed origins if it is right`;
  return { ok: false, errorCode: 'invalid_origin', message, originHeader, hostname };
}

/** Lists that were read; there are few, and each is asked for every request. */
const read = new Map<string, NativeAllowList>();

function listOf(entries: string[], origins: boolean): NativeAllowList {
  const key = JSON.stringify([origins, entries]);
  let list = read.get(key);
  if (list === undefined) {
    list = new native.AllowList(
      origins,
      entries.filter((entry) => meansSomething(entry, origins)),
    );
    if (read.size > 100) read.clear();
    read.set(key, list);
  }
  return list;
}

function meansSomething(entry: string, origins: boolean): boolean {
  try {
    return new native.AllowList(origins, [entry]) !== undefined;
  } catch {
    return false;
  }
}

/** A list of hosts or origins. Throws ConfigurationError for an entry that could never match, with what is right. */
function strictly(name: string, entries: string[], origins: boolean): NativeAllowList {
  if (!origins && entries.length === 0) {
    throw new ConfigurationError(`${name}: there is none in the list, so that nobody could call`);
  }
  try {
    return new native.AllowList(origins, entries);
  } catch (error) {
    throw new ConfigurationError(`${name}: ${(error as Error).message}`);
  }
}

/** Tells of the first refusal only: who is refused must not fill the log. */
function telling<R extends { ok: true } | { ok: false; message: string }, V>(
  check: (value: V) => R,
): (value: V) => R {
  let told = false;
  return (value) => {
    const result = check(value);
    if (!result.ok && !told) {
      told = true;
      console.warn(`oxmcp: refused a request: ${result.message}. Further ones are not told of.`);
    }
    return result;
  };
}

/**
 * `validateHostHeader` with its list read once.
 *
 * @throws ConfigurationError for an entry that could never match.
 */
export function hostCheck(
  names: string[],
): (hostHeader: string | null | undefined) => HostHeaderValidationResult {
  const allowed = strictly('allowedHosts', names, false);
  return telling((value) => checkHost(value, allowed));
}

/**
 * `validateOriginHeader` with its list read once.
 *
 * @throws ConfigurationError for an entry that could never match.
 */
export function originCheck(
  names: string[],
): (originHeader: string | null | undefined) => OriginValidationResult {
  const allowed = strictly('allowedOrigins', names, true);
  return telling((value) => checkOrigin(value, allowed));
}

/** The body of a refusal. */
export function forbidden(message: string): {
  jsonrpc: '2.0';
  error: { code: number; message: string };
  id: null;
} {
  return { jsonrpc: '2.0', error: { code: -32000, message }, id: null };
}

/** A refusal (403) if the request's `Host` is not allowed. */
export function hostHeaderValidationResponse(
  request: Request,
  allowedHostnames: string[],
): Response | undefined {
  const host = request.headers.get('host') ?? new URL(request.url).host;
  const result = validateHostHeader(host, allowedHostnames);
  return result.ok ? undefined : jsonResponse(403, JSON.stringify(forbidden(result.message)));
}

/** A refusal (403) if the request's `Origin` is not allowed. */
export function originValidationResponse(
  request: Request,
  allowedOriginHostnames: string[],
): Response | undefined {
  const result = validateOriginHeader(request.headers.get('origin'), allowedOriginHostnames);
  return result.ok ? undefined : jsonResponse(403, JSON.stringify(forbidden(result.message)));
}

/** How an application is bound, and whom it lets in. */
export interface AppOptions {
  /** Where the application will listen. Default `127.0.0.1`. On a loopback address both checks are on. */
  host?: string | undefined;
  /** Hosts to accept instead: names with or without a port, `*.example.com`. */
  allowedHosts?: string[] | undefined;
  /** Sites to accept instead: their names, or whole origins. */
  allowedOrigins?: string[] | undefined;
}

/** The names an application checks for; undefined where it checks nothing. */
export function namesToCheck(options: AppOptions): {
  hosts?: string[] | undefined;
  origins?: string[] | undefined;
} {
  const { host = '127.0.0.1', allowedHosts, allowedOrigins } = options;
  const loopback = isLoopback(host);
  if ((host === '0.0.0.0' || host === '::') && allowedHosts === undefined) {
    console.warn(
      `An MCP application on ${host} answers whatever host it is called by: set allowedHosts, or authenticate requests.`,
    );
  }
  return {
    hosts: allowedHosts ?? (loopback ? localhostAllowedHostnames() : undefined),
    origins: allowedOrigins ?? (loopback ? localhostAllowedOrigins() : undefined),
  };
}
