// What a tool returned → what its call is answered with.
//
// As every writer of results, this answers the call, or throws InvalidResultError naming the place of what cannot be sent. A whole
// result is taken as such; text, data and content without a result around them are given one.

import type { Converted, ParseOutcome } from '../arguments/schemas.js';
import type { Call } from '../engine/call.js';
import { InvalidResultError } from '../engine/errors.js';
import { blocksText, isBlock, isObject } from './content.js';
import { collected, encode, encodePlain } from './encoding.js';
import { type Fitting, fittingOf } from './fitting.js';
import { isInputRequired, writeInputRequired } from './input_required.js';
import { inWords } from './refusals.js';
import { metaText } from './result_notes.js';

/** Answers a tool's call with what its function returned; a promise where the output schema parses asynchronously. */
export type WriteTool = (call: Call, value: unknown) => void | Promise<void>;

/** The writer for a tool with this output schema, chosen once, at registration. */
export function toolWriter(output: Converted | undefined): WriteTool {
  if (output === undefined) return writeFree;
  const described = new Described(output);
  return (call, value) => writeStructured(call, value, described);
}

/** The text of a structured result, and whether it is known to fit the output schema. */
interface Structured {
  readonly text: string;
  readonly fits: boolean;
}

/** An output schema, and what of it is found out when it is first needed. */
class Described {
  /** Null where nothing can be. */
  #fitting: Fitting | null | undefined;

  constructor(readonly output: Converted) {}

  /** A value as it is sent where the schema's own parse has nothing to say. */
  structured(value: unknown): Structured {
    if (this.#fitting === undefined) this.#fitting = fittingOf(this.output.json) ?? null;
    const fitting = this.#fitting;
    if (fitting !== null && fitsSafely(fitting, value)) {
      return { text: encodePlain(value), fits: fitting.isAll };
    }
    const { prune } = this.output;
    return parsedText(prune === undefined ? value : prune(value));
  }
}

function fitsSafely(fitting: Fitting, value: unknown): boolean {
  try {
    return fitting.fits(value);
  } catch {
    // A getter threw: the long way names its place.
    return false;
  }
}

function parsedText(value: unknown): Structured {
  return { text: encode(value, 'structuredContent'), fits: false };
}

/** Without an output schema the value decides. */
function writeFree(call: Call, value: unknown): void {
  if (typeof value === 'string') {
    call.completeText(value);
  } else if (isObject(value)) {
    const { content } = value;
    if (Array.isArray(content) && content.length === 1 && isOnlyContent(value) && isOnlyText(content[0])) {
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
      if (text.startsWith('{')) call.completeStructured(text, false);
      else call.completeText(text);
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

/** Whether a result says nothing beside its content. */
function isOnlyContent(result: Record<string, unknown>): boolean {
  return (
    result.structuredContent === undefined &&
    result._meta === undefined &&
    !result.isError &&
    !hasMore(result)
  );
}

/** Whether a content block says no more than one text. */
function isOnlyText(block: unknown): block is { text: string } {
  return (
    isObject(block) &&
    block.type === 'text' &&
    typeof block.text === 'string' &&
    block.annotations === undefined &&
    block._meta === undefined
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

function writeResult(
  call: Call,
  result: Record<string, unknown>,
  structured: string | undefined,
  fits = false,
): void {
  const { content, isError, _meta } = result;
  if (content !== undefined && content !== null && !Array.isArray(content)) {
    throw new InvalidResultError('content: must be an array of content blocks');
  }
  if (isError !== undefined && typeof isError !== 'boolean') {
    throw new InvalidResultError('isError: must be true or false');
  }
  // The engine repeats a structured result as text where there is no content (TOOL-9).
  const blocks = Array.isArray(content) && content.length > 0 ? blocksText(content, 'content') : '[]';
  call.completeTool(blocks, structured, fits, isError === true, metaText(_meta), moreText(result));
}

/** With an output schema: what is sent is what the schema made of the value, and what it advertises. */
function writeStructured(call: Call, value: unknown, described: Described): void | Promise<void> {
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
  const { parse } = described.output;
  if (parse === undefined) {
    finishStructured(call, result, described.structured(structured));
    return undefined;
  }
  const finish = (outcome: ParseOutcome): void =>
    finishStructured(call, result, parsedText(parsedResult(outcome)));
  const outcome = parse(structured);
  if (outcome instanceof Promise) return outcome.then(finish);
  finish(outcome);
  return undefined;
}

function finishStructured(
  call: Call,
  result: Record<string, unknown> | undefined,
  { text, fits }: Structured,
): void {
  // The engine repeats it as text, which many a result does by itself.
  if (result === undefined || saysOnly(result, text)) call.completeStructured(text, fits);
  else writeResult(call, result, text, fits);
}

/** Whether a result's content is this text, or nothing, and it says nothing else beside its structured content. */
function saysOnly(result: Record<string, unknown>, text: string): boolean {
  const { content } = result;
  if (result._meta !== undefined || result.isError !== undefined || hasMore(result)) return false;
  if (content === undefined || content === null) return true;
  if (!Array.isArray(content) || content.length > 1) return false;
  return content.length === 0 || (isOnlyText(content[0]) && content[0].text === text);
}

function parsedResult(outcome: ParseOutcome): unknown {
  if ('issues' in outcome) {
    const words = inWords(outcome.issues);
    throw new InvalidResultError(`the tool's result does not fit its output schema: ${words}`);
  }
  return outcome.value;
}
