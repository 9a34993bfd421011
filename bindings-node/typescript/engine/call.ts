// One call in flight, as the front end sees it.

import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { MODERN_PROTOCOL_VERSION } from '../types/constants.js';
import { type AuthInfo, authInfoOf, type CallOrigin, SESSION_ID } from './call_origin.js';
import { InvalidResultError } from './errors.js';
import { exact } from './exact_integers.js';
import { type Caller, type InexactInteger, type NativeServing, native, type TaskFacts } from './native.js';
import { CannotAskError, type UnansweredPayload } from './question_errors.js';
import { type Asker, type QuestionOptions, Questions } from './questions.js';

/** How clients that hold a session are asked what a handler returned. */
export interface SessionAsking {
  /** How long they may take to answer; 0 is no limit. */
  readonly timeoutMs: number;
  /** Whether they are asked at all. */
  readonly isOn: boolean;
}

/** Where a call answers: the part of a `Serving` it needs. */
export interface Answering {
  readonly native: NativeServing;
  /** What the engine calls it. */
  readonly number: number;
  /** How clients that hold a session are asked what a handler returned. */
  readonly asking: SessionAsking;
  /** Tells the log, and whoever listens, of a function that threw what its author did not mean for the caller. */
  failed(what: string, thrown: unknown): void;
  /** The call was answered; the answer goes out with the next flush. */
  answered(call: Call): void;
}

/** What is called, for the log. */
const NOUNS: Readonly<Record<string, string>> = {
  call_tool: 'tool',
  get_prompt: 'prompt',
  read_resource: 'resource',
  complete: 'completion of',
};

/** One call in flight, and the async context of its handler: the one it is made in. The first answer counts. */
export class Call extends AsyncResource implements Asker {
  /** Whether it was answered, or nobody waits for the answer any more. */
  isOver = false;
  /** Whether the call outlived the batch that started it, and so is known to its `Serving` by its id. */
  isTracked = false;
  /** The integers among the arguments that are others by now, if there are any. */
  inexact: InexactInteger[] | undefined;
  private cancelled = false;
  private known: Caller | undefined;
  private asker: AuthInfo | undefined;
  private reason: string | undefined;
  private controller: AbortController | undefined;
  private questions: Questions | undefined;

  constructor(
    readonly serving: Answering,
    readonly id: number,
    /** What was told of the request beside what the engine knows of it. */
    readonly origin?: CallOrigin | undefined,
  ) {
    // Of its own, so that what a handler changes in its context (`enterWith`) is seen by no other call.
    super('oxmcp.call');
  }

  /** Who asks, and for what. Asked of the engine once, when first needed; while the call is not answered. */
  get caller(): Caller {
    if (this.known === undefined) {
      const text = this.serving.native.describe(this.id);
      if (text === null) {
        throw new Error(
          'this call is answered, and its caller was never asked for: read the context before you return',
        );
      }
      this.known = JSON.parse(text) as Caller;
      if (this.known.inexact !== undefined) exact(this.known, this.known.inexact);
      const { headers } = this.known;
      const id = this.origin?.sessionId;
      // The client sent its own name of the session.
      if (id !== undefined && headers !== null && SESSION_ID in headers) headers[SESSION_ID] = id;
    }
    return this.known;
  }

  /** Who asks: as the application in front said, whose word counts; or as the engine found out. */
  get authInfo(): AuthInfo | undefined {
    this.asker ??= this.origin?.authInfo ?? authInfoOf(this.caller.principal);
    return this.asker;
  }

  /** The session's id as handlers know it: the application's own, or the engine's. */
  get sessionId(): string | undefined {
    return this.origin?.sessionId ?? this.caller.sessionId ?? undefined;
  }

  /** The engine's id of the session, if anybody asked for it while the call was not answered. */
  get knownSession(): string | undefined {
    return this.known?.sessionId ?? undefined;
  }

  /** Whether nobody waits for the answer any more. */
  get isCancelled(): boolean {
    return this.cancelled || (!this.isOver && this.serving.native.isCancelled(this.id));
  }

