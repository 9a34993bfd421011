// Which JavaScript runtime this is, and what follows from it.

import { ConfigurationError } from './errors.js';
import type { Placement } from './native.js';

/** The runtime, where it is not Node: some have Node's interfaces, but none has its event loop. */
const other =
  process.versions.bun !== undefined ? 'Bun' : process.versions.deno !== undefined ? 'Deno' : undefined;

/**
 * Where the I/O is driven: on a thread of its own wherever the event loop is not Node's.
 *
 * @throws ConfigurationError when the JavaScript thread was asked for there.
 */
export function placementHere(io: Placement): Placement {
  if (other === undefined) return io;
  if (io === 'loop') {
    throw new ConfigurationError(
      `io: 'loop' needs the event loop of Node, and this is ${other}: use 'auto' or 'thread'`,
    );
  }
  return 'thread';
}
