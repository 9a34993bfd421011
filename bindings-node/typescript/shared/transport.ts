// Where version 1 of the official package has the interface of transports.

export type { TransportSendOptions } from '../calls/questions.js';
export {
  fetchLeavingRedirects,
  fetchWithinOrigin,
  followWithinOrigin,
  isWithinOrigin,
  unfollowedRedirect,
} from '../later/serving.js';
export type { Transport } from '../serving/transport.js';

/** `fetch`, or what is called like it. */
export type FetchLike = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** Headers as an object, whatever they were given as. */
export function normalizeHeaders(headers: RequestInit['headers']): Record<string, string> {
  if (headers === undefined) return {};
  return headers instanceof Headers || Array.isArray(headers)
    ? Object.fromEntries(headers)
    : { ...(headers as Record<string, string>) };
}

/** `fetch` with settings that every request begins with; headers are joined. */
export function createFetchWithInit(baseFetch: FetchLike = fetch, baseInit?: RequestInit): FetchLike {
  if (baseInit === undefined) return baseFetch;
  return (url, init) => {
    const headers =
      init?.headers === undefined
        ? baseInit.headers
        : { ...normalizeHeaders(baseInit.headers), ...normalizeHeaders(init.headers) };
    return baseFetch(url, { ...baseInit, ...init, ...(headers === undefined ? {} : { headers }) });
  };
}
