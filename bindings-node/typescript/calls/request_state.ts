// State that goes to the client with a question and comes back with the answer: signed, so that nobody changes it on the way.
//
// What the engine sends is sealed in any case. This is for servers that share a key with instances of other packages, or bind
// their state to more than the engine does.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from './context.js';

/** How state is signed. */
export interface RequestStateCodecOptions {
  /** The secret, of at least 32 bytes; the same in every instance that may be asked again. */
  key: Uint8Array | string;
  /** How long state stays valid; ten minutes when absent. */
  ttlSeconds?: number | undefined;
  /** What state is bound to, such as who asks: state made for one value is refused with another. */
  bind?: ((ctx: Context) => string) | undefined;
}

/** Signs state and reads it again. */
export interface RequestStateCodec<T = unknown> {
  /** The state to put into `inputRequired({ requestState })`. With `bind` it needs the context. */
  mint(payload: T, ctx?: Context): Promise<string>;
  /** What it was made of, for the server's option `requestState.verify`. Rejects with `malformed`, `mac`, `expired` or `bind`. */
  verify(state: string, ctx: Context): Promise<T>;
}

const VERSION = 'v1.';
const LEAST_KEY = 32;
const BOUND_BYTES = 16;

/**
 * A codec for state, signed with HMAC-SHA-256; not encrypted: clients can read it.
 *
 * @throws RangeError for a key that is too short, or a time that is none.
 */
export function createRequestStateCodec<T = unknown>(
  options: RequestStateCodecOptions,
): RequestStateCodec<T> {
  const { bind, ttlSeconds = 600 } = options;
  const key = Buffer.from(options.key as string);
  if (key.byteLength < LEAST_KEY) {
    throw new RangeError(
      `createRequestStateCodec: key must be at least ${LEAST_KEY} bytes, not ${key.byteLength}`,
    );
  }
  if (!Number.isFinite(ttlSeconds)) {
    throw new RangeError('createRequestStateCodec: ttlSeconds must be a finite number');
  }
  const mac = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const bound = (ctx: Context): string | undefined => {
    if (bind === undefined) return undefined;
    const tag = mac(`mcp.requestState.bind:${bind(ctx)}`).subarray(0, BOUND_BYTES);
    return tag.toString('base64url');
  };
  return {
    async mint(payload, ctx) {
      if (bind !== undefined && ctx === undefined) {
        throw new TypeError('createRequestStateCodec: mint needs the context where there is a bind');
      }
      const exp = seconds() + ttlSeconds;
      const b = bound(ctx as Context);
      const body = Buffer.from(JSON.stringify({ p: payload, exp, b })).toString('base64url');
      return `${VERSION}${body}.${mac(VERSION + body).toString('base64url')}`;
    },
    async verify(state, ctx) {
      const dot = state.lastIndexOf('.');
      if (!state.startsWith(VERSION) || dot <= VERSION.length) throw new Error('malformed');
      const signed = state.slice(0, dot);
      if (!same(Buffer.from(state.slice(dot + 1), 'base64url'), mac(signed))) throw new Error('mac');
      const { p, exp, b } = opened<T>(signed.slice(VERSION.length));
      if (typeof exp !== 'number' || exp < seconds()) throw new Error('expired');
      if (!same(Buffer.from(b ?? ''), Buffer.from(bound(ctx) ?? ''))) throw new Error('bind');
      return p;
    },
  };
}

function opened<T>(body: string): { p: T; exp?: unknown; b?: string } {
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as { p: T; exp?: unknown; b?: string };
  } catch {
    throw new Error('malformed');
  }
}

/** Takes as long whatever differs. */
const same = (given: Buffer, wanted: Buffer): boolean =>
  given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);

const seconds = (): number => Math.floor(Date.now() / 1000);