  /** Aborts when nobody waits for the answer any more: the client cancelled, or went away. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.isCancelled) this.abort();
    }
    return this.controller.signal;
  }

  /** Nobody waits for this call any more: its client cancelled it or went away, if no other reason is given. */
  cancel(reason?: string): void {
    this.cancelled = true;
    this.isOver = true;
    this.reason = reason;
    if (this.controller !== undefined) this.abort();
    this.questions?.end(this.whyNotAsked());
  }

  private abort(): void {
    this.runInAsyncScope(() => this.controller?.abort(this.abortion()));
  }

  private abortion(): DOMException {
    return new DOMException(this.reason ?? 'the client cancelled the request, or went away', 'AbortError');
  }

  /** The server ends before this call does: its client is told so. */
  shutDown(reason: string): void {
    this.fail('shut_down', reason);
    this.cancel(reason);
  }

  /** Tells the client how far the call has come; returns whether the client will see it. */
  progress(progress: number, total?: number, message?: string): boolean {
    return !this.isOver && this.serving.native.progress(this.id, progress, total ?? null, message ?? null);
  }

  /** Sends a log message (`data` is JSON text); returns whether the client will see it. */
  log(level: string, data: string, logger?: string): boolean {
    return !this.isOver && this.serving.native.log(this.id, level, logger ?? null, data);
  }

  /** Whether the client comes back for what is said once its stream is closed. */
  get streamCanClose(): boolean {
    return !this.isOver && this.caller.streamCanClose;
  }

  /** Closes the stream of this call, or those of its session that belong to no request. */
  closeStream(ofSession: boolean): void {
    if (!this.isOver) this.serving.native.closeStream(this.id, ofSession);
  }

  /** The task that it is, if it is one. */
  get task(): TaskFacts | undefined {
    const text = this.isOver ? null : this.serving.native.task(this.id);
    return text === null ? undefined : (JSON.parse(text) as TaskFacts);
  }

  /** Makes a task of it; returns whether it is one now. */
  becomeTask(): boolean {
    return !this.isOver && this.serving.native.becomeTask(this.id);
  }

  /** Says in words where the task is; returns whether it is one. */
  taskStatus(message: string): boolean {
    return !this.isOver && this.serving.native.taskStatus(this.id, message);
  }

  /** Sends a notification that the protocol does not have (`params` is JSON text); returns whether the client will see it. */
  notify(method: string, params: string): boolean {
    return !this.isOver && this.serving.native.notifyCaller(this.id, method, params);
  }

  /** Asks the client (`params` is JSON text): resolves with its result, rejects with what came instead. */
  ask(method: string, params: string, options: QuestionOptions): Promise<unknown> {
    if (this.isOver) return Promise.reject(this.whyNotAsked());
    this.questions ??= new Questions(this);
    return this.questions.ask(method, params, options);
  }

  /** What came of the question with this number. */
  hear(
    question: number,
    result: unknown,
    failure: UnansweredPayload | undefined,
    inexact: InexactInteger[] | undefined,
  ): void {
    this.questions?.answered(question, result, failure, inexact);
  }

  send(methods: string[], params: string[], timeoutsMs: number[]): number | null {
    return this.isOver ? null : this.serving.native.ask(this.id, methods, params, timeoutsMs);
  }

  withdraw(question: number): void {
    if (!this.isOver) this.serving.native.withdraw(this.id, question);
  }

  whyNotAsked(): Error {
    return this.cancelled
      ? this.abortion()
      : new CannotAskError('the call is answered: its client cannot be asked any more');
  }

  /** Answers a tool call with one text block. */
  completeText(text: string): void {
    if (this.isOver) return;
    native.completeText(this.serving.number, this.id, text);
    this.finish();
  }

  /**
   * Answers a tool call with a structured result, JSON text, which is its content, too; `fits` says that it is known to fit the
   * tool's output schema.
   */
  completeStructured(structured: string, fits: boolean): void {
    if (this.isOver) return;
    native.completeStructured(this.serving.number, this.id, structured, fits);
    this.finish();
  }

  /**
   * Answers a tool call; all but the flags are JSON texts. `fits` says that the structured result is known to fit the tool's output
   * schema, `more` are members that the protocol does not know.
   */
  completeTool(
    content: string,
    structured?: string,
    fits = false,
    isError = false,
    meta?: string,
    more?: string,
  ): void {
    if (this.isOver) return;
    const given = structured ?? null;
    const told = meta ?? null;
    if (more !== undefined)
      this.serving.native.completeToolWith(this.id, content, given, isError, told, more);
    else native.completeTool(this.serving.number, this.id, content, given, fits, isError, told);
    this.finish();
  }

