// The JavaScript side of the mailbox: fetches what the engine has for this thread, runs the calls, sends the answers.
//
// The engine rings once when there is something to fetch; one text brings a whole batch of calls and news, and the answers of
// a batch go back together. Nothing here waits: a handler that returns a promise answers when it is settled.

import { AsyncResource } from 'node:async_hooks';
import { Call, FOLLOWING_IS_CHEAP, followed, type SessionAsking } from './call.js';
import { authenticated, type CallOrigin, Origins, type Principal, principalOf, ROOT } from './call_origin.js';
import { type ConnectionOptions, connectionText } from './connection_options.js';
import { type HttpOptions, httpText } from './http_options.js';
import { Lifeline } from './lifeline.js';
import {
  type InexactInteger,
  type NativeServer,
  type NativeServing,
  type NoticeKind,
  native,
  type Placement,
} from './native.js';
import { CannotAskError, type UnansweredPayload, unanswered } from './question_errors.js';
import type { QuestionOptions } from './questions.js';
import { placementHere } from './runtime.js';

/** Runs a call and answers it, now or later. Must not throw. `args` is the parsed JSON object of the arguments. */
export type Run = (call: Call, args: Record<string, unknown>) => void;

/** The functions of one server, by slot. A slot is taken here and given back when the engine has forgotten it. */
export class Functions {
  private readonly table: (Run | undefined)[] = [];
  private readonly free: number[] = [];

  /** Returns the slot. */
  add(run: Run): number {
    const slot = this.free.pop() ?? this.table.length;
    this.table[slot] = run;
    return slot;
  }

  get(slot: number): Run | undefined {
    return this.table[slot];
  }

  /** The engine refers to this slot no more. */
  release(slot: number): void {
    this.table[slot] = undefined;
    this.free.push(slot);
  }
}

/** The client's end of a connection within the process. */
export interface MemoryConnection {
  /** Sends one frame, as JSON text or as the message itself, and what is told with it; returns whether the connection is still open. */
  send(frame: string | object, told?: CallOrigin): boolean;
  /** Answers what still runs with an error that says `reason`. */
  giveUp(reason: string): void;
  /** Ends the connection; its calls are cancelled. */
  close(): void;
}

/** What an HTTP request that somebody else received consists of. */
export interface RequestHead {
  method: string;
  /** Absolute, or path and query. */
  url: string;
  headers: [name: string, value: string][];
  /** `address:port` of the client. */
  remote?: string;
  /** Who asks, where the origin does not say. */
  principal?: Principal | undefined;
  /** It belongs to this session of HTTP+SSE; it opens it if it says where its messages are posted. */
  sse?: { session: string; messages?: string };
}

/** Hears the answer to such a request: one head, any number of chunks, one end. */
export interface ResponseSink {
  head(status: number, headers: [name: string, value: string][]): void;
  /** Whoever cannot take another piece yet returns a promise of when. */
  chunk(text: string): void | Promise<void>;
  end(error?: Error): void;
}

/** An HTTP endpoint without a listener. */
export interface Endpoint {
  /** Whether the server card is below it; it is not, if absent. */
  readonly hasCard?: boolean;
  /** Answers one request. `cancel` says that nobody reads the answer any more. */
  fetch(
    head: RequestHead,
    body: Uint8Array | null,
    told: CallOrigin,
    sink: ResponseSink,
    eventStore?: number,
  ): { cancel(): void };
}

/** Hears the news of one token; `text` is that of a message whose integers are others by now. */
type Hear = (kind: NoticeKind, payload: unknown, text?: string) => void;

/** Who hears the news of one token, and in which context. */
interface Listener {
  hear: Hear;
  scope: AsyncResource;
}

interface EndedPayload {
  kind: string;
  message: string;
}

interface LogPayload {
  severity: 'warning' | 'error';
  line: string;
}

