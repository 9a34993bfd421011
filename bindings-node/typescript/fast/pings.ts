// Asks the clients that hold a session, every now and then, whether they are still there.

import type { LoggingLevel } from '../types/notifications.js';

/** Whether, and how often, clients are asked. */
export interface PingOptions {
  /** Off, if absent. */
  enabled?: boolean;
  /** 5000, if absent. */
  intervalMs?: number;
  /** How it is told in the log that a client does not answer; `debug`, if absent. */
  logLevel?: LoggingLevel;
}

/** Where that is told. */
type Log = Record<'debug' | 'info' | 'warn' | 'error', (...args: unknown[]) => void>;

/** Begins to ask; returns what ends it. Nothing is asked while an answer is due, and a program does not go on for its sake. */
export function pinging(ping: () => Promise<unknown>, options: PingOptions, logger: Log): () => void {
  const { intervalMs = 5000, logLevel = 'debug' } = options;
  const say =
    logLevel === 'debug' || logLevel === 'info' || logLevel === 'error' ? logger[logLevel] : logger.warn;
  let isAsking = false;
  const timer = setInterval(async () => {
    if (isAsking) return;
    isAsking = true;
    try {
      await ping();
    } catch (error) {
      say.call(logger, `a client does not answer a ping: ${error instanceof Error ? error.message : error}`);
    } finally {
      isAsking = false;
    }
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
