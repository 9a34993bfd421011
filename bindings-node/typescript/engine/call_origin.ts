// Where a request was handed over: what the engine has no place for (who was authenticated, where it was sent), and the async
// context it happened in.
//
// JavaScript hands a request over together with the number of its origin, and each call it makes comes back with that number;
// nothing of it is ever on the wire. What the engine received by itself (a listener, stdio) has no origin.

import { AsyncResource } from 'node:async_hooks';
import type { Authenticated } from './native.js';

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
  /** Where the resource describes itself (RFC 9728). */
  resourceMetadataUrl?: string | undefined;
  /**
   * Anything else the application wants its handlers to know. Its `sub` (or `subject`) is the user, its `iss` (or `issuer`) who issued
   * the token: what the server gives to one of them is of use to no other.
   */
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

/** Who asks, as far as the application knows: what the engine tells them apart by, and what they were granted. */
export interface Principal {
  subject: string | undefined;
  client: string | undefined;
  issuer: string | undefined;
  scopes?: string[];
  roles?: string[];
  claims?: Record<string, unknown> | undefined;
}

/** Who asks, by what the application's authentication found out; undefined where that says nothing. */
export function principalOf(authInfo: AuthInfo | undefined): Principal | undefined {
  if (authInfo === undefined || authInfo === null) return undefined;
  const extra = authInfo.extra ?? {};
  const subject = text(extra.sub) ?? text(extra.subject);
  const client = text(authInfo.clientId);
  const issuer = text(extra.iss) ?? text(extra.issuer);
  // An issuer alone is nobody.
  if (subject === undefined && client === undefined) return undefined;
  const [scopes, roles] = [words(authInfo.scopes), words(extra.roles)];
  return { subject, client, issuer, scopes, roles, claims: plain(extra) };
}

/** Who asks, in the words that handlers know, where the engine found it out. */
export function authInfoOf(known: Authenticated | null): AuthInfo | undefined {
  if (known === null) return undefined;
  const { subject, client_id, issuer, roles = [], claims, expires_at, method } = known;
  const audience = claims?.aud;
  return {
    token: known.token ?? '',
    clientId: client_id ?? subject ?? '',
    scopes: known.scopes ?? [],
    ...(expires_at !== undefined && { expiresAt: expires_at }),
    ...(typeof audience === 'string' && URL.canParse(audience) && { resource: new URL(audience) }),
    extra: {
      ...claims,
      ...(subject !== undefined && { sub: subject }),
      ...(issuer !== undefined && { iss: issuer }),
      ...(roles.length > 0 && { roles }),
      method,
    },
  };
}

/** Who asks, in the engine's words. */
export function authenticated({ client, ...known }: Principal): object {
  return { ...known, client_id: client };
}

/** Whether both are one: also where neither is known. */
export function isSamePrincipal(one: Principal | undefined, other: Principal | undefined): boolean {
  return one?.subject === other?.subject && one?.client === other?.client && one?.issuer === other?.issuer;
}

/** The words of a list. */
function words(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((word) => typeof word === 'string') : [];
}

/** What of it JSON has words for: an application may hand its handlers anything. */
function plain(extra: Record<string, unknown>): Record<string, unknown> | undefined {
  try {
    return JSON.parse(JSON.stringify(extra));
  } catch {
    return undefined;
  }
}

/** What names somebody for good. */
function text(value: unknown): string | undefined {
  const isName = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string';
  return isName && value !== '' ? String(value) : undefined;
}

/** What names the session of a request. */
export const SESSION_ID = 'mcp-session-id';

/** The context this module was loaded in: whatever belongs to nobody's request runs there. */
export const ROOT = new AsyncResource('oxmcp');

/** Something that was told with a request, and the context it was told in. */
export class Origin extends AsyncResource {
  constructor(readonly told: CallOrigin) {
    super('oxmcp.request');
  }
}

// Counted for the process: two servings of one server must not take each other's numbers for their own.
let count = 0;

/** The origins of the requests that one serving has in hand. */
export class Origins {
  private readonly origins = new Map<number, Origin>();

  /** Keeps what is told of a request, and the present context, until the engine has done with the request. */
  remember(told: CallOrigin): { number: number; origin: Origin } {
    const origin = new Origin(told);
    count += 1;
    this.origins.set(count, origin);
    return { number: count, origin };
  }

  get(number: number): Origin | undefined {
    return this.origins.get(number);
  }

  /** Nothing refers to it any more. */
  forget(number: number): void {
    this.origins.delete(number);
  }

  clear(): void {
    this.origins.clear();
  }
}