/** The log of a Node program is its console: these two write to standard error, also where standard output is the wire. */
function logLine({ severity, line }: LogPayload): void {
  if (severity === 'error') console.error(`oxmcp: ${line}`);
  else console.warn(`oxmcp: ${line}`);
}

function errorOf(payload: unknown): Error | undefined {
  if (payload === null || payload === undefined) return undefined;
  const { kind, message } = payload as EndedPayload;
  return Object.assign(new Error(message), { code: kind });
}

/** Runs a call. Does not throw. */
function start(run: Run, call: Call, args: unknown): void {
  try {
    run(call, args as Record<string, unknown>);
  } catch (error) {
    call.fail('internal', 'The server failed.', error instanceof Error ? error.stack : String(error));
  }
}

const missing: Run = () => {
  throw new Error('there is no function behind this call');
};

/** A transport that is open. */
export interface Served {
  /** Settled when it has ended. The process lives until then. */
  readonly ended: Promise<void>;
  /** Has it finish: nothing new is taken, what runs may end in its time. */
  shutDown(): void;
  /** The time to finish is over: what runs on it is answered with an error that says `reason`. */
  giveUp(reason: string): void;
}

/** Where something listens. */
export interface Place {
  /** The address, or the path of a Unix socket. */
  readonly host: string;
  /** The port; 0 with a path. */
  readonly port: number;
  /** Whether it is encrypted. */
  readonly encrypted: boolean;
}

/** Standard input and output, being served. */
export interface ServedStdio extends Served {
  /** Whether what passes comes here first. Nothing is read before this is said; later only from straight to around. */
  chooseWay(around: boolean): void;
  /** Has the engine take a message as if it had been read, in the present context; returns whether the connection is still open. */
  receive(text: string): boolean;
  /** Writes a message; returns whether the connection is still open. */
  write(text: string): boolean;
  /** A message that came here on its way in, or out, is dealt with. */
  passed(inward: boolean): void;
}

/** A server being served on this thread. */
export class Serving {
  /** The engine's side. */
  readonly native: NativeServing;
  /** What the engine calls it. */
  readonly number: number;
  private readonly running = new Map<number, Call>();
  private readonly listeners = new Map<number, Listener>();
  private readonly origins = new Origins();
  /** The context of the calls that have no origin: the one in which the server began to listen. */
  private root = ROOT;
  private isRooted = false;
  private readonly lifeline = new Lifeline(this);
  readonly failed: (what: string, thrown: unknown) => void = () => {};
  /** Hears of the first who follows a resource, and of the last one's end, with the number of the server that has it. */
  private readonly followed: (server: number, uri: string, isFollowed: boolean) => void = () => {};
  /** The functions of a server that is mounted in this one, by its number. */
  private readonly guests: (number: number) => Functions | undefined = () => undefined;
  readonly asking: SessionAsking = { timeoutMs: 0, isOn: true };
  /** Whether `stop` was called: nothing is answered any more. */
  isStopped = false;
  /** Why calls end that nobody cancelled, once the server ends. */
  private ending: string | undefined;
  /** How many requests that somebody else received are not answered. */
  private requests = 0;
  /** Called when they all are. */
  private whenQuiet: (() => void) | undefined;
  /** What the engine's side weighs, in the garbage collector's terms: without it, a thread looks like a few bytes. Never touched. */
  readonly weight = new ArrayBuffer(512 * 1024);
  /** The call whose handler is running right now, up to its first `await`. */
  current: Call | undefined;
  /** Whether calls are followed beyond that: see `followed`. */
  follows: boolean;
  private draining = false;
  private settling = false;
  /** Whether there are answers to be sent. */
  private hasAnswers = false;
  /** Calls of the last batch that were not answered at once. Most of them are, before they have to be noted in `running`. */
  private readonly started: Call[] = [];
  /** Set while part of a fetched batch waits for its turn. */
  private backlog: NodeJS.Immediate | undefined;

