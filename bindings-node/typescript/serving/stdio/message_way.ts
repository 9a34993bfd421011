// The way of messages through the functions of a transport whose messages are lines: in by `onmessage`, out by `send`.
//
// Tracing puts functions of its own around these two, usually after `connect`. As long as nobody has done so, no message passes
// here; afterwards each one does, at the price of being parsed once more.

import { native } from '../../engine/native.js';
import { errorFrom } from '../transport.js';

/** The part of a transport that others put functions around. */
export interface Wrappable {
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  send(message: object, options?: object): Promise<void>;
}

/** Where messages go that have passed. */
export interface Ends {
  /** Takes the text of a message for the engine. */
  receive(text: string): void;
  /** Takes the text of a message for the client. */
  write(text: string): void;
  /** The first function was put around one of the transport's. */
  onWatched(): void;
}

/** A message, or what claims to be one. */
interface Message {
  id?: unknown;
  method?: unknown;
}

type Listener = (message: object, extra?: object) => void;

/** The way of one connection's messages. */
export class MessageWay {
  private readonly own: Listener;
  private readonly listener: Listener | undefined;
  /** Messages whose integers JavaScript's numbers do not hold: as they came, by what they are in JavaScript. */
  private readonly digits = new Map<string, string>();
  /** The requests whose `onmessage` goes on: whether they were handed to the engine. */
  private readonly asked = new Map<unknown, boolean>();
  /** The end of what is on its way out: order is kept. */
  private sending: Promise<void> = Promise.resolve();
  /** Whether the message that is on its way out was written. */
  private isWritten = false;

  /**
   * Gives the transport an `onmessage`, and notices when others put theirs around it or around `send`. Who listened before hears
   * everything.
   *
   * @param ownSend What `send` is as long as nobody has put another in its place.
   */
  constructor(
    private readonly transport: Wrappable,
    private readonly ownSend: unknown,
    private readonly ends: Ends,
  ) {
    this.listener = transport.onmessage as Listener | undefined;
    this.own = (message, extra) => {
      this.listener?.call(transport, message, extra);
      const { id, method } = message as Message;
      if (method !== undefined && this.asked.has(id)) this.asked.set(id, true);
      ends.receive(this.text(message));
    };
    noticed(transport, 'onmessage', this.own, ends.onWatched);
    noticed(transport, 'send', transport.send, ends.onWatched);
  }

  /** Whether anybody wants to see the messages. */
  get isWatched(): boolean {
    const { onmessage, send } = this.transport;
    return this.listener !== undefined || onmessage !== (this.own as unknown) || send !== this.ownSend;
  }

  /** Hands a line that was read to `onmessage`. Settled when that is done with it. */
  async comeIn(line: string): Promise<void> {
    const messages = messagesOf(line);
    // What is no message is refused by the engine.
    if (messages === undefined) this.ends.receive(line);
    else await Promise.all(messages.map((message) => this.hand(message, line)));
  }

  private async hand(message: Message, line: string): Promise<void> {
    const onmessage = this.transport.onmessage as Listener | undefined;
    const { id, method } = message;
    const isRequest = id !== undefined && method !== undefined;
    const forget = this.keepDigits(message, line);
    if (isRequest) this.asked.set(id, false);
    try {
      await (onmessage ?? this.own).call(this.transport, message, {});
    } catch (error) {
      this.report(error);
      if (isRequest && this.asked.get(id) === false) this.ends.write(failure(id));
    } finally {
      if (isRequest) this.asked.delete(id);
      forget();
    }
  }

  /** Hands a message of the engine's to `send`, behind those before it. Settled when that is done with it. */
  goOut(text: string): Promise<void> {
    const messages = messagesOf(text) ?? [];
    this.sending = this.sending.then(async () => {
      // The answer to a batch: one by one, as its messages came in.
      for (const message of messages) await this.send(message, text);
    });
    return this.sending;
  }

  private async send(message: Message, text: string): Promise<void> {
    const forget = this.keepDigits(message, text);
    this.isWritten = false;
    try {
      await this.transport.send(
        message,
        message.method === undefined ? { relatedRequestId: message.id } : {},
      );
    } catch (error) {
      // Whoever only wanted to look must not keep it from its reader.
      this.report(error);
      if (!this.isWritten) this.ends.write(this.text(message));
    } finally {
      forget();
    }
  }

  /** The end of the way out. */
  write(message: object): void {
    this.isWritten = true;
    this.ends.write(this.text(message));
  }

  /** The text of a message: as it came, unless somebody changed it. */
  private text(message: object): string {
    const text = JSON.stringify(message);
    return this.digits.size === 0 ? text : (this.digits.get(text) ?? text);
  }

  /** Keeps a text whose integers are others in JavaScript; returns what drops it again. */
  private keepDigits(message: object, text: string): () => void {
    if (!LONG_INTEGER.test(text) || native.inexactIntegers(text) === null) return () => {};
    const key = JSON.stringify(message);
    this.digits.set(key, text);
    return () => this.digits.delete(key);
  }

  private report(error: unknown): void {
    this.transport.onerror?.(errorFrom(error));
  }
}

/** What an integer beyond JavaScript's has at least. */
const LONG_INTEGER = /\d{16}/;

/** Has a member of an object notice when something else is put in its place. */
function noticed(owner: object, name: string, value: unknown, onChange: () => void): void {
  let present = value;
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: true,
    get: () => present,
    set: (next: unknown) => {
      present = next;
      onChange();
    },
  });
}

/** The messages of a text, if it consists of some. */
function messagesOf(text: string): Message[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const messages: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const areAll = messages.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each));
  return messages.length > 0 && areAll ? (messages as Message[]) : undefined;
}

/** What a request is answered that never reached the engine. */
function failure(id: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32603, message: 'the server failed' } });
}
