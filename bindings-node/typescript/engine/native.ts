// The typed face of the compiled module. Everything that crosses is a number, a boolean or JSON text: one text a batch on
// the way down, one text an answer on the way up. What goes wrong is thrown as an `Error` whose `code` is one of `errorKinds`.

import { native } from '../../native/loader.cjs';

/** What a server offers, and the numbers of the functions behind it. The functions stay in a table of this side (`slot`). */
export interface NativeServer {
  /** Says anew what the server offers; counts from the next `attach`. */
  setCapabilities(capabilities: string): void;
  /** Says how tasks are kept, as JSON; counts from the next `attach`. */
  serveTasks(options: string): void;
  addTool(descriptor: string, slot: number, replace: boolean): void;
  addResource(descriptor: string, slot: number, replace: boolean): void;
  addResourceTemplate(descriptor: string, slot: number, replace: boolean): void;
  addPrompt(descriptor: string, slot: number, replace: boolean): void;
  setCompletion(slot: number | null): void;
  /** A function that can say log messages is registered: the server offers them from now on. */
  noteLogging(): void;
  /** A function for a whole method: its arguments are the params, its answer (`completeWhole`) the result. */
  setMethod(method: string, slot: number | null): void;
  /** Adds skills, described as JSON; returns by what number to take them back. */
  addSkills(description: string, cacheHint: string): number;
  removeSkills(number: number): boolean;
  /** Reads all folders of skills anew. */
  refreshSkills(): void;
  /** The entries of all skills, the JSON text of a list. */
  skillEntries(): string;
  /** Says that the server has an extension, with settings of JSON. */
  declareExtension(identifier: string, settings: string): void;
  /** A function around a method, see `Registry::set_interception`: it asks `oxmcp/next`, and answers with `completeWhole`. */
  intercept(method: string, slot: number | null, unlessRegistered: boolean): void;
  /** By what calls of its functions are told from those of the server that runs them. */
  readonly number: number;
  /** Offers what `child` offers, now and whenever it changes; `{namespace?, transforms?}`. Its functions run where this one is served. */
  mount(child: NativeServer, options: string): void;
  /** Returns whether it was mounted. */
  unmount(child: NativeServer): boolean;
  /** Offers what `child` offers now. */
  importFrom(child: NativeServer, options: string): void;
  /** Returns whether it was there. Without a version all versions are meant. */
  remove(kind: Kind, key: string, version?: string | null): boolean;
  /** The slots that are to be forgotten; for as long as nothing is served, whose `drain` tells of them. */
  takeReleased(): number[];
  /** Returns whether it is there. */
  setEnabled(kind: Kind, key: string, enabled: boolean, version?: string | null): boolean;
  /** Does this to the lists, after what is done to them so far: the JSON of one transform. */
  addTransform(transform: string): void;
  /** Does these to the lists and no others: JSON. */
  setTransforms(transforms: string): void;
  /**
   * Sets who says which items of a kind the caller of a request may see: is given `{kind, keys, tags, versions}`, and answers
   * `{visible: keys}`.
   */
  configure(settings: string, path?: string): void;
  setFunction(method: string, slot: number): void;
  setVisible(kind: Kind, slot: number | null): void;
  /** Does these to what mounted servers offer, before the others. */
  setMountedTransforms(transforms: string): void;
  /** Tells clients: a list changed, or a resource (with its URI). */
  notify(kind: 'tools' | 'prompts' | 'resources' | 'resource', uri: string | null): void;
  /** Has `followed` told from now on: when the first one follows a resource, and when the last one goes. */
  tellOfFollowers(): void;
  /** Has a function list resources behind those that are registered, or nobody. */
  setFurtherResources(slot: number | null): void;
  /**
   * Sends a notification that the protocol does not have outside of any request, to one session or to everybody; `params` is a
   * JSON object.
   */
  announce(method: string, params: string, session: string | null): void;
  /** Sends a log message outside of any request, likewise; `data` is JSON. */
  log(level: string, logger: string | null, data: string, session: string | null): void;
}

