// Which web pages may read what this side answers by itself. The engine's answers say it already, by the same rules; these are
// for a body that was not read to its end, a server that is closed, and the like.

import { ConfigurationError } from '../../engine/errors.js';
import { corsText, type HttpOptions } from '../../engine/http_options.js';
import { native } from '../../engine/native.js';

export type Headers = [name: string, value: string][];

/** Adds to the headers of an answer who may read it, unless they say so. */
export type Readers = (headers: Headers, origin: string | undefined) => Headers;

/** Pages of this machine. */
const LOOPBACK_ORIGINS = ['localhost', '127.0.0.1', '[::1]'].flatMap((name) => [
  `http://${name}`,
  `https://${name}`,
]);

/** What clients read of an answer's head. */
const READ = ['Mcp-Session-Id', 'WWW-Authenticate'];

/**
 * The rules of one endpoint; undefined where they are off.
 *
 * @throws ConfigurationError for an origin that could never match.
 */
export function readersOf({ cors, allowedOrigins }: HttpOptions): Readers | undefined {
  const told = corsText(cors);
  if (told === undefined) return undefined;
  const entries = told.origins ?? allowedOrigins ?? LOOPBACK_ORIGINS;
  // No list at all is refused by the engine, in words.
  if (!Array.isArray(entries)) return undefined;
  const isOpen = entries.some((entry) => entry.trim() === '*') && told.credentials !== true;
  const allowed = listOf(told.origins === undefined ? 'allowedOrigins' : 'cors, origins', entries);
  const read = [...READ, ...(told.exposed_headers ?? [])].join(', ');
  return (headers, origin) => {
    const said = headers.some(([name]) => name === 'access-control-allow-origin' || name === 'vary');
    if (said) return headers;
    // Also where nobody is let in: a cache must not give one site's answer to another.
    const all: Headers = isOpen ? [...headers] : [...headers, ['vary', 'Origin']];
    if (origin === undefined || !allowed.allows(origin)) return all;
    all.push(['access-control-allow-origin', isOpen ? '*' : origin], ['access-control-expose-headers', read]);
    if (told.credentials === true) all.push(['access-control-allow-credentials', 'true']);
    return all;
  };
}

function listOf(setting: string, entries: string[]) {
  try {
    return new native.AllowList(true, entries);
  } catch (error) {
    throw new ConfigurationError(`${setting}: ${(error as Error).message}`);
  }
}
