// Where version 1 of the official package has how messages become lines.

import { JSONRPCMessageSchema } from '../arguments/spec_schemas/spec_schemas.js';
import type { JSONRPCMessage } from '../types/jsonrpc.js';

/** The longest line, by default, in bytes. */
export const STDIO_DEFAULT_MAX_BUFFER_SIZE = 10 * 1024 * 1024;

/** The message on a line. @throws SyntaxError when it is no JSON, SchemaError when it is no message */
export const deserializeMessage = (line: string): JSONRPCMessage =>
  JSONRPCMessageSchema.parse(JSON.parse(line));

/** A message as a line, its end included. */
export const serializeMessage = (message: JSONRPCMessage): string => `${JSON.stringify(message)}\n`;

/** Cuts what arrives into messages. */
export class ReadBuffer {
  private bytes = Buffer.alloc(0);
  private readonly limit: number;

  constructor(options: { maxBufferSize?: number | undefined } = {}) {
    this.limit = options.maxBufferSize ?? STDIO_DEFAULT_MAX_BUFFER_SIZE;
  }

  /** @throws Error when more is kept than the limit; it is dropped then */
  append(chunk: Buffer): void {
    if (this.bytes.length + chunk.length > this.limit) {
      this.clear();
      throw new Error(`ReadBuffer exceeded maximum size of ${this.limit} bytes`);
    }
    this.bytes = Buffer.concat([this.bytes, chunk]);
  }

  /** The next message, or null when its line is not whole yet. @throws what `deserializeMessage` throws */
  readMessage(): JSONRPCMessage | null {
    const end = this.bytes.indexOf(0x0a);
    if (end === -1) return null;
    const line = this.bytes.toString('utf8', 0, end).replace(/\r$/, '');
    this.bytes = this.bytes.subarray(end + 1);
    return deserializeMessage(line);
  }

  clear(): void {
    this.bytes = Buffer.alloc(0);
  }
}
