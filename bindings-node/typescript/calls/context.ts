// What a handler is told of its call: one object with the names of both generations of the protocol's TypeScript API.
//
// The fields are getters on the prototype that ask the engine when they are first read, so a field nobody reads costs nothing.
// Functions come bound: `({ text }, { sendNotification }) => …` works.

import type { Call } from '../engine/call.js';
import type { AuthInfo } from '../engine/call_origin.js';
import type { NativeServer } from '../engine/native.js';
import type { Implementation, Notification, RequestId, RequestMeta } from '../types/base.js';
import type { ClientCapabilities } from '../types/lifecycle.js';
import type { LoggingLevel } from '../types/notifications.js';
import { announce, sendLog } from './notifications.js';

/** Sends log messages of one call, by level. Each returns whether the client will see it (LOG-3). */
export interface Logger {
  debug(data: unknown, logger?: string): boolean;
  info(data: unknown, logger?: string): boolean;
  notice(data: unknown, logger?: string): boolean;
  warning(data: unknown, logger?: string): boolean;
  /** `warning`, by the name of `console`. */
  warn(data: unknown, logger?: string): boolean;
  error(data: unknown, logger?: string): boolean;
  critical(data: unknown, logger?: string): boolean;
  alert(data: unknown, logger?: string): boolean;
  emergency(data: unknown, logger?: string): boolean;
}

/** The HTTP request of a call, as far as a handler may see it. */
export interface RequestInfo {
  /** Names are in lower case. */
  readonly headers: Record<string, string>;
  /** Where it was sent, if the transport told. */
  readonly url?: URL | undefined;
}

/** The HTTP side of a call. */
export interface HttpContext {
  /** The request itself where it came as one, its body read already; otherwise its headers. */
  readonly req: Request | { readonly headers: Headers };
  /** Who asks, as the application's own authentication found out. */
  readonly authInfo?: AuthInfo | undefined;
}

/** The request of a call. */
export interface RequestContext {
  /** The request's id, as the client wrote it. */
  readonly id: RequestId;
  /** What is asked, such as `tools/call`. */
  readonly method: string;
  /** The request's own `_meta`. */
  readonly _meta: RequestMeta | undefined;
  /** Aborts when the client cancels or goes away. */
  readonly signal: AbortSignal;
  /** Sends a notification on the request's own stream. */
  readonly notify: (notification: Notification) => Promise<void>;
  /** Sends a log message on the request's own stream. */
  readonly log: (level: LoggingLevel, data: unknown, logger?: string) => Promise<void>;
}

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
  ) {}

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

  /** The request's own `_meta`, unknown keys included (META-10). */
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

  /** Who asks, as the application's own authentication found out. */
  get authInfo(): AuthInfo | undefined {
    return this.call.origin?.authInfo;
  }

  /** The HTTP side of the call; undefined on other transports. */
  get http(): HttpContext | undefined {
    const { caller, origin } = this.call;
    if (caller.headers === null) return undefined;
    return {
      req: origin?.request ?? { headers: new Headers(caller.headers) },
      authInfo: origin?.authInfo,
    };
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

  /** The request. */
  get mcpReq(): RequestContext {
    this.request ??= new RequestView(this, this.call);
    return this.request;
  }

  /**
   * Sends a notification on the request's own stream: progress (the token is the request's own, PROG-2) or a log message; or
   * tells all who listen that a list or a resource changed. Rejects for any other method: it has no place in the protocol.
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
        announce(this.server, notification.method, params);
    }
  }
}

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

  get notify(): (notification: Notification) => Promise<void> {
    return this.context.sendNotification;
  }

  get log(): (level: LoggingLevel, data: unknown, logger?: string) => Promise<void> {
    return async (level, data, logger) => {
      sendLog(this.call, level, data, logger);
    };
  }
}
