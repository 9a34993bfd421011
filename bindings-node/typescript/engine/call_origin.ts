// What the JavaScript side knows of a request that the engine has no place for: who was authenticated, where it was sent.
//
// The request carries a token through the engine, and the call brings it back. Tokens cannot be guessed, live as long as their
// request, and are taken out before anybody sees a call's headers or `_meta`: a client can neither make one up nor learn one.

import { randomBytes } from 'node:crypto';
import type { Caller } from './native.js';

/** Who asks, as the application's own authentication found out. */
export interface AuthInfo {
  /** The access token. */
  token: string;
  /** The client the token was given to. */
  clientId: string;
  /** What the token allows. */
  scopes: string[];
  /** When it expires, in seconds since 1970. */
  expiresAt?: number;
  /** The resource it is for (RFC 8707). */
  resource?: URL;
  /** Anything else the application wants its handlers to know. */
  extra?: Record<string, unknown>;
}

/** Where a call came from, beside what the engine knows. */
export interface CallOrigin {
  authInfo?: AuthInfo | undefined;
  /** The URL the request was sent to. */
  url?: string | undefined;
  /** The request itself, where it came as one. Its body is read already. */
  request?: Request | undefined;
  /** The session's id as the client knows it, where it is not the engine's. */
  sessionId?: string | undefined;
}

/** The header that carries the token of a request. */
export const ORIGIN_HEADER = 'oxmcp-call-origin';

/** The key of `_meta` that carries it where there are no headers. */
export const ORIGIN_META = 'io.oxmcp/call-origin';

/** What names the session of a request. */
export const SESSION_ID = 'mcp-session-id';

interface Table {
  secret: string;
  count: number;
  origins: Map<string, CallOrigin>;
}

// One for the process: a transport of the CommonJS copy may serve a server of the ESM copy.
const KEY = Symbol.for('oxmcp.call-origins');
const shared = globalThis as { [KEY]?: Table };
shared[KEY] ??= { secret: randomBytes(24).toString('base64url'), count: 0, origins: new Map() };
const table = shared[KEY];

/** Remembers an origin until `forgetOrigin`; returns its token. */
export function rememberOrigin(origin: CallOrigin): string {
  table.count += 1;
  const token = `${table.secret}.${table.count}`;
  table.origins.set(token, origin);
  return token;
}

/** The request is over. */
export function forgetOrigin(token: string): void {
  table.origins.delete(token);
}

/** Takes the token out of what is told of a call; returns what it stands for. */
export function takeOrigin(caller: Pick<Caller, 'headers' | 'meta'>): CallOrigin | undefined {
  const { headers, meta } = caller;
  let token: unknown;
  if (headers !== null && ORIGIN_HEADER in headers) {
    token = headers[ORIGIN_HEADER];
    delete headers[ORIGIN_HEADER];
  }
  if (meta !== null && ORIGIN_META in meta) {
    token ??= meta[ORIGIN_META];
    delete meta[ORIGIN_META];
  }
  const origin = typeof token === 'string' ? table.origins.get(token) : undefined;
  // The client sent its own name of the session.
  if (origin?.sessionId !== undefined && headers !== null && SESSION_ID in headers) {
    headers[SESSION_ID] = origin.sessionId;
  }
  return origin;
}
