// What `process.stdin` is while the engine reads standard input: a stream that stays silent until the input ends.
//
// The descriptor itself leads nowhere by then. Code that waits for the end (`process.stdin.on('close', …)`, `resume()`) would
// see it at once, and stop a server that has just begun.

import { Readable } from 'node:stream';

/** Puts a silent stream in the place of `process.stdin`; returns what ends it. */
export function silenceStandardInput(): () => void {
  const original = process.stdin;
  const silent = Object.assign(new Readable({ read() {} }), {
    fd: 0,
    isTTY: false,
    ref: () => silent,
    unref: () => silent,
    setRawMode: () => silent,
  });
  Object.defineProperty(process, 'stdin', { configurable: true, enumerable: true, get: () => silent });
  return () => {
    silent.push(null);
    // Who listens for the end only does not read.
    silent.resume();
    for (const event of ['end', 'close']) {
      if (original.listenerCount(event) > 0) original.emit(event);
    }
  };
}
