// Messages of a transport whose `onmessage` or `send` somebody put a function of their own around, as tracing does.
//
// Each message then passes through these functions, at the price of being parsed once more. Otherwise no message is ever an object
// on this side.

import type { ResponseSink } from '../../engine/event_loop.js';
import { errorFrom, type MessageExtraInfo } from '../transport.js';
import { type Exchange, type Incoming, refuse, withoutEncoding } from './http_exchange.js';

/** The part of a transport that others put functions around. */
export interface Wrappable {
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  send(message: object, options?: SendOptions): Promise<void>;
}

/** What is told with a message that goes out. */
export interface SendOptions {
  /** The request it belongs to. */
  relatedRequestId?: string | number | undefined;
}

type Take = (message: object) => void;

/** The way of messages through the functions of a transport: in by `onmessage`, out by `send`. */
export class Passage {
  private own: ((message: object, extra?: object) => void) | undefined;
  private hasListener = false;
  /** Where a message goes on that came with this. */
  private readonly takers = new WeakMap<object, Take>();
  /** Where the message goes on that is being handed out right now. */
  private taker: Take | undefined;

  /** @param ownSend What `send` is as long as nobody put another in its place. */
  constructor(
    private readonly transport: Wrappable,
    private readonly ownSend: unknown,
  ) {}

  /** Gives the transport an `onmessage` that others can put theirs around. Who listened before hears everything. */
  open(): void {
    const before = this.transport.onmessage as Passage['own'];
    if (this.own !== undefined && before === this.own) return;
    this.hasListener = before !== undefined;
    this.own = (message, extra) => {
      before?.call(this.transport, message, extra);
      this.goOn(message, extra);
    };
    this.transport.onmessage = this.own as Wrappable['onmessage'];
  }

  /** Whether anybody wants to see the messages. */
  get isWatched(): boolean {
    const { onmessage, send } = this.transport;
    return this.hasListener || onmessage !== (this.own as Wrappable['onmessage']) || send !== this.ownSend;
  }

  /** Hands a message to `onmessage`; `take` gets what comes out at its end. */
  receive(message: object, extra: MessageExtraInfo, take: Take): void {
    const onmessage = this.transport.onmessage as Passage['own'];
    this.through(extra, take, () => {
      if (onmessage === undefined) take(message);
      else onmessage.call(this.transport, message, extra);
    });
  }

  /** Hands a message to `send`; returns what comes out at its end, or undefined where it was kept. */
  async send(message: object, options: SendOptions): Promise<object | undefined> {
    let sent: object | undefined;
    const take: Take = (taken) => {
      sent = taken;
    };
    try {
      await this.through(options, take, () => this.transport.send(message, options));
    } catch (error) {
      // Whoever only wanted to look must not keep it from its reader.
      this.report(error);
      sent ??= message;
    }
    return sent;
  }

  report(error: unknown): void {
    this.transport.onerror?.(errorFrom(error));
  }

  private through<T>(key: object, take: Take, action: () => T): T {
    this.takers.set(key, take);
    const outer = this.taker;
    this.taker = take;
    try {
      return action();
    } finally {
      this.taker = outer;
    }
  }

  /** The end of the way, for `onmessage` and `send` both. Throws for a message that did not come through here. */
  goOn(message: object, key: object | undefined): void {
    const take = (key === undefined ? undefined : this.takers.get(key)) ?? this.taker;
    if (take === undefined) {
      throw new Error(
        'this transport carries the messages of HTTP requests, and no others: use the methods of the server, or of the context',
      );
    }
    take(message);
  }
}

