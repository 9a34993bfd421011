// Who may call a server that listens on this machine: protection against web pages that have the browser call it, by a name
// that was made to mean this machine (SEC-1, SEC-2).

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

/** Checks the value of `Host` against names without ports; IPv6 addresses in brackets. */
export function validateHostHeader(
  hostHeader: string | null | undefined,
  allowedHostnames: string[],
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
  if (includesName(allowedHostnames, hostname)) return { ok: true, hostname };
  const message = `The Host header names a host that is not allowed: ${hostname}`;
  return { ok: false, errorCode: 'invalid_host', message, hostHeader, hostname };
}

/**
 * Checks the value of `Origin` against names without scheme and port. `<scheme>://*` allows every origin of a scheme, such as
 * `moz-extension://*`; not of `http` and `https`.
 */
export function validateOriginHeader(
  originHeader: string | null | undefined,
  allowedOriginHostnames: string[],
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
  const { hostname, protocol } = url;
  const isWeb = protocol === 'http:' || protocol === 'https:';
  if (
    includesName(allowedOriginHostnames, hostname) ||
    (!isWeb && allowedOriginHostnames.includes(`${protocol}//*`))
  ) {
    return { ok: true, origin: originHeader, hostname };
  }
  const message = `The Origin header names a site that is not allowed: ${hostname}`;
  return { ok: false, errorCode: 'invalid_origin', message, originHeader, hostname };
}

function includesName(names: string[], name: string): boolean {
  return names.some((each) => each.toLowerCase() === name.toLowerCase());
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
  /** Names of hosts to accept instead. */
  allowedHosts?: string[] | undefined;
  /** Names of sites to accept instead. */
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