  constructor(
    server: NativeServer,
    private readonly functions: Functions,
    options: {
      io?: Placement;
      follows?: boolean;
      failed?: (what: string, thrown: unknown) => void;
      followed?: (server: number, uri: string, isFollowed: boolean) => void;
      asking?: SessionAsking;
      guests?: (number: number) => Functions | undefined;
    } = {},
  ) {
    if (options.asking !== undefined) this.asking = options.asking;
    if (options.guests !== undefined) this.guests = options.guests;
    if (options.failed !== undefined) this.failed = options.failed;
    if (options.followed !== undefined) this.followed = options.followed;
    this.follows = FOLLOWING_IS_CHEAP || (options.follows ?? false);
    // Weakly: the engine must not keep a server that the program has dropped. What waits for something is held by its lifeline.
    const self = new WeakRef(this);
    const ring = (): void => self.deref()?.drain();
    // Not in the context of whoever happened to come first: the engine would keep it.
    this.native = ROOT.runInAsyncScope(() =>
      native.attach(server, ring, placementHere(options.io ?? 'auto')),
    );
    this.number = this.native.number;
  }

  /** Listens and serves. The process lives until `ended` is settled. */
  serveHttp(options: HttpOptions = {}, eventStore?: number): Served & Place {
    const text = this.native.serveHttp(httpText(options, { host: '127.0.0.1', port: 0 }), eventStore);
    const { token, ...place } = JSON.parse(text) as { token: number } & Place;
    this.takeRoot();
    return { ...place, ...this.served(token) };
  }

  /**
   * Serves standard input and output. The process lives until `ended` is settled: when the input ends, or by `shutDown`.
   *
   * @param passing Gets the text of each message on its way in, or out, once that was chosen.
   */
  serveStdio(
    options: ConnectionOptions,
    ownsProcess: boolean,
    passing: (inward: boolean, text: string) => void,
  ): ServedStdio {
    const { native } = this;
    const token = native.serveStdio(connectionText(options), ownsProcess);
    this.takeRoot();
    const heard: Hear = (kind, text) => {
      if (kind === 'in' || kind === 'out') passing(kind === 'in', text as string);
    };
    return {
      ...this.served(token, heard),
      chooseWay: (around) => native.chooseWay(token, around),
      receive: (text) => native.send(token, text, this.origins.remember({}).number),
      write: (text) => native.write(token, text),
      passed: (inward) => native.passed(token, inward),
    };
  }

  private served(token: number, heard?: Hear): Served {
    return {
      ended: this.ended(token, heard),
      shutDown: () => this.native.shutDown(token),
      giveUp: (reason) => this.native.giveUp(reason, token),
    };
  }

  /** What the engine receives by itself runs in the context in which it was first told to. */
  private takeRoot(): void {
    if (this.isRooted) return;
    this.isRooted = true;
    this.root = new AsyncResource('oxmcp.serving');
  }

  /** Has the news of a token heard in a context: the present one, if no other is given. */
  private listen(token: number, hear: Hear, scope = new AsyncResource('oxmcp.transport')): void {
    this.listeners.set(token, { hear, scope });
  }

  /** Tells of each session over HTTP that ends from now on, by its id. One may hear of it. */
  watchSessions(ended: (id: string) => void): void {
    this.listen(this.native.watchSessions(), (_kind, id) => ended(id as string));
  }

