// Which requests belong to the eras before 2026-07-28.

import { readStream } from './fetch.js';
import { bodyLimit, headerOf, type Incoming, unparsed } from './http_exchange.js';
import { type BodyTimes, patienceOf, SlowBodyError } from './slow_bodies.js';

/** The versions that begin with a handshake. */
const HANDSHAKE_VERSIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

/** The version that began the modern era: what `legacy: 'reject'` offers. */
export const MODERN_VERSIONS = ['2026-07-28'];

const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

/** Options of `isLegacyRequest`. */
export interface IsLegacyRequestOptions extends BodyTimes {
  /** The longest body that is read, in bytes. Default 4 MiB. A longer one, or one too slow, is not legacy: whoever serves refuses it. */
  maxRequestBodySize?: number | undefined;
}

/**
 * Whether a request belongs to the era of handshakes and sessions: one that does not say which version it speaks, or one of
 * those before 2026-07-28. Reads a copy of the body, or `parsedBody` if given.
 */
export async function isLegacyRequest(
  request: Request,
  parsedBody?: unknown,
  options: IsLegacyRequestOptions = {},
): Promise<boolean> {
  let body: Uint8Array | undefined;
  if (parsedBody !== undefined) {
    body = unparsed(parsedBody);
  } else if (request.method === 'POST' && request.body !== null) {
    const limit = bodyLimit(options.maxRequestBodySize);
    const copy = request.clone().body;
    body = copy === null ? undefined : await readInTime(copy, limit, options);
    if (copy !== null && body === undefined) return false;
  }
  return isLegacy(request.method, request.headers.get('mcp-protocol-version'), body);
}

/** A body; undefined where it is too long, or too slow. */
async function readInTime(
  stream: ReadableStream<Uint8Array>,
  limit: number,
  times: BodyTimes,
): Promise<Uint8Array | undefined> {
  try {
    return await readStream(stream, limit, patienceOf(times));
  } catch (error) {
    if (error instanceof SlowBodyError) return undefined;
    throw error;
  }
}

/** The same of a request that was read. */
export function isLegacyIncoming(incoming: Incoming): boolean {
  const { head, body } = incoming;
  return isLegacy(head.method, headerOf(head.headers, 'mcp-protocol-version'), body ?? undefined);
}

function isLegacy(method: string, version: string | null | undefined, body: Uint8Array | undefined): boolean {
  if (method === 'GET' || method === 'DELETE') return true;
  const message = parsed(body);
  const hasEnvelope = (each: unknown): boolean => {
    const { _meta: meta } = (each as { params?: { _meta?: object } } | null)?.params ?? {};
    return typeof meta === 'object' && meta !== null && VERSION_KEY in meta;
  };
  if (Array.isArray(message) ? message.some(hasEnvelope) : hasEnvelope(message)) return false;
  if ((message as { method?: unknown } | null)?.method === 'initialize') return true;
  return version === null || version === undefined || HANDSHAKE_VERSIONS.includes(version.trim());
}

function parsed(body: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(body ?? []).toString('utf8'));
  } catch {
    return null;
  }
}
