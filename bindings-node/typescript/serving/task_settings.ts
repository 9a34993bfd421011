// How tasks are kept: the option `tasks` of servers.

import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../engine/errors.js';

/** How tasks are kept. */
export interface TaskSettings {
  /** How long after its beginning a task is forgotten, if its client does not say; one that still runs is cancelled then. An hour. */
  ttlSeconds?: number | undefined;
  /** The longest that a client may ask for. */
  maxTtlSeconds?: number | undefined;
  /** How many there may be, running and over. */
  maxTasks?: number | undefined;
  /** How many of them one client may have. */
  maxTasksPerOwner?: number | undefined;
  /** How long a result may be, in bytes; one that is longer fails. */
  maxResultBytes?: number | undefined;
  /** How long all results together may be, in bytes. */
  maxBytes?: number | undefined;
  /** How often clients are told to look, where a tool does not say. */
  pollIntervalMs?: number | undefined;
  /**
   * A file (SQLite) in which they outlive the process: results until their time is over; what was not finished has failed,
   * "worker lost". It is open while the server is served, and one server of one process uses it at a time. In memory, if absent.
   */
  path?: string | URL | undefined;
}

/**
 * The settings as the engine reads them; undefined where nothing is said of them.
 *
 * @param pollInterval How often clients are told to look, in milliseconds, where the settings do not say.
 * @throws ConfigurationError for one that is no positive number, or no path.
 */
export function tasksOf(
  tasks: TaskSettings | undefined,
  pollInterval: number | undefined,
): object | undefined {
  if (tasks === undefined && pollInterval === undefined) return undefined;
  const { ttlSeconds, maxTtlSeconds, pollIntervalMs = pollInterval, path, ...numbers } = tasks ?? {};
  for (const [name, value] of Object.entries({ ttlSeconds, maxTtlSeconds, pollIntervalMs, ...numbers })) {
    if (value !== undefined && !(typeof value === 'number' && value > 0 && Number.isFinite(value))) {
      throw new ConfigurationError(`tasks.${name} must be a positive number, not ${JSON.stringify(value)}`);
    }
  }
  const milliseconds = (value: number | undefined, each: number): number | undefined =>
    value === undefined ? undefined : Math.max(1, Math.round(value * each));
  return {
    ttlMs: milliseconds(ttlSeconds, 1000),
    maxTtlMs: milliseconds(maxTtlSeconds, 1000),
    pollIntervalMs: milliseconds(pollIntervalMs, 1),
    path: path === undefined ? undefined : pathOf(path),
    ...numbers,
  };
}

function pathOf(path: unknown): string {
  if (typeof path === 'string' && path !== '') return path;
  if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path);
  const given = path instanceof URL ? path.href : JSON.stringify(path);
  throw new ConfigurationError(`tasks.path must be the path of a file, or its URL, not ${given}`);
}
