// What a function of a FastMCP server is told of its call.

import type { Context } from '../calls/context.js';
import type { Implementation } from '../types/base.js';
import { missing } from './refusing.js';

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
export class LoadContext {
  /** @internal */
  constructor(protected readonly context: Context) {}

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

  /** Nobody: requests are not authenticated here. */
  get session(): undefined {
    return undefined;
  }

  /** @internal */
  get elicit(): () => never {
    return missing('context.elicit', 'a server asks nothing of its clients');
  }
}

/** What `execute` of tools is told. */
export class ToolContext extends LoadContext {
  /** @internal */
  constructor(
    context: Context,
    private readonly outcome: AbortSignal | undefined,
  ) {
    super(context);
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

  /** @internal */
  get streamContent(): () => never {
    return missing('context.streamContent', 'the protocol has no streamed content; use reportProgress');
  }
}