  /** Answers a read; JSON texts. `cacheHint` is `{ttlMs?, cacheScope?}`. */
  completeResource(contents: string, meta?: string, cacheHint?: string): void {
    if (this.isOver) return;
    this.serving.native.completeResource(this.id, contents, meta ?? null, cacheHint ?? null);
    this.finish();
  }

  /** Answers a prompt; `messages` and `meta` are JSON texts. */
  completePrompt(description: string | undefined, messages: string, meta?: string): void {
    if (this.isOver) return;
    this.serving.native.completePrompt(this.id, description ?? null, messages, meta ?? null);
    this.finish();
  }

  /** Answers a completion. */
  completeCompletion(values: string[], total?: number, hasMore?: boolean): void {
    if (this.isOver) return;
    this.serving.native.completeCompletion(this.id, values, total ?? null, hasMore ?? null);
    this.finish();
  }

  /** Answers a call of a whole method with its result, JSON text. */
  completeWhole(result: string): void {
    if (this.isOver) return;
    this.serving.native.completeWhole(this.id, result);
    this.finish();
  }

  /** Answers a tool call, a read or a prompt with what has to be known first; `params` are JSON texts. */
  completeInputRequired(
    requests: readonly { key: string; method: string; params: string }[],
    state: string | undefined,
  ): void {
    if (this.isOver) return;
    const { isOn, timeoutMs } = this.serving.asking;
    if (!isOn && this.caller.protocolVersion !== MODERN_PROTOCOL_VERSION) {
      const version = this.caller.protocolVersion;
      throw new InvalidResultError(
        `this server asks no client of ${version} for input (inputRequired.legacyShim)`,
      );
    }
    this.serving.native.completeInputRequired(
      this.id,
      requests.map(({ key }) => key),
      requests.map(({ method }) => method),
      requests.map(({ params }) => params),
      state ?? null,
      timeoutMs,
    );
    this.finish();
  }

  /** Its function threw something unexpected, which becomes its answer next. */
  failed(thrown: unknown): void {
    if (this.isOver) return;
    const { kind, target } = this.caller;
    this.serving.failed(`${NOUNS[kind] ?? 'method'} '${target}' failed in call ${this.callId}`, thrown);
  }

  /** By which name errors, logs and audit records know the request; while the call is not answered. */
  get callId(): string {
    return this.serving.native.callId(this.id) ?? '';
  }

  /**
   * Fails with one of `failureKinds`; the message and `data` (JSON text) are for the client, the detail for the log. `raised`: the
   * message was not meant for the client, which may get another.
   */
  fail(kind: string, message: string, detail?: string, data?: string, raised = false): void {
    if (this.isOver) return;
    this.serving.native.fail(this.id, kind, message, detail ?? null, data ?? null, raised);
    this.finish();
  }

  /** Fails with a JSON-RPC error; `data` is JSON text. */
  failProtocol(code: number, message: string, data?: string): void {
    if (this.isOver) return;
    this.serving.native.failProtocol(this.id, code, message, data ?? null);
    this.finish();
  }

  /** Fails for want of scopes, with the challenge that says which (AUTH-5). */
  failChallenged(message: string, challenge: string): void {
    if (this.isOver) return;
    this.serving.native.failChallenged(this.id, message, challenge);
    this.finish();
  }

  private finish(): void {
    this.isOver = true;
    this.questions?.end(this.whyNotAsked());
    this.serving.answered(this);
  }
}

/** The call whose handler something runs in, however many times it waited. */
export const followed = new AsyncLocalStorage<Call>();

/**
 * Whether following calls costs next to nothing. In Node before 24 the first use of any `AsyncLocalStorage` makes every promise of
 * the process slower, so calls are followed only where somebody asks for it.
 */
export const FOLLOWING_IS_CHEAP =
  'bun' in process.versions || 'deno' in process.versions || Number.parseInt(process.versions.node, 10) >= 24;
