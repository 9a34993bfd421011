// Stdio: one message per line, over the process's own descriptors or any pair of streams.

import { AsyncResource } from 'node:async_hooks';
import type { Readable, Writable } from 'node:stream';
import { type ConnectionOptions, graceSeconds } from '../../engine/connection_options.js';
import type { MemoryConnection, Serving } from '../../engine/event_loop.js';
import { endBySignal, TOLD_TWICE } from '../signals.js';
import { ATTACH, dropTransport, errorFrom, noteTransport } from '../transport.js';
import { Lines } from './lines.js';
import { silenceStandardInput } from './standard_streams.js';

/** Options of `StdioServerTransport`. */
export interface StdioServerTransportOptions {
  /** The longest line that is read, in bytes. A longer one is answered with an error. Default 64 MiB. */
  maxBufferSize?: number | undefined;
  /**
   * How long calls under way may still take after the end of the input, or once the transport is closed or the process told to
   * stop; then they are answered with an error. Seconds. Default: what OXMCP_SHUTDOWN_GRACE_SECONDS says, else 60. Nobody is waited
   * for whose client is gone.
   */
  shutdownGraceSeconds?: number | undefined;
  /**
   * Whether the process ends once standard input has ended, even if something else would keep it alive: its client is gone.
   * Default true. Only with the process's own streams.
   */
  exitOnEnd?: boolean | undefined;
}

/** How long what holds the process may take to let go of it after the end of its input. Milliseconds. */
const ORPHAN_PATIENCE = 2000;

/** How long requests may take to be answered after the end of a stream. Seconds. */
const GRACE_SECONDS = 60;

/** The longest line when nothing is said about it. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/**
 * Serves one client over standard input and output, or another pair of streams.
 *
 * With the process's own streams the engine takes the descriptors: what the program prints (`console.log` included) goes to
 * standard error. The end of the input ends the connection.
 */
export class StdioServerTransport {
  /** The connection ended, whoever ended it. */
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  /** Accepted for code that sets it, and never called: messages are the engine's. */
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  sessionId?: string | undefined;
  private readonly options: StdioServerTransportOptions;
  private readonly streams: [input: Readable, output: Writable] | undefined;
  private state: 'new' | 'open' | 'closed' = 'new';
  private end: () => void | Promise<void> = () => {};

  /**
   * @param stdin What to read from. Default: the process's own.
   * @param stdout What to write to. Default: the process's own.
   */
  constructor(stdin?: Readable, stdout?: Writable, options: StdioServerTransportOptions = {}) {
    this.options = options;
    const own = (stdin ?? process.stdin) === process.stdin && (stdout ?? process.stdout) === process.stdout;
    this.streams = own ? undefined : [stdin ?? process.stdin, stdout ?? process.stdout];
  }

  /** @internal */
  async [ATTACH](serving: Serving): Promise<void> {
    if (this.state !== 'new') throw new Error('this transport was connected before: make another one');
    this.state = 'open';
    noteTransport(serving, this);
    if (this.streams === undefined) this.serveProcess(serving);
    else this.serveStreams(serving, ...this.streams);
  }

  private serveProcess(serving: Serving): void {
    const exits = this.options.exitOnEnd ?? true;
    const { maxBufferSize: maxBodyBytes, shutdownGraceSeconds } = this.options;
    const { ended, shutDown, giveUp } = serving.serveStdio({ maxBodyBytes, shutdownGraceSeconds }, exits);
    const endInput = silenceStandardInput();
    const finish = (): void => {
      const orphaned = this.state === 'open';
      this.closed(serving);
      endInput();
      // Does not hold the process itself.
      if (orphaned && exits) setTimeout(() => process.exit(), ORPHAN_PATIENCE).unref();
    };
    this.end = () => {
      shutDown();
      return ended.catch(() => {});
    };
    const release = endBySignal({
      serving,
      grace: graceSeconds(shutdownGraceSeconds) ?? GRACE_SECONDS,
      finish: async () => this.end(),
      giveUp: () => giveUp(TOLD_TWICE),
    });
    ended
      .catch((error: unknown) => this.onerror?.(errorFrom(error)))
      .then(() => {
        release();
        finish();
      });
  }

