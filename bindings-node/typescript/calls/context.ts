// What a handler is told of its call: one object with the names of both generations of the protocol's TypeScript API.
//
// The fields are getters on the prototype that ask the engine when they are first read, so a field nobody reads costs nothing.
// Functions come bound: `({ text }, { sendNotification }) => …` works.

import type { Call } from '../engine/call.js';
import type { AuthInfo } from '../engine/call_origin.js';
import type { NativeServer } from '../engine/native.js';
import type { Implementation, Notification, RequestId, RequestMeta } from '../types/base.js';
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  LOG_LEVEL_META_KEY,
  MODERN_PROTOCOL_VERSION,
  PROTOCOL_VERSION_META_KEY,
} from '../types/constants.js';
import type { ClientCapabilities } from '../types/lifecycle.js';
import type { LoggingLevel } from '../types/notifications.js';
import type { Root } from '../types/questions.js';
import { listRoots, quietly, sendRequestOf } from './asking.js';
import { type Elicit, type ElicitUrl, elicitInput, elicitOf, elicitUrlOf } from './elicitation.js';
import { type CallTask, taskOf } from './in_task.js';
import { announce, isChange, sendExtension, sendLog } from './notifications.js';
import type { AskOptions, SendRequest } from './questions.js';
import type { HttpContext, Logger, RequestContext, RequestInfo, RequestMetaEnvelope } from './request.js';
import { createMessage, type Sample, sampleOf } from './sampling.js';
import { stateOf } from './state.js';

export type { HttpContext, Logger, RequestContext, RequestInfo } from './request.js';

const METHODS: ReadonlyMap<string, string> = new Map([
  ['call_tool', 'tools/call'],
  ['list_tools', 'tools/list'],
  ['get_prompt', 'prompts/get'],
  ['list_prompts', 'prompts/list'],
  ['read_resource', 'resources/read'],
  ['list_resources', 'resources/list'],
  ['list_resource_templates', 'resources/templates/list'],
  ['complete', 'completion/complete'],
  ['set_log_level', 'logging/setLevel'],
  ['subscribe', 'resources/subscribe'],
  ['unsubscribe', 'resources/unsubscribe'],
  ['ping', 'ping'],
]);

/** The context of one call: the last argument of every handler. */
export class Context {
  private request: RequestContext | undefined;

  /** @internal */
  constructor(
    private readonly call: Call,
    private readonly server: NativeServer,
  ) {
    // biome-ignore lint/correctness/noConstructorReturn: it is this object, with other words for what it consists of
    return new Proxy(this, COPYABLE);
  }

  /** Aborts when the client cancels or goes away, whatever the request's id. */
  get signal(): AbortSignal {
    return this.call.signal;
  }

  /** The request's id, as the client wrote it. */
  get requestId(): RequestId {
    return this.call.caller.requestId;
  }

  /** The legacy session's id; undefined without a session that has one (stdio, modern requests). */
  get sessionId(): string | undefined {
    return this.call.sessionId;
  }

  /** The request's own `_meta`, unknown keys included (META-10). Integers that a number does not hold are bigints. */
  get _meta(): RequestMeta | undefined {
    return this.call.caller.meta ?? undefined;
  }

  /** The HTTP request; undefined on other transports. */
  get requestInfo(): RequestInfo | undefined {
    const { caller, origin } = this.call;
    if (caller.headers === null) return undefined;
    const url = origin?.url;
    return { headers: caller.headers, ...(url !== undefined && URL.canParse(url) && { url: new URL(url) }) };
  }

  /** Who asks, as the application's own authentication found out, or the server's (`authentication`). */
  get authInfo(): AuthInfo | undefined {
    return this.call.authInfo;
  }

  /** The HTTP side of the call; undefined on other transports. */
  get http(): HttpContext | undefined {
    const { caller, origin } = this.call;
    if (caller.headers === null) return undefined;
    return {
      req: origin?.request ?? { headers: new Headers(caller.headers) },
      authInfo: this.authInfo,
    };
  }