/** What the engine makes of the offers of a server before clients see them. Made by `toolSearch(…)` and the like. */
export interface Transform {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** Keyed by tool name, resource URI, URI template, prompt name. */
export type Kind = 'tool' | 'resource' | 'resource_template' | 'prompt';

/**
 * Where the engine's I/O is driven: on the JavaScript thread (`loop`), on a thread of its own (`thread`), or (`auto`) on a thread of its
 * own wherever there is more than one processor.
 */
export type Placement = 'auto' | 'loop' | 'thread';

/** A server being served by the thread that called `attach`. */
export interface NativeServing {
  /** What `completeText` and `completeTool` call it. Of this thread only. */
  readonly number: number;
  /**
   * What waits for this thread: `""`, or the JSON text of an array of
   * `[slot, id, arguments, origin?, inexact?, guest?, longTexts?]` (slot ≥ 0: run this call and answer it; `inexact` are the integers among the
   * arguments that are other numbers in JavaScript, as `[path, digits][]`; `guest` is the number of the server whose slot it is, if
   * that is another one), `[-1, id]` (nobody waits for call `id` any more),
   * `[-2, slot]` (forget the function), `[-3, token, kind, payload, text?]` (news of a transport, see `NoticeKind`), `[-4, origin]`
   * (nothing refers to this origin any more), `[-5, id, question, result, failure?]` (what came of a question of call `id`: a
   * result, or `null` and a `{kind, message, code?, data?}`).
   * When more than a batch waits, the bell rings again.
   */
  drain(): string;
  /** Sends the answers given since the last `flush`. */
  flush(): void;

  /** Returns `{token, host, port}` as JSON; takes `{host, port, path?, stateless?, json_response?, allowed_hosts?, …}`. */
  serveHttp(options: string, eventStore?: number | null): string;
  /**
   * Takes descriptors 0 and 1 for itself, and begins to read once `chooseWay` says how; the end of standard input is the `ended`
   * notice of the token.
   */
  serveStdio(options: string, ownsProcess: boolean): number;
  /** Whether what passes on stdio comes here first, as `in` and `out` notices. Later only from straight to around. */
  chooseWay(token: number, around: boolean): void;
  /** Writes a message on standard output; returns whether it is still open. */
  write(token: number, message: string): boolean;
  /** An `in` or `out` notice is dealt with: what was to come of it was sent or written before this. */
  passed(token: number, inward: boolean): void;
  /** Returns the token under which the ends of sessions over HTTP are told from now on. Once. */
  watchSessions(): number;
  /** A connection within the process; messages to the client are `message` notices of the token. */
  connect(options: string): number;
  /** Sends a frame on such a connection, or as if it came on stdio, and the number of its origin; returns whether it is still open. */
  send(token: number, frame: string, origin: number): boolean;
  /** Ends such a connection (its calls are cancelled), or a request begun with `fetch`. */
  close(token: number): void;
  /** A chunk of the answer to this request was taken: another may come. */
  taken(token: number): void;
  /** The connection or request of this token has ended: nothing more will be done with it. */
  forget(token: number): void;
  /** An HTTP endpoint without a listener, for requests that somebody else received. Takes the options of `serveHttp` without an address. */
  openEndpoint(options: string): number;
  /** Answers an HTTP request; `head` is `{method, url, headers: [[name, value]], remote?: "ip:port", sse?: {session, messages?}, principal?: Authenticated}`. Notices: `head`, `chunk`…, `ended`. */
  fetch(
    endpoint: number,
    head: string,
    body: Uint8Array | null,
    origin: number,
    eventStore?: number | null,
  ): number;
  /**
   * Opens the event store behind a function, whose clients come back after so many milliseconds; returns its number. The function is
   * given `{stream, message}`, whose message is text or null, and answers `{id}`; or `{id}`, and answers
   * `{stream, events: [id, text][]}`, with null for a stream that is not there.
   */
  openEventStore(slot: number, retry: number | null): number;
  closeEventStore(number: number): void;
  /** Closes the streams of a session that belong to no request; returns whether its client comes back. */
  closeSessionStreams(session: string): boolean;

  /** Who asks, as JSON (see `Caller`); `null` once the call is answered. */
  describe(id: number): string | null;
  isCancelled(id: number): boolean;
  /** Returns whether the client will see it. */
  progress(id: number, progress: number, total: number | null, message: string | null): boolean;
  /** `data` is JSON text. Returns whether the client will see it. */
  log(id: number, level: string, logger: string | null, data: string): boolean;
  /** Closes the stream of this call, or those of its session that belong to no request; returns whether its client comes back. */
  closeStream(id: number, ofSession: boolean): boolean;
  /** A notification that the protocol does not have, on the call's stream; `params` is a JSON object. */
  notifyCaller(id: number, method: string, params: string): boolean;
  /** The task that a call is, as the JSON text of `TaskFacts`; `null` where it is none. */
  task(id: number): string | null;
  /** Makes a task of a call; returns whether it is one now. */
  becomeTask(id: number): boolean;
  /** Says in words where the task of a call is; returns whether it is one. */
  taskStatus(id: number, message: string): boolean;