  private serveStreams(serving: Serving, input: Readable, output: Writable): void {
    const { maxBufferSize: maxBodyBytes = MAX_LINE_BYTES, shutdownGraceSeconds } = this.options;
    const grace = graceSeconds(shutdownGraceSeconds) ?? GRACE_SECONDS;
    const lines = new Lines(maxBodyBytes, (answer) => output.write(`${answer}\n`));
    const connection = new StreamConnection(serving, output, { maxBodyBytes }, (error) => {
      if (error !== undefined) this.onerror?.(error);
      this.closed(serving);
    });
    const receive = (take: () => string[]): void => {
      try {
        for (const line of take()) connection.send(line);
      } catch (error) {
        this.onerror?.(errorFrom(error));
        stop();
        connection.close();
      }
    };
    const onData = (chunk: Buffer | string): void => receive(() => lines.take(chunk));
    const onEnd = (): void => {
      receive(() => lines.end());
      stop();
      connection.finish(grace);
    };
    const onError = (error: Error): void => {
      this.onerror?.(error);
    };
    const onBroken = (error: Error): void => {
      this.onerror?.(error);
      stop();
      connection.close();
    };
    const stop = (): void => {
      input.off('data', onData);
      input.off('end', onEnd);
      input.off('close', onEnd);
      input.pause();
    };
    input.on('data', onData);
    input.on('end', onEnd);
    input.on('close', onEnd);
    input.on('error', onError);
    output.on('error', onBroken);
    this.end = () => {
      stop();
      connection.close();
    };
  }

  private closed(serving: Serving): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    dropTransport(serving, this);
    this.onclose?.();
  }

  /** Accepted for code that calls it: `connect` starts the transport. */
  async start(): Promise<void> {}

  /** @throws Error always: messages are sent by the server; this is not the way. */
  async send(_message: object): Promise<void> {
    throw new Error(
      'this transport sends what its server says: use the methods of the server, or of the context',
    );
  }

  /** Ends the connection. With the process's own streams, what runs may finish first. */
  async close(): Promise<void> {
    if (this.state !== 'open') return;
    await this.end();
  }
}

/** A connection to the engine whose messages are lines. */
class StreamConnection {
  private readonly connection: MemoryConnection;
  /** What comes on the streams runs in the context in which they were connected, whoever writes to them. */
  private readonly scope = new AsyncResource('oxmcp.stdio');
  private readonly waiting = new Set<unknown>();
  private finishing = false;
  private patience: NodeJS.Timeout | undefined;

  constructor(
    serving: Serving,
    output: Writable,
    options: ConnectionOptions,
    onEnd: (error?: Error) => void,
  ) {
    const onMessage = (message: unknown): void => {
      output.write(`${JSON.stringify(message)}\n`);
      for (const each of Array.isArray(message) ? message : [message]) {
        if (!('method' in each)) this.waiting.delete(each.id);
      }
      if (this.finishing && this.waiting.size === 0) this.close();
    };
    this.connection = serving.connect(onMessage, onEnd, options);
  }

  send(line: string): void {
    for (const id of requestIds(line)) this.waiting.add(id);
    this.scope.runInAsyncScope(() => this.connection.send(line));
  }

  /** Ends the connection when all requests are answered; those that take too long, with an error. */
  finish(seconds: number): void {
    if (this.finishing) return;
    this.finishing = true;
    if (this.waiting.size === 0) {
      this.close();
      return;
    }
    const words = `the input has ended, and this did not finish within the ${seconds} seconds it then had`;
    this.patience = setTimeout(() => this.connection.giveUp(words), Math.min(seconds * 1000, 2 ** 31 - 1));
    this.patience.unref();
  }

  close(): void {
    this.finishing = true;
    clearTimeout(this.patience);
    this.connection.close();
  }
}

/** The ids of the requests on a line. */
function requestIds(line: string): unknown[] {
  try {
    const message: unknown = JSON.parse(line);
    return (Array.isArray(message) ? message : [message])
      .filter((each) => each?.method !== undefined && each.id !== undefined)
      .map((each) => each.id);
  } catch {
    // The engine answers it, without an id.
    return [];
  }
}
