// What a result says beside its content.

import { InvalidResultError } from '../engine/errors.js';
import { isObject } from './content.js';
import { encode } from './encoding.js';

/** The JSON text of a `_meta`, if there is one. Throws InvalidResultError when it is no object. */
export function metaText(meta: unknown): string | undefined {
  if (meta === undefined || meta === null) return undefined;
  if (!isObject(meta)) throw new InvalidResultError('_meta: must be an object');
  return encode(meta, '_meta');
}

/** The hint on how long a result may be kept, if the result says so (CACHE-1). */
export function cacheText(result: Record<string, unknown>): string | undefined {
  const { ttlMs, cacheScope } = result;
  return ttlMs === undefined && cacheScope === undefined
    ? undefined
    : encode({ ttlMs, cacheScope }, 'result');
}
