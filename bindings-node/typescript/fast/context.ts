// What a function of a FastMCP server is told of its call.

import type { Context } from '../calls/context.js';
import type { Elicit } from '../calls/elicitation.js';
import type { RequestOptions } from '../calls/questions.js';
import type { Implementation } from '../types/base.js';
import type { ContentBlock } from '../types/content.js';
import type { ElicitRequestParams, ElicitResult } from '../types/questions.js';
import type { FastMCPSessionAuth } from './access.js';

/** Anything a log message may carry beside its text. */
export type SerializableValue =
  | { [key: string]: SerializableValue }
  | SerializableValue[]
  | boolean
  | null
  | number
  | string
  | undefined;

/** Sends log messages to the client. What it sees is `{message, context}`. */
export interface Log {
  debug(message: string, data?: SerializableValue): void;
  error(message: string, data?: SerializableValue): void;
  info(message: string, data?: SerializableValue): void;
  warn(message: string, data?: SerializableValue): void;
}

/** How far a call has come. */
export interface Progress {
  /** Rises from report to report. */
  progress: number;
  /** What it will be at the end, if that is known. */
  total?: number;
  message?: string;
}

/** What `load` of resources and prompts is told. */
export class LoadContext<T extends FastMCPSessionAuth = FastMCPSessionAuth> {
  /** @internal */
  constructor(
    protected readonly context: Context,
    private readonly auth: T | undefined,
  ) {}

  /** The client, by its own account. */
  get client(): { readonly version: Implementation | undefined } {
    return { version: this.context.clientInfo };
  }

  get log(): Log {
    const { log } = this.context;
    const say =
      (level: 'debug' | 'error' | 'info' | 'warn') => (message: string, data?: SerializableValue) => {
        log[level]({ message, context: data });
      };
    return { debug: say('debug'), error: say('error'), info: say('info'), warn: say('warn') };
  }

  /** The request's id, as text. */
  get requestId(): string {
    return String(this.context.requestId);
  }

  /** Of the legacy HTTP session; undefined on other transports, and from 2026-07-28 on. */
  get sessionId(): string | undefined {
    return this.context.sessionId;
  }

  /** What the client came with: what `connect` was given. */
  get session(): T | undefined {
    return this.auth;
  }

  /** Asks people for input: with the protocol's parameters as npm's fastmcp does, or with a message and a schema. */
  get elicit(): ((params: ElicitRequestParams, options?: RequestOptions) => Promise<ElicitResult>) & Elicit {
    const { elicit, mcpReq } = this.context;
    const asking = (first: string | ElicitRequestParams, ...rest: [object?, object?]): Promise<unknown> =>
      typeof first === 'string'
        ? elicit(first, rest[0] as object, rest[1])
        : mcpReq.elicitInput(first, rest[0] as RequestOptions);
    return asking as LoadContext['elicit'];
  }
}

/** What `execute` of tools is told. */
export class ToolContext<T extends FastMCPSessionAuth = FastMCPSessionAuth> extends LoadContext<T> {
  /** @internal */
  constructor(
    context: Context,
    auth: T | undefined,
    private readonly toolName: string,
    private readonly outcome: AbortSignal | undefined,
  ) {
    super(context, auth);
  }

  /** Tells the client how far the call has come. */
  get reportProgress(): (progress: Progress) => Promise<void> {
    return async ({ progress, total, message }) => {
      this.context.progress(progress, total, message);
    };
  }

  /** Aborts when nobody waits for the result any more: the client cancelled or went away, or the time is up. */
  get signal(): AbortSignal {
    return this.outcome ?? this.context.signal;
  }

  /**
   * Sends content while the tool still runs, as npm's fastmcp does: a notification the protocol does not have, which clients
   * that do not know it drop. Return the whole result all the same.
   */
  get streamContent(): (content: ContentBlock | ContentBlock[]) => Promise<void> {
    return (content) =>
      this.context.sendNotification({
        method: 'notifications/tool/streamContent',
        params: { toolName: this.toolName, content: Array.isArray(content) ? content : [content] },
      });
  }
}
