// Stdio: one message per line, over the process's own descriptors or any pair of streams.

import type { Readable, Writable } from 'node:stream';
import { graceSeconds } from '../../engine/connection_options.js';
import type { Serving } from '../../engine/event_loop.js';
import { endBySignal, TOLD_TWICE } from '../signals.js';
import { ATTACH, dropTransport, errorFrom, noteTransport } from '../transport.js';
import { Lines } from './lines.js';
import { MessageWay } from './message_way.js';
import { silenceStandardInput } from './standard_streams.js';
import { StreamConnection } from './stream_connection.js';

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
  /**
   * Takes each message that comes. Whoever puts a function around it, or around `send`, after `connect` sees all messages; as
   * long as nobody does, messages pass by both.
   */
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  sessionId?: string | undefined;
  private readonly options: StdioServerTransportOptions;
  private readonly streams: [input: Readable, output: Writable] | undefined;
  private state: 'new' | 'open' | 'closed' = 'new';
  private end: () => void | Promise<void> = () => {};
  private way: MessageWay | undefined;

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
    const passing = (inward: boolean, text: string): void => {
      const passed = inward ? way.comeIn(text) : way.goOut(text);
      void passed.then(() => served.passed(inward));
    };
    const served = serving.serveStdio({ maxBodyBytes, shutdownGraceSeconds }, exits, passing);
    const { ended, shutDown, giveUp } = served;
    const way = new MessageWay(this, StdioServerTransport.prototype.send, {
      receive: (text) => served.receive(text),
      write: (text) => served.write(text),
      onWatched: () => served.chooseWay(true),
    });
    this.way = way;
    // Those who put functions around the transport's do so when `connect` returns: the first message is theirs, too.
    setImmediate(() => served.chooseWay(way.isWatched));
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
    const ownSend = StdioServerTransport.prototype.send;
    const connection = new StreamConnection(serving, this, ownSend, output, { maxBodyBytes }, (error) => {
      if (error !== undefined) this.onerror?.(error);
      this.closed(serving);
    });
    this.way = connection.way;
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

  /**
   * Sends a message to the client: see `onmessage`.
   *
   * @throws Error when the transport is not connected.
   */
  async send(message: object, _options?: object): Promise<void> {
    if (this.state !== 'open' || this.way === undefined) throw new Error('this transport is not connected');
    this.way.write(message);
  }

  /** Ends the connection. With the process's own streams, what runs may finish first. */
  async close(): Promise<void> {
    if (this.state !== 'open') return;
    await this.end();
  }
}
