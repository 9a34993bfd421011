// How what went wrong becomes an answer: issues of a schema in words, thrown values of every kind as failures.

import type { Call } from '../engine/call.js';
import {
  InvalidArgumentsError,
  InvalidResultError,
  NotFoundError,
  ProtocolError,
  ToolError,
  UserError,
} from '../engine/errors.js';
import { failureOf } from '../engine/question_errors.js';
import { textContent } from './content.js';
import { encode } from './encoding.js';

const LONGEST_MESSAGE = 8_000;
const MOST_ISSUES = 10;

/** What a schema complains about: where, and in which words. */
export interface Issue {
  readonly message: string;
  readonly path?: readonly unknown[];
}

/** One line for a list of issues; those about one place (the members of a union) are joined. */
export function inWords(issues: readonly Issue[]): string {
  const merged = new Map<string, Set<string>>();
  for (const issue of issues) {
    const path = pathText(issue.path ?? []);
    const known = merged.get(path);
    if (known === undefined) merged.set(path, new Set([issue.message]));
    else known.add(issue.message);
  }
  const parts = [...merged].slice(0, MOST_ISSUES).map(([path, messages]) => {
    const said = [...messages].join(path === '' ? '; ' : ' or ');
    return path === '' ? said : `${path}: ${said}`;
  });
  if (merged.size > MOST_ISSUES) parts.push(`and ${merged.size - MOST_ISSUES} more`);
  return parts.join('; ');
}

/** `items[3].when` for the steps of a path. Standard Schema's steps may be objects with a `key`. */
function pathText(steps: readonly unknown[]): string {
  let text = '';
  for (const each of steps) {
    const step = typeof each === 'object' && each !== null && 'key' in each ? each.key : each;
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? String(step) : `.${String(step)}`;
  }
  return text;
}

/** Answers `call` with what a thrown value means. Never throws. */
export function refuse(call: Call, thrown: unknown): void {
  try {
    answer(call, thrown);
  } catch (error) {
    // What was thrown cannot even be read: a getter that throws, a `toString` that returns no string.
    call.fail('tool', 'The call failed.', `while telling of the failure: ${String(error)}`);
  }
}

function answer(call: Call, thrown: unknown): void {
  const failing = failureOf(thrown);
  if (failing !== undefined) {
    call.fail(failing.kind, clean(failing.message), undefined, dataText(failing.data));
    return;
  }
  const protocol = protocolError(thrown);
  if (protocol !== undefined) {
    call.failProtocol(protocol.code, clean(protocol.message), dataText(protocol.data));
    return;
  }
  const message = clean(messageOf(thrown));
  if (thrown instanceof UserError && thrown.extras !== undefined) {
    call.completeTool(textContent(message), encode(thrown.extras, 'extras'), false, true);
  } else {
    // The log first: the call is forgotten with its answer.
    if (isUnexpected(thrown)) call.failed(thrown);
    call.fail(kindOf(thrown), message, undefined, undefined, isRaised(thrown));
  }
}

function kindOf(thrown: unknown): string {
  if (thrown instanceof NotFoundError) return 'not_found';
  if (thrown instanceof InvalidArgumentsError) return 'invalid_arguments';
  return 'tool';
}

/** Whether it is worth a line in the log: not what an author said on purpose. */
function isUnexpected(thrown: unknown): boolean {
  if (thrown instanceof InvalidResultError) return true;
  return !(thrown instanceof ToolError || kindOf(thrown) !== 'tool');
}

/** Whether its text was not meant for the caller. */
function isRaised(thrown: unknown): boolean {
  return isUnexpected(thrown) && !(thrown instanceof InvalidResultError);
}

/** The parts of a JSON-RPC error, if the thrown value is one: ours, or a peer's of the same meaning, told by its name. */
function protocolError(thrown: unknown): { code: number; message: string; data: unknown } | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  if (thrown instanceof ProtocolError) {
    return { code: thrown.code, message: thrown.plainMessage ?? thrown.message, data: thrown.data };
  }
  const { code, message, data } = thrown as { code?: unknown; message?: unknown; data?: unknown };
  if (!Number.isInteger(code) || typeof message !== 'string' || !isNamedProtocolError(thrown))
    return undefined;
  const prefix = `MCP error ${code}: `;
  return {
    code: code as number,
    message: message.startsWith(prefix) ? message.slice(prefix.length) : message,
    data,
  };
}

/** By the names of its classes, because a peer's subclass may carry a name of its own. */
function isNamedProtocolError(thrown: object): boolean {
  if (['McpError', 'ProtocolError'].includes((thrown as { name?: string }).name ?? '')) return true;
  for (let at: unknown = Object.getPrototypeOf(thrown); at !== null; at = Object.getPrototypeOf(at)) {
    const name = (at as { constructor?: { name?: string } }).constructor?.name;
    if (name === 'McpError' || name === 'ProtocolError') return true;
  }
  return false;
}

/** What a thrown value says: an error's message, in words for a schema's; the text itself; an object's JSON. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown === '' ? 'The call failed.' : thrown;
  if (typeof thrown !== 'object' || thrown === null) {
    return thrown === undefined || thrown === null ? 'The call failed without saying why.' : String(thrown);
  }
  const { message, name, issues, errors } = thrown as {
    message?: unknown;
    name?: unknown;
    issues?: unknown;
    errors?: unknown;
  };
  if (Array.isArray(issues) && issues.length > 0 && issues.every(isIssue)) return inWords(issues);
  if (Array.isArray(errors) && name === 'AggregateError' && errors.length > 0) {
    const members = errors.map(messageOf).join('; ');
    return typeof message === 'string' && message !== '' ? `${message}: ${members}` : members;
  }
  if (typeof message === 'string' && message !== '') return message;
  if (thrown instanceof Error) return typeof name === 'string' && name !== '' ? name : 'Error';
  try {
    return encode(thrown);
  } catch {
    return 'The call failed with something that cannot be shown.';
  }
}

function isIssue(value: unknown): value is Issue {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { message?: unknown }).message === 'string'
  );
}

/** No book. */
function clean(text: string): string {
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
}

function dataText(data: unknown): string | undefined {
  if (data === undefined) return undefined;
  try {
    return encode(data, 'data');
  } catch {
    // The error itself matters more than what came with it.
    return undefined;
  }
}
