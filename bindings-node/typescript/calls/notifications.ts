// What a server says beside its results: log messages on the stream of a call, and changes to all who listen.

import { isObject } from '../answers/content.js';
import { encode } from '../answers/encoding.js';
import type { Call } from '../engine/call.js';
import type { NativeServer } from '../engine/native.js';

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

function checkLevel(level: unknown): asserts level is string {
  if (typeof level !== 'string' || !LEVELS.includes(level)) {
    throw new TypeError(`unknown log level ${JSON.stringify(level)}: expected one of ${LEVELS.join(', ')}`);
  }
}

/** Sends a log message on the stream of `call`; returns whether the client will see it. Throws TypeError for an unknown level. */
export function sendLog(call: Call, level: unknown, data: unknown, logger: string | undefined): boolean {
  checkLevel(level);
  return call.log(level, encode(data ?? null, 'data'), logger);
}

/** Sends a log message outside of any request, to one session or to everybody. Throws TypeError for an unknown level. */
export function announceLog(
  server: NativeServer,
  level: unknown,
  data: unknown,
  logger: string | undefined,
  session: string | null,
): void {
  checkLevel(level);
  server.log(level, logger ?? null, encode(data ?? null, 'data'), session);
}

const LISTS = new Map<string, 'tools' | 'prompts' | 'resources'>([
  ['notifications/tools/list_changed', 'tools'],
  ['notifications/prompts/list_changed', 'prompts'],
  ['notifications/resources/list_changed', 'resources'],
]);

/** Whether a method tells of a change: what is said to all who listen, whoever asked for it. */
export const isChange = (method: string): boolean =>
  LISTS.has(method) || method === 'notifications/resources/updated';

/** The params of a notification that the protocol does not have, as text. Throws TypeError for what is none. */
function extensionText(method: unknown, params: unknown): string {
  if (typeof method !== 'string' || method === '') throw new TypeError('the method must be a text');
  if (!isObject(params)) throw new TypeError(`${method}: params must be an object`);
  return encode(params, `${method}, params`);
}

/** Sends a notification that the protocol does not have on the stream of `call`. Throws TypeError for what is none. */
export function sendExtension(call: Call, method: string, params: unknown): boolean {
  return call.notify(method, extensionText(method, params));
}

/**
 * Tells all who listen that a list or a resource changed; what the protocol does not have goes to all who hold a session, and
 * to listeners that name its method.
 * Throws TypeError for what is no notification.
 */
export function announce(server: NativeServer, method: string, params: Record<string, unknown>): void {
  const list = LISTS.get(method);
  if (list !== undefined) {
    server.notify(list, null);
  } else if (method === 'notifications/resources/updated') {
    if (typeof params.uri !== 'string') throw new TypeError(`${method}: params.uri must be a string`);
    server.notify('resource', params.uri);
  } else {
    server.announce(method, extensionText(method, params), null);
  }
}
