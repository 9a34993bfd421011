// URIs of resources: what they are found by, and the URL that functions get.

import { InvalidArgumentsError } from '../engine/errors.js';
import { native } from '../engine/native.js';

/**
 * What the resource of a URI is found by: one spelling that stands for all.
 *
 * @throws TypeError when it is no URL, which its function could not be given.
 */
export function keyOf(name: string, uri: string): string {
  if (!URL.canParse(native.legalUri(uri))) {
    throw new TypeError(`resource '${name}': ${JSON.stringify(uri)} is not a URL, like docs://guide`);
  }
  return native.canonicalUri(uri);
}

/** The URI that was asked for. A template may match what is no URL. */
export function urlOf(uri: string): URL {
  if (!URL.canParse(uri)) throw new InvalidArgumentsError('uri: must be a URL');
  return new URL(uri);
}
