// What a tool returned → what its call is answered with.
//
// As every writer of results, this answers the call, or throws InvalidResultError naming the place of what cannot be sent. A whole
// result is taken as such; text, data and content without a result around them are given one.

import type { Converted, ParseOutcome } from '../arguments/schemas.js';
import type { Call } from '../engine/call.js';
import { InvalidResultError } from '../engine/errors.js';
import { blocksText, isBlock, isObject, textContent } from './content.js';
import { collected, encode } from './encoding.js';
import { isInputRequired, writeInputRequired } from './input_required.js';
import { inWords } from './refusals.js';
import { metaText } from './result_notes.js';

/** Answers a tool's call with what its function returned; a promise where the output schema parses asynchronously. */
export type WriteTool = (call: Call, value: unknown) => void | Promise<void>;

/** The writer for a tool with this output schema, chosen once, at registration. */
export function toolWriter(output: Converted | undefined): WriteTool {
  return output === undefined ? writeFree : (call, value) => writeStructured(call, value, output);
}

/** Without an output schema the value decides. */
function writeFree(call: Call, value: unknown): void {
  if (typeof value === 'string') {
    call.completeText(value);
  } else if (isObject(value)) {
    const { content } = value;
    if (Array.isArray(content) && content.length === 1 && isOnlyText(value, content[0])) {
      call.completeText(content[0].text);
    } else if (isInputRequired(value)) {
      writeInputRequired(call, value);
    } else if (isResult(value)) {
      writeResult(call, value, structuredText(value.structuredContent));
    } else if (isBlock(value)) {
      call.completeTool(blocksText([value], 'result'));
    } else if (isGenerator(value)) {
      writeFree(call, collected(value, 'result'));
    } else {
      const text = encode(value);
      call.completeTool(textContent(text), text.startsWith('{') ? text : undefined);
    }
  } else if (value === undefined || value === null) {
    call.completeTool('[]');
  } else if (Array.isArray(value) && value.length > 0 && value.some(isBlock)) {
    call.completeTool(blocksText(value, 'result'));
  } else {
    call.completeText(encode(value));
  }
}

/** Whether a value is what a generator function returned, or an iterator of the language's own. */
function isGenerator(value: object): value is Iterable<unknown> {
  return typeof (value as { next?: unknown }).next === 'function' && Symbol.iterator in value;
}

/** Whether a result says no more than one text. */
function isOnlyText(result: Record<string, unknown>, block: unknown): boolean {
  return (
    result.structuredContent === undefined &&
    result._meta === undefined &&
    !result.isError &&
    isObject(block) &&
    block.type === 'text' &&
    typeof block.text === 'string' &&
    block.annotations === undefined &&
    block._meta === undefined &&
    !hasMore(result)
  );
}

/** The members of a tool's result that the protocol knows. Others are sent as they are. */
const MEMBERS = new Set(['content', 'structuredContent', 'isError', '_meta', 'resultType']);

function hasMore(result: Record<string, unknown>): boolean {
  for (const name in result) {
    if (!MEMBERS.has(name) && result[name] !== undefined) return true;
  }
  return false;
}

function moreText(result: Record<string, unknown>): string | undefined {
  if (!hasMore(result)) return undefined;
  return encode(Object.fromEntries(Object.entries(result).filter(([name]) => !MEMBERS.has(name))));
}

/** Whether an object is a tool's whole result rather than data. */
function isResult(value: Record<string, unknown>): boolean {
  return (
    Array.isArray(value.content) ||
    'structuredContent' in value ||
    typeof value.isError === 'boolean' ||
    (isObject(value._meta) && Object.keys(value).length === 1)
  );
}

/** `null` without a schema that allows it says that there is none. */
function structuredText(structured: unknown): string | undefined {
  return structured === undefined || structured === null
    ? undefined
    : encode(structured, 'structuredContent');
}

function writeResult(call: Call, result: Record<string, unknown>, structured: string | undefined): void {
  const { content, isError, _meta } = result;
  if (content !== undefined && content !== null && !Array.isArray(content)) {
    throw new InvalidResultError('content: must be an array of content blocks');
  }
  if (isError !== undefined && typeof isError !== 'boolean') {
    throw new InvalidResultError('isError: must be true or false');
  }
  // The engine repeats a structured result as text where there is no content (TOOL-9).
  const blocks = Array.isArray(content) && content.length > 0 ? blocksText(content, 'content') : '[]';
  call.completeTool(blocks, structured, isError === true, metaText(_meta), moreText(result));
}

/** With an output schema: what is sent is what the schema made of the value, and what it advertises. */
function writeStructured(call: Call, value: unknown, output: Converted): void | Promise<void> {
  if (isInputRequired(value)) {
    writeInputRequired(call, value);
    return undefined;
  }
  const result = isObject(value) && isResult(value) ? value : undefined;
  if (result?.isError === true) {
    // An error's structured part answers to no schema.
    return writeResult(call, result, structuredText(result.structuredContent));
  }
  const structured = result === undefined ? value : result.structuredContent;
  if (structured === undefined) {
    throw new InvalidResultError(
      'the tool returned no structured result, which its output schema asks for: return { structuredContent: … }',
    );
  }
  const finish = (sent: unknown): void => {
    const text = encode(sent, 'structuredContent');
    if (result === undefined) call.completeTool('[]', text);
    else writeResult(call, result, text);
  };
  if (output.parse === undefined) {
    finish(output.prune === undefined ? structured : output.prune(structured));
    return undefined;
  }
  const outcome = output.parse(structured);
  if (outcome instanceof Promise) return outcome.then((parsed) => finish(parsedResult(parsed)));
  finish(parsedResult(outcome));
  return undefined;
}

function parsedResult(outcome: ParseOutcome): unknown {
  if ('issues' in outcome) {
    const words = inWords(outcome.issues);
    throw new InvalidResultError(`the tool's result does not fit its output schema: ${words}`);
  }
  return outcome.value;
}