  /**
   * Asks the client of this call, all at once; `params` are JSON texts, of the limits 0 is none. Returns the number of the first
   * question, from which the others count up; null once the call is over.
   */
  ask(id: number, methods: string[], params: string[], timeoutsMs: number[]): number | null;
  /** Takes a question back. */
  withdraw(id: number, question: number): void;
  /**
   * Asks a client outside of its calls: that of the session with this id, or the only one at a connection. What comes of it is the
   * `answered` notice of the token; `close` takes it back.
   */
  askOutside(sessionId: string | null, method: string, params: string, timeoutMs: number): number;

  // One answer for each call; further ones are ignored. All texts but `message`s and `completeText`'s are JSON. The most
  // frequent ones are functions of the module.
  /** A tool's result with members the protocol does not know; `more` is an object of them. */
  completeToolWith(
    id: number,
    content: string,
    structured: string | null,
    isError: boolean,
    meta: string | null,
    more: string,
  ): void;
  completeResource(id: number, contents: string, meta: string | null, cacheHint: string | null): void;
  completePrompt(id: number, description: string | null, messages: string, meta: string | null): void;
  completeCompletion(id: number, values: string[], total: number | null, hasMore: boolean | null): void;
  completeWhole(id: number, result: string): void;
  /**
   * What a tool, a prompt or a read has to know first: questions by key, and state for the next time. The limit, 0 for none, is
   * that of a client which is asked by requests.
   */
  completeInputRequired(
    id: number,
    keys: string[],
    methods: string[],
    params: string[],
    state: string | null,
    timeoutMs: number,
  ): void;
  /** `kind` is one of `failureKinds`. `detail` goes to the log only; `data` is JSON text. */
  fail(
    id: number,
    kind: string,
    message: string,
    detail: string | null,
    data: string | null,
    raised: boolean,
  ): void;
  callId(id: number): string | null;
  failProtocol(id: number, code: number, message: string, data: string | null): void;
  /** Fails for want of scopes: over HTTP with the status 403 and this challenge (AUTH-5). */
  failChallenged(id: number, message: string, challenge: string): void;

  /** Tells the transport of this token, or all, to finish: what runs may end in its time. Each end is a notice. */
  shutDown(token?: number | null): void;
  /** The time to finish is over: what runs is answered with an error that says `reason`. For all: starts no more calls. */
  giveUp(reason: string, token?: number | null): void;
  /** Has the process end by a signal that this thread does not hear for so many seconds. Absent where there are no such signals. */
  watchSignals?(grace: number): void;
  heardSignal?(): void;
  /** The program handles signals by itself. */
  ignoreSignals?(): void;

