// Reading a resource of a server from within the program: the engine is asked as a client would ask it.

import { type Servable, serving } from '../engine/engine.js';
import { NotFoundError } from '../engine/errors.js';
import {
  CLIENT_CAPABILITIES_META_KEY,
  MODERN_PROTOCOL_VERSION,
  PROTOCOL_VERSION_META_KEY,
} from '../types/constants.js';
import type { ReadResourceResult } from '../types/resources.js';

interface Answer {
  result?: ReadResourceResult;
  error?: { message: string };
}

/**
 * The first contents of a resource, or of what a template makes of the URI.
 *
 * @throws NotFoundError when there is none, or reading it failed; the message says which
 */
export async function readWithin(
  server: Servable,
  uri: string,
): Promise<ReadResourceResult['contents'][number]> {
  const answer = await new Promise<Answer>((resolve, reject) => {
    const connection = serving(server).connect(
      (message) => {
        connection.close();
        resolve(message as Answer);
      },
      (error) => reject(error ?? new NotFoundError(`the server stopped before ${uri} was read`)),
    );
    connection.send({
      jsonrpc: '2.0',
      id: 0,
      method: 'resources/read',
      params: {
        uri,
        _meta: {
          [PROTOCOL_VERSION_META_KEY]: MODERN_PROTOCOL_VERSION,
          [CLIENT_CAPABILITIES_META_KEY]: {},
        },
      },
    });
  });
  const first = answer.result?.contents[0];
  if (first === undefined)
    throw new NotFoundError(`${uri}: ${answer.error?.message ?? 'it has no contents'}`);
  return first;
}
