// What a server says beside its results: log messages on the stream of a call, and changes to all who listen.

import { encode } from '../answers/encoding.js';
import type { Call } from '../engine/call.js';
import type { NativeServer } from '../engine/native.js';

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** Sends a log message on the stream of `call`; returns whether the client will see it. Throws TypeError for an unknown level. */
export function sendLog(call: Call, level: unknown, data: unknown, logger: string | undefined): boolean {
  if (typeof level !== 'string' || !LEVELS.includes(level)) {
    throw new TypeError(`unknown log level ${JSON.stringify(level)}: expected one of ${LEVELS.join(', ')}`);
  }
  return call.log(level, encode(data ?? null, 'data'), logger);
}

const LISTS = new Map<string, 'tools' | 'prompts' | 'resources'>([
  ['notifications/tools/list_changed', 'tools'],
  ['notifications/prompts/list_changed', 'prompts'],
  ['notifications/resources/list_changed', 'resources'],
]);

/** Tells all who listen that a list or a resource changed. Throws TypeError for any other method. */
export function announce(server: NativeServer, method: string, params: Record<string, unknown>): void {
  const list = LISTS.get(method);
  if (list !== undefined) {
    server.notify(list, null);
  } else if (method === 'notifications/resources/updated') {
    if (typeof params.uri !== 'string') throw new TypeError(`${method}: params.uri must be a string`);
    server.notify('resource', params.uri);
  } else {
    throw new TypeError(
      `a server cannot send ${JSON.stringify(method)}: its notifications are progress, message, resources/updated and list changes`,
    );
  }
}