  /** Asks a client outside of its calls: that of the session with this id, or the only one at a connection. */
  askOutside(
    sessionId: string | undefined,
    method: string,
    params: string,
    { timeoutMs = 0, signal }: QuestionOptions,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const token = this.native.askOutside(sessionId ?? null, method, params, timeoutMs);
      this.lifeline.hold();
      const done = (): void => {
        signal?.removeEventListener('abort', takeBack);
        this.listeners.delete(token);
        this.lifeline.release();
      };
      const takeBack = (): void => {
        done();
        this.native.close(token);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', takeBack);
      this.listen(token, (kind, payload) => {
        done();
        if (kind !== 'answered') return reject(new CannotAskError(SHUTTING_DOWN));
        this.native.forget(token);
        const [result, failure] = payload as [unknown, UnansweredPayload?];
        if (failure === undefined) resolve(result);
        else reject(unanswered(failure));
      });
    });
  }

  private ended(token: number, heard?: Hear): Promise<void> {
    this.lifeline.hold();
    return new Promise((resolve, reject) => {
      this.listen(token, (kind, payload) => {
        heard?.(kind, payload);
        if (kind !== 'ended') return;
        this.listeners.delete(token);
        this.native.forget(token);
        this.lifeline.release();
        const error = errorOf(payload);
        if (error === undefined) resolve();
        else reject(error);
      });
    });
  }

  /**
   * Opens a connection within the process. The process lives while requests sent on it are unanswered.
   *
   * @param onMessage Gets each message; its text too, where JavaScript's numbers do not hold all of its integers.
   */
  connect(
    onMessage: (message: unknown, text?: string) => void,
    onEnd: (error?: Error) => void = () => {},
    options: ConnectionOptions = {},
  ): MemoryConnection {
    const token = this.native.connect(connectionText(options));
    const waiting = new Set<unknown>();
    const forget = (id: unknown): void => {
      if (waiting.delete(id)) this.lifeline.release();
    };
    this.listen(token, (kind, payload, text) => {
      if (kind === 'message') {
        const messages = Array.isArray(payload) ? payload : [payload];
        for (const message of messages) {
          if (!('method' in message)) forget(message.id);
        }
        onMessage(payload, text);
      } else if (kind === 'ended') {
        this.listeners.delete(token);
        this.native.forget(token);
        for (const id of waiting) forget(id);
        onEnd(errorOf(payload));
      }
    });
    return {
      send: (frame, told = {}) => {
        const message = typeof frame === 'string' ? parsed(frame) : frame;
        for (const each of Array.isArray(message) ? message : [message]) {
          const { id, method, params } = (each ?? {}) as {
            id?: unknown;
            method?: unknown;
            params?: { requestId?: unknown };
          };
          if (method === 'notifications/cancelled') forget(params?.requestId);
          if (id === undefined || id === null || method === undefined || waiting.has(id)) continue;
          waiting.add(id);
          this.lifeline.hold();
        }
        const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
        return this.native.send(token, text, this.origins.remember(told).number);
      },
      giveUp: (reason) => this.native.giveUp(reason, token),
      close: () => this.native.close(token),
    };
  }

  /** Opens the event store behind a function, whose clients come back after so many milliseconds; returns its number. */
  openEventStore(run: Run, retry?: number): number {
    return this.native.openEventStore(this.functions.add(run), retry ?? null);
  }

  /** Begins no more streams over it. */
  closeEventStore(number: number): void {
    this.native.closeEventStore(number);
  }

  /** The call of a session under way that answers the request of this id. */
  callOf(sessions: ReadonlySet<string>, requestId: string | number): Call | undefined {
    for (const call of this.inFlight()) {
      if (call.caller.requestId === requestId && sessions.has(call.sessionId ?? '')) return call;
    }
    return undefined;
  }

  /** An endpoint for requests that somebody else received. */
  openEndpoint(options: HttpOptions = {}): Endpoint {
    const endpoint = this.native.openEndpoint(httpText(options, {}));
    return {
      hasCard: Boolean(options.serverCard),
      fetch: (head, body, told, sink, eventStore) => {
        const { number, origin } = this.origins.remember(told);
        const principal = head.principal ?? principalOf(told.authInfo);
        const text = JSON.stringify(
          principal === undefined ? head : { ...head, principal: authenticated(principal) },
        );
        const token = this.native.fetch(endpoint, text, body, number, eventStore);
        this.lifeline.hold();
        this.requests += 1;
        const hear: Hear = (kind, payload) => {
          if (kind === 'head') {
            const { status, headers } = payload as { status: number; headers: [string, string][] };
            sink.head(status, headers);
          } else if (kind === 'chunk') {
            const taken = (): void => this.native.taken(token);
            const ready = sink.chunk(payload as string);
            if (ready === undefined) taken();
            else void ready.then(taken, taken);
          } else if (kind === 'ended') {
            this.listeners.delete(token);
            this.native.forget(token);
            this.lifeline.release();
            this.requests -= 1;
            if (this.requests === 0) this.whenQuiet?.();
            sink.end(errorOf(payload));
          }
        };
        this.listen(token, hear, origin);
        return { cancel: () => this.native.close(token) };
      },
    };
  }

  /** Tells the transports to finish: nothing new is taken, what runs may end in its time. */
  shutDown(): void {
    this.ending = SHUTTING_DOWN;
    this.native.shutDown();
  }

  /** The time to finish is over: what runs is answered with an error, and its signals abort. No further call is started. */
  giveUp(reason = SHUTTING_DOWN): void {
    this.ending = reason;
    this.native.giveUp(reason);
    // Requests that somebody else received are not woken by the engine's own end.
    for (const call of this.inFlight()) call.shutDown(reason);
    this.flush();
  }

  /** Waits for the answers to requests that somebody else received, but no longer than that. */
  async requestsAnswered(seconds: number): Promise<void> {
    if (this.requests === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(seconds * 1000, LONGEST_TIMER));
      this.whenQuiet = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.whenQuiet = undefined;
  }

  /** Ends everything at once: running calls are cancelled. */
  stop(): void {
    this.isStopped = true;
    this.native.stop();
    clearImmediate(this.backlog);
    for (const call of this.inFlight()) call.cancel(this.ending ?? SHUTTING_DOWN);
    this.running.clear();
    for (const token of [...this.listeners.keys()]) this.tell(token, 'ended', null);
    this.origins.clear();
  }

  /** The calls that wait for an answer to come later. */
  inFlight(): Iterable<Call> {
    return [...this.running.values(), ...this.started.filter((call) => !call.isOver)];
  }

  /** @internal The call is answered: its answer goes out with the others of this turn. */
  answered(call: Call): void {
    if (call.isTracked) this.running.delete(call.id);
    this.hasAnswers = true;
    if (!this.draining) this.settleSoon();
  }

  /** Sends the answers given so far. */
  private flush(): void {
    if (!this.hasAnswers) return;
    this.hasAnswers = false;
    this.native.flush();
  }

  /** Has `settle` called behind the microtasks that are queued already, so that the calls they end share a flush. */
  private settleSoon(): void {
    if (this.settling) return;
    this.settling = true;
    // A good deal cheaper than `queueMicrotask`.
    DONE.then(this.settle);
  }

  /** Sends what was answered, and notes which of the calls that were started last go on. */
  private readonly settle = (): void => {
    this.settling = false;
    for (const call of this.started) {
      if (call.isOver) continue;
      call.isTracked = true;
      this.running.set(call.id, call);
    }
    this.started.length = 0;
    this.flush();
  };

  /** Fetches a batch and runs it. */
  private drain(): void {
    // Rung for before it was stopped: what waits now is for whoever serves the server next. And what was fetched before comes first.
    if (this.isStopped || this.backlog !== undefined) return;
    const text = this.native.drain();
    if (text !== '') this.root.runInAsyncScope(this.run, this, JSON.parse(text) as Entry[], 0);
  }

  /** Runs the entries of a batch, until one of them took so long that the others' answers must not wait for more. */
  private run(entries: Entry[], from: number): void {
    if (this.started.length > 0) this.settle();
    this.draining = true;
    const began = performance.now();
    let next = from;
    while (next < entries.length) {
      this.take(entries[next] as Entry, from > 0);
      next += 1;
      if (performance.now() - began > PATIENCE_MS) break;
    }
    this.draining = false;
    this.flush();
    if (this.started.length > 0) this.settleSoon();
    if (next === entries.length) return;
    this.backlog = setImmediate(() => {
      this.backlog = undefined;
      this.run(entries, next);
      // Rung for while the backlog was there.
      this.drain();
    });
  }

  private take(entry: Entry, isLate: boolean): void {
    const slot = entry[0];
    if (slot >= 0) {
      const call = this.call(entry[1], entry[3]);
      if (isLate && call.isCancelled) return;
      let { functions } = this;
      if (entry.length > 4) {
        if (entry[4] !== null) call.inexact = entry[4] as InexactInteger[];
        if (entry.length > 5 && entry[5] !== null) functions = this.guests(entry[5] as number) ?? functions;
        if (entry.length > 6) this.completed(entry[2] as Record<string, unknown>, entry[6] as string[], call);
      }
      const run = functions.get(slot) ?? missing;
      this.current = call;
      if (this.follows) call.runInAsyncScope(followed.run, followed, call, start, run, call, entry[2]);
      else call.runInAsyncScope(start, undefined, run, call, entry[2]);
      this.current = undefined;
      if (!call.isOver) this.started.push(call);
    } else if (slot === CANCEL) {
      const call = this.running.get(entry[1]);
      this.running.delete(entry[1]);
      call?.cancel(this.ending);
    } else if (slot === ANSWER) {
      const failure = (entry[4] ?? undefined) as UnansweredPayload | undefined;
      const inexact = entry[5] as InexactInteger[] | undefined;
      this.running.get(entry[1])?.hear(entry[2] as number, entry[3], failure, inexact);
    } else if (slot === RELEASE) {
      this.functions.release(entry[1]);
    } else if (slot === FORGET) {
      this.origins.forget(entry[1]);
    } else {
      if (entry[2] === 'log') logLine(entry[3] as LogPayload);
      else if (entry[2] === 'followed')
        ROOT.runInAsyncScope(this.followed, undefined, entry[1], ...(entry[3] as [string, boolean]));
      else this.tell(entry[1], entry[2] as NoticeKind, entry[3], entry[4] as string | undefined);
    }
  }

  /** Puts the long texts among the arguments of a call into their places. */
  private completed(args: Record<string, unknown>, names: readonly string[], call: Call): void {
    for (const [index, name] of names.entries())
      args[name] = native.longText(this.number, call.id, index) ?? '';
  }

  /** A call, in the context in which its request was handed over. */
  private call(id: number, number: unknown): Call {
    if (number === undefined) return new Call(this, id);
    const origin = this.origins.get(number as number);
    if (origin === undefined) return new Call(this, id);
    return origin.runInAsyncScope(() => new Call(this, id, origin.told));
  }

  private tell(token: number, kind: NoticeKind, payload: unknown, text?: string): void {
    try {
      const listener = this.listeners.get(token);
      listener?.scope.runInAsyncScope(listener.hear, undefined, kind, payload, text);
    } catch (error) {
      // The listener's own fault; the rest of the batch must not suffer from it.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

const SHUTTING_DOWN = 'the server is shutting down';

/** What `setTimeout` takes at most, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** How long the calls of a batch may run together before the answers so far are sent. Milliseconds. */
const PATIENCE_MS = 2;

const DONE = Promise.resolve();

const CANCEL = -1;
const RELEASE = -2;
const FORGET = -4;
const ANSWER = -5;

type Entry = [
  slot: number,
  id: number,
  arguments: unknown,
  originOrPayload: unknown,
  inexactOrFailure?: unknown,
  inexactOfAnswerOrGuest?: unknown,
  longTexts?: unknown,
];

function parsed(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    // Malformed on purpose or not: the engine answers it.
    return null;
  }
}