  /** Ends everything at once. */
  stop(): void;
}

/** `message`: the payload is the message itself; behind it, its text where JavaScript's numbers do not hold all of its integers. `in`, `out`: the text of a message on its way through stdio. `head`: `{status, headers: [[name, value]]}`. `chunk`: text. `ended`: nothing, or `{kind, message}` of an error. `log`, of no token: `{severity, line}`. `session`: the id of one that is over. `followed`, of no token: `[uri, whether somebody follows it]`. `answered`: `[result]`, or `[null, failure]` as for `-5`. */
export type NoticeKind =
  | 'message'
  | 'in'
  | 'out'
  | 'head'
  | 'chunk'
  | 'ended'
  | 'log'
  | 'session'
  | 'followed'
  | 'answered';

/** What `describe` tells of a call. */
export interface Caller {
  kind: string;
  target: string;
  requestId: string | number;
  protocolVersion: string;
  sessionId: string | null;
  clientInfo: unknown;
  clientCapabilities: unknown;
  meta: Record<string, unknown> | null;
  headers: Record<string, string> | null;
  /** W3C's Trace Context for requests to others that are made for the call. */
  traceparent: string | null;
  tracestate: string | null;
  logThreshold: string | null;
  /** Whether `closeStream` does anything. */
  streamCanClose: boolean;
  wantsProgress: boolean;
  /** What the client says of the task it wants, in versions where clients do. */
  taskRequested: { ttl?: number } | null;
  /** Who asks, where anybody knows. */
  principal: Authenticated | null;
  /** The integers among all this that are other numbers in JavaScript; absent where there are none. */
  inexact?: InexactInteger[];
  /** What earlier rounds of the call brought, by key. */
  inputResponses: Record<string, unknown> | null;
  /** What an earlier round kept. */
  requestState: string | null;
}

/** Who asks; what is not known is absent. */
export interface Authenticated {
  subject?: string;
  client_id?: string;
  issuer?: string;
  scopes?: string[];
  roles?: string[];
  claims?: Record<string, unknown>;
  /** Seconds since 1970. */
  expires_at?: number;
  /** Only where the author wants it. */
  token?: string;
  /** `jwt`, `api_key`, …; `host` where the application found it out. */
  method?: string;
}

/** What is known of a task from its beginning. */
export interface TaskFacts {
  taskId: string;
  /** ISO 8601. */
  createdAt: string;
  /** How long it is kept, in milliseconds; null: for ever. */
  ttl: number | null;
  /** How often clients are told to ask, in milliseconds. */
  pollInterval: number;
}

/** An integer that a JavaScript number does not hold: where it is, and its digits. */
export type InexactInteger = [path: (string | number)[], digits: string];

/** A JSON Schema compiled once. */
export interface NativeSchema {
  /** What is wrong with an instance, as the JSON text of `[path, sentence][]`. */
  check(instance: string): string;
  /**
   * The JSON text of the arguments, with strings read as what they spell where that makes all of them valid; or of
   * `[path, sentence][]`.
   */
  checkArguments(args: string): string;
  /**
   * The JSON text of the arguments with strings at and below these places (JSON pointers) read as what they spell, where the
   * schema asks for that; null when there are none.
   */
  mend(args: string, places: string[]): string | null;
}

/** Who may call, in the notation of `allowedHosts` or `allowedOrigins`. */
export interface NativeAllowList {
  allows(value: string): boolean;
}

/** A message on a stream of the host's own that is too long to be kept: looks for who waits for an answer to it. */
export interface NativeLongFrame {
  push(piece: Uint8Array): void;
  /** The answer, which names the limit; `null` when nobody waits for one. */
  answer(limit: number): string | null;
}

export interface NativeModule {
  VERSION: string;
  errorKinds(): string[];
  failureKinds(): string[];
  /** A text for a log, without what looks like a secret in it. */
  fitForLog(text: string): string;
  /** The command `oxmcp` with these arguments; returns the status to exit with. */
  runCommand(args: string[]): number;
  Server: new (implementation: string, options: string) => NativeServer;
  /** Throws a sentence about the first entry that could never match. */
  AllowList: new (
    origins: boolean,
    entries: string[],
  ) => NativeAllowList;
  Schema: new (text: string) => NativeSchema;
  /** The integers in this JSON text that are other numbers in JavaScript, as the JSON text of `[path, digits][]`. */
  inexactIntegers(text: string): string | null;
  /** A URI with percent codes for what may not stand in one as it is. */
  legalUri(uri: string): string;
  /** The one spelling of all that are equivalent to a URI. */
  canonicalUri(uri: string): string;
  /** A URI template with percent codes for what may not stand in a URI. */
  legalTemplate(template: string): string;
  LongFrame: new () => NativeLongFrame;
  /** The argument of a call of the serving with this number that is the so-many-eth among its `longTexts`; while it is not answered. */
  longText(serving: number, id: number, index: number): string | null;
  /** Answers a tool call of the serving with this number with one text block. */
  completeText(serving: number, id: number, text: string): void;
  /** Answers a tool call of the serving with this number with a structured result, JSON text; `fits`: it need not be checked. */
  completeStructured(serving: number, id: number, structured: string, fits: boolean): void;
  /** Answers a tool call of the serving with this number; JSON texts. `fits`: the structured result need not be checked. */
  completeTool(
    serving: number,
    id: number,
    content: string,
    structured: string | null,
    fits: boolean,
    isError: boolean,
    meta: string | null,
  ): void;
  /** `ring` is called on this thread when there is something to drain. It does not keep the process alive, and must not throw. */
  attach(server: NativeServer, ring: () => void, io: Placement): NativeServing;
}

export { native };