/** Has a request and its answer pass through; `forward` is what is done with the request then. */
export function passThrough(
  passage: Passage,
  incoming: Incoming,
  sink: ResponseSink,
  forward: (incoming: Incoming, sink: ResponseSink) => Exchange,
): Exchange {
  const { head, body, origin } = incoming;
  const asked = head.method === 'POST' ? parsed(Buffer.from(body ?? []).toString('utf8')) : undefined;
  const messages: unknown[] = Array.isArray(asked) ? asked : [asked];
  // What is no message is refused by the engine.
  if (!messages.every(isObject)) return forward(incoming, new PassingSink(passage, sink, undefined));
  const answer = new PassingSink(passage, sink, messages.length === 1 ? messages[0]?.id : undefined);
  const before = JSON.stringify(asked);
  const taken: object[] = [];
  let begun: Exchange | undefined;
  let isCancelled = false;
  const begin = (): void => {
    const after = JSON.stringify(Array.isArray(asked) ? taken : taken[0]);
    // As it came, unless somebody changed it: numbers of many digits are exact that way.
    const changed =
      after === before
        ? incoming
        : {
            ...incoming,
            head: { ...head, headers: withoutEncoding(head.headers) },
            body: Buffer.from(after),
          };
    if (begun === undefined && !isCancelled) begun = forward(changed, answer);
  };
  const requestInfo = {
    headers: Object.fromEntries(head.headers.map(([name, value]) => [name.toLowerCase(), value])),
  };
  try {
    for (const message of messages) {
      const extra = { authInfo: origin.authInfo, requestInfo };
      passage.receive(message, extra, (each) => {
        taken.push(each);
        if (taken.length === messages.length) begin();
      });
    }
  } catch (error) {
    passage.report(error);
    if (begun === undefined) refuse(sink, 500, 'the server failed', -32603);
  }
  return {
    cancel: () => {
      isCancelled = true;
      begun?.cancel();
    },
  };
}

/** An answer whose messages pass through `send` on their way. */
class PassingSink implements ResponseSink {
  private isStream = false;
  private text = '';
  /** The end of what is on its way. */
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly passage: Passage,
    private readonly sink: ResponseSink,
    private readonly id: string | number | undefined,
  ) {}

  head(status: number, headers: [string, string][]): void {
    this.isStream = headers.some(([name, value]) => name === 'content-type' && value === 'text/event-stream');
    this.sink.head(
      status,
      headers.filter(([name]) => name !== 'content-length'),
    );
  }

  chunk(text: string): void | Promise<void> {
    this.text += text;
    if (!this.isStream) return;
    const events = this.text.split('\n\n');
    this.text = events.pop() ?? '';
    return this.inOrder(async () => {
      for (const event of events) await this.sink.chunk(`${await this.event(event)}\n\n`);
    });
  }

  end(error?: Error): void {
    void this.inOrder(async () => {
      if (!this.isStream && this.text !== '') await this.sink.chunk(await this.message(this.text));
      this.sink.end(error);
    });
  }

  private inOrder(action: () => Promise<void>): Promise<void> {
    this.last = this.last.then(action).catch((error: unknown) => this.passage.report(error));
    return this.last;
  }

  /** An event of a stream, its message as it came out. */
  private async event(event: string): Promise<string> {
    const lines = event.split('\n');
    const data = lines.findIndex((line) => line.startsWith('data:'));
    const line = lines[data];
    if (line === undefined) return event;
    lines[data] = `data: ${await this.message(line.slice('data:'.length).trim())}`;
    return lines.join('\n');
  }

  /** The text of a message, or of several, as it came out. */
  private async message(text: string): Promise<string> {
    const said = parsed(text);
    const messages: unknown[] = Array.isArray(said) ? said : [said];
    if (!messages.every(isObject)) return text;
    const before = JSON.stringify(said);
    const sent: object[] = [];
    for (const message of messages) {
      // A refusal of the transport's own answers nobody's message.
      const isOurs = 'error' in message && (message.id === null || message.id === undefined);
      const related = 'method' in message ? this.id : message.id;
      const passed = isOurs ? message : await this.passage.send(message, { relatedRequestId: related });
      if (passed !== undefined) sent.push(passed);
    }
    if (sent.length === 0) return '';
    const after = JSON.stringify(Array.isArray(said) ? sent : sent[0]);
    return after === before ? text : after;
  }
}

interface Message {
  id?: string | number;
  [member: string]: unknown;
}

function isObject(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