  /**
   * What requests to others that are made for this call have to carry to belong to its trace, as W3C's Trace Context has it:
   * `traceparent`, and `tracestate` if there is one. With the section `telemetry` it names the call's own span, else the one that the
   * client sent; empty where nothing is known of a trace.
   */
  get traceHeaders(): Record<string, string> {
    const { traceparent, tracestate } = this.call.caller;
    if (traceparent === null) return {};
    return tracestate === null ? { traceparent } : { traceparent, tracestate };
  }

  /** The version the client speaks, such as `2025-11-25`. */
  get protocolVersion(): string {
    return this.call.caller.protocolVersion;
  }

  /** Name and version the client claims. Never decide anything on it (META-4). */
  get clientInfo(): Implementation | undefined {
    return (this.call.caller.clientInfo as Implementation | null) ?? undefined;
  }

  /** What the client declared it can do. */
  get clientCapabilities(): ClientCapabilities | undefined {
    return (this.call.caller.clientCapabilities as ClientCapabilities | null) ?? undefined;
  }

  /** What the client declared for an extension of the protocol; undefined where it does not have it. */
  clientExtensionSettings(identifier: string): object | undefined {
    const declared = this.clientCapabilities?.extensions ?? {};
    return Object.hasOwn(declared, identifier) ? (declared[identifier] ?? undefined) : undefined;
  }

  /** Whether the client declared an extension of the protocol, such as `io.modelcontextprotocol/ui`. */
  clientSupportsExtension(identifier: string): boolean {
    return this.clientExtensionSettings(identifier) !== undefined;
  }

  /** The request. */
  get mcpReq(): RequestContext {
    this.request ??= new RequestView(this, this.call);
    return this.request;
  }

  /**
   * Sends a notification on the request's own stream: progress (the token is the request's own, PROG-2), a log message, or
   * one the protocol does not have, of an extension. Or tells all who listen that a list or a resource changed.
   */
  get sendNotification(): (notification: Notification) => Promise<void> {
    return async (notification) => this.notify(notification);
  }

  /**
   * Tells the client how far the call has come; it has to rise from report to report (PROG-3).
   *
   * Takes the progress so far, the total if known, and a sentence for people. Returns whether the client will see it.
   */
  get progress(): (progress: number, total?: number, message?: string) => boolean {
    return (progress, total, message) => this.call.progress(progress, total, message);
  }

  /** Sends log messages on the request's own stream. */
  get log(): Logger {
    const say = (level: LoggingLevel) => (data: unknown, logger?: string) =>
      sendLog(this.call, level, data, logger);
    return {
      debug: say('debug'),
      info: say('info'),
      notice: say('notice'),
      warning: say('warning'),
      warn: say('warning'),
      error: say('error'),
      critical: say('critical'),
      alert: say('alert'),
      emergency: say('emergency'),
    };
  }

  /** Asks people to fill in a form: `await ctx.elicit('Who?', z.object({ name: z.string() }))`. */
  get elicit(): Elicit {
    return elicitOf(this.call);
  }

  /** Asks people to visit a page, for what must not pass through the client. */
  get elicitUrl(): ElicitUrl {
    return elicitUrlOf(this.call);
  }

  /** Asks the client's model: `(await ctx.sample('Say hello.')).text`. */
  get sample(): Sample {
    return sampleOf(this.call);
  }

  /** Asks for the folders and files that the server may work in. They are advice, not permission (ROOT-3). */
  get listRoots(): (options?: AskOptions) => Promise<Root[]> {
    return quietly(async (options) => (await listRoots(this.call, undefined, options)).roots);
  }

  /** Asks the client anything: `(request, resultSchema, options)`. */
  get sendRequest(): SendRequest {
    return sendRequestOf(() => this.call);
  }

  /** The task that the call is; undefined where it is none, or not yet. */
  get task(): CallTask | undefined {
    return taskOf(this.call);
  }
  /** Its id. */
  get taskId(): string | undefined {
    return this.call.task?.taskId;
  }
  /** How long its client asked for it to be kept, in milliseconds (2025-11-25). */
  get taskRequestedTtl(): number | undefined {
    return this.call.caller.taskRequested?.ttl;
  }
  /** Only `registerToolTask` has one: the engine keeps tasks. */
  get taskStore(): undefined {
    return undefined;
  }
  /**
   * Makes a task of the call, whose request is answered with it: for tools that ask their client first, and are registered with
   * `execution.begins: 'when told'`. Returns whether it is one now: not where the client takes none, or none more fits; the call
   * goes on as it was then.
   */
  get becomeTask(): () => boolean {
    return () => this.call.becomeTask();
  }

