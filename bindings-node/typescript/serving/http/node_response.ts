// A `Response` written to Node's response.

import type { NodeResponse } from './node_http.js';

/** Writes a response, as fast as the client takes it; resolves when it is out or the client gone. */
export async function writeResponse(response: Response, res: NodeResponse): Promise<void> {
  res.statusCode = response.status;
  for (const [name, value] of response.headers) res.setHeader(name, value);
  if (response.body === null) {
    res.end();
    return;
  }
  res.flushHeaders?.();
  const reader = response.body.getReader();
  let gone = false;
  const closed = new Promise<void>((resolve) => {
    res.on('close', () => {
      gone = true;
      resolve();
      // Tells whoever makes the body that nobody wants it.
      reader.cancel().catch(() => {});
    });
  });
  let drained: (() => void) | undefined;
  res.on('drain', () => drained?.());
  for (;;) {
    const { done, value } = await reader.read();
    if (done || gone) break;
    if (res.write(value) === false) {
      await Promise.race([closed, new Promise<void>((resolve) => (drained = resolve))]);
    }
    res.flush?.();
  }
  res.end();
}
