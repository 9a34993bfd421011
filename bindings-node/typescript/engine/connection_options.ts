// The options of two-way connections, and the time that what runs may take at the end of any transport.

import { ConfigurationError } from './errors.js';

/** Options of a two-way connection: stdio, or within the process. What is not said keeps the engine's default. */
export interface ConnectionOptions {
  /** Longer messages are refused. Bytes. Default 64 MiB. */
  maxBodyBytes?: number | undefined;
  /** How long calls under way may still take at the end. Seconds; see `graceSeconds`. Default 60. */
  shutdownGraceSeconds?: number | undefined;
}

/** The JSON text of a connection's options. */
export function connectionText(options: ConnectionOptions): string {
  return JSON.stringify({
    max_body_bytes: options.maxBodyBytes,
    shutdown_grace_seconds: graceSeconds(options.shutdownGraceSeconds),
  });
}

const VARIABLE = 'OXMCP_SHUTDOWN_GRACE_SECONDS';

/**
 * How long calls under way may still take once a transport ends, in seconds: what is given, else what the variable
 * OXMCP_SHUTDOWN_GRACE_SECONDS says; undefined leaves it to the engine.
 *
 * @throws ConfigurationError when it is no span of time.
 */
export function graceSeconds(given: number | undefined): number | undefined {
  const variable = given === undefined ? process.env[VARIABLE] : undefined;
  if (given === undefined && (variable === undefined || variable.trim() === '')) return undefined;
  const seconds = given ?? Number(variable);
  if (typeof seconds !== 'number' || !(seconds >= 0)) {
    const name = given === undefined ? VARIABLE : 'shutdownGraceSeconds';
    const shown = JSON.stringify(variable) ?? String(given);
    throw new ConfigurationError(`${name} must be a number of seconds, 0 or more, not ${shown}`);
  }
  // JSON has no number without end; this is longer than any process lives.
  return Math.min(seconds, 1e9);
}