  /**
   * Closes the stream of this request, for its client to come back: what is said from now on is kept until then. Only there with an
   * `eventStore`, and where the client knows of it (2025-11-25).
   */
  get closeSSEStream(): (() => void) | undefined {
    return this.call.streamCanClose ? () => this.call.closeStream(false) : undefined;
  }
  /** The same for the streams of what belongs to no request. */
  get closeStandaloneSSEStream(): (() => void) | undefined {
    return this.call.streamCanClose ? () => this.call.closeStream(true) : undefined;
  }

  private notify(notification: Notification): void {
    const params = (notification.params ?? {}) as Record<string, unknown>;
    switch (notification.method) {
      case 'notifications/progress':
        this.call.progress(
          Number(params.progress),
          typeof params.total === 'number' ? params.total : undefined,
          typeof params.message === 'string' ? params.message : undefined,
        );
        return;
      case 'notifications/message':
        sendLog(
          this.call,
          params.level,
          params.data,
          typeof params.logger === 'string' ? params.logger : undefined,
        );
        return;
      default:
        if (isChange(notification.method)) announce(this.server, notification.method, params);
        else sendExtension(this.call, notification.method, params);
    }
  }
}

/**
 * Has a copy (`{ ...ctx, more }`) hold the fields: getters of a prototype are no members of their own, and making them some for
 * each call would cost more than the rest of it.
 */
const COPYABLE: ProxyHandler<Context> = {
  ownKeys: () => FIELDS,
  getOwnPropertyDescriptor(context, name) {
    if (!FIELDS.includes(name as string)) return undefined;
    return { value: context[name as keyof Context], enumerable: true, configurable: true, writable: true };
  },
};

const FIELDS = Object.entries(Object.getOwnPropertyDescriptors(Context.prototype))
  .filter(([, { get }]) => get !== undefined)
  .map(([name]) => name);

/** The request of a call, made when it is asked for. */
class RequestView implements RequestContext {
  constructor(
    private readonly context: Context,
    private readonly call: Call,
  ) {}

  get id(): RequestId {
    return this.call.caller.requestId;
  }

  get method(): string {
    const { kind, target } = this.call.caller;
    return METHODS.get(kind) ?? target;
  }

  get _meta(): RequestMeta | undefined {
    return this.context._meta;
  }

  get signal(): AbortSignal {
    return this.call.signal;
  }

  get envelope(): RequestMetaEnvelope | undefined {
    const { caller } = this.call;
    if (caller.protocolVersion !== MODERN_PROTOCOL_VERSION) return undefined;
    return {
      [PROTOCOL_VERSION_META_KEY]: caller.protocolVersion,
      [CLIENT_CAPABILITIES_META_KEY]: (caller.clientCapabilities ?? {}) as ClientCapabilities,
      ...(caller.clientInfo !== null && { [CLIENT_INFO_META_KEY]: caller.clientInfo as Implementation }),
      ...(caller.logThreshold !== null && { [LOG_LEVEL_META_KEY]: caller.logThreshold as LoggingLevel }),
    };
  }

  get inputResponses(): Record<string, unknown> | undefined {
    return this.call.caller.inputResponses ?? undefined;
  }

  get requestState(): <T>() => T | undefined {
    return <T>() => stateOf(this.call) as T | undefined;
  }

  get elicitInput(): RequestContext['elicitInput'] {
    return quietly((params, options) => elicitInput(this.call, params, options));
  }

  get requestSampling(): RequestContext['requestSampling'] {
    return quietly((params, options) => createMessage(this.call, params, options));
  }

  get send(): SendRequest {
    return this.context.sendRequest;
  }

  get notify(): (notification: Notification) => Promise<void> {
    return this.context.sendNotification;
  }

  get log(): (level: LoggingLevel, data: unknown, logger?: string) => Promise<void> {
    return async (level, data, logger) => {
      sendLog(this.call, level, data, logger);
    };
  }
}
