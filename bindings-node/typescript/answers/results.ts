// What a function returned → what the call is answered with.
//
// Each writer answers the call, or throws InvalidResultError naming the place of what cannot be sent. A whole result is taken
// as such; text, data and content without a result around them are given one.

import type { Converted, ParseOutcome } from '../arguments/schemas.js';
import type { Call } from '../engine/call.js';
import { InvalidResultError } from '../engine/errors.js';
import { blocksText, checkBlock, contentsFlaw, isBlock, isObject, textContent } from './content.js';
import { base64, collected, encode } from './encoding.js';
import { isInputRequired, writeInputRequired } from './input_required.js';
import { inWords } from './refusals.js';

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

/** The JSON text of a `_meta`, if there is one. Throws InvalidResultError when it is no object. */
function metaText(meta: unknown): string | undefined {
  if (meta === undefined || meta === null) return undefined;
  if (!isObject(meta)) throw new InvalidResultError('_meta: must be an object');
  return encode(meta, '_meta');
}

/** The hint on how long a result may be kept, if the result says so (CACHE-1). */
function cacheText(result: Record<string, unknown>): string | undefined {
  const { ttlMs, cacheScope } = result;
  return ttlMs === undefined && cacheScope === undefined
    ? undefined
    : encode({ ttlMs, cacheScope }, 'result');
}

/**
 * Answers the reading of a resource (RSRC-6, RSRC-7): a result with `contents`; contents, or an array of them; text; bytes,
 * which are sent as base64; anything else is its JSON text. What was registered, `mimeType` and `_meta`, is for contents
 * without their own.
 */
export function writeResource(
  call: Call,
  value: unknown,
  uri: string,
  { mimeType, _meta }: { mimeType?: string | undefined; _meta?: object | undefined },
): void {
  if (isInputRequired(value)) {
    writeInputRequired(call, value);
    return;
  }
  const whole = isObject(value) && 'contents' in value ? value : undefined;
  const said = whole === undefined ? value : whole.contents;
  if (whole !== undefined && !Array.isArray(said)) throw new InvalidResultError('contents: must be an array');
  const several = Array.isArray(said) && (whole !== undefined || said.some(isContents));
  const items = (several ? said : [said]).map((item, index) => {
    const contents = contentsOf(item, uri, mimeType, whole !== undefined);
    const flaw = contentsFlaw(contents);
    if (flaw !== undefined) throw new InvalidResultError(`contents[${index}]${flaw}`);
    return _meta === undefined ? contents : { _meta, ...(contents as object) };
  });
  const meta = whole === undefined ? undefined : metaText(whole._meta);
  call.completeResource(encode(items, 'contents'), meta, whole === undefined ? undefined : cacheText(whole));
}

function isContents(value: unknown): boolean {
  return isObject(value) && ('text' in value || 'blob' in value);
}

/** One item of what was read. Inside a whole result only what the protocol knows counts. */
function contentsOf(value: unknown, uri: string, mimeType: string | undefined, strict: boolean): unknown {
  if (ArrayBuffer.isView(value)) {
    return { uri, mimeType: mimeType ?? 'application/octet-stream', blob: base64(value) };
  }
  if (isContents(value)) {
    const contents = { uri, mimeType, ...(value as object) } as Record<string, unknown>;
    if (ArrayBuffer.isView(contents.blob)) contents.blob = base64(contents.blob);
    return contents;
  }
  if (strict) return value;
  if (typeof value === 'string') return { uri, mimeType: mimeType ?? 'text/plain', text: value };
  if (value === undefined || value === null) return { uri, mimeType: mimeType ?? 'text/plain', text: '' };
  return { uri, mimeType: mimeType ?? 'application/json', text: encode(value) };
}

/**
 * Answers a prompt: a result with `messages`; messages, or an array of them; text or a content block, which are said by the
 * user. `description` is the registered one.
 */
export function writePrompt(call: Call, value: unknown, description: string | undefined): void {
  if (isInputRequired(value)) {
    writeInputRequired(call, value);
    return;
  }
  const whole = isObject(value) && 'messages' in value ? value : undefined;
  const said = whole === undefined ? value : whole.messages;
  if (whole !== undefined && !Array.isArray(said)) throw new InvalidResultError('messages: must be an array');
  const list = Array.isArray(said) ? said : said === undefined || said === null ? [] : [said];
  const messages = list.map((item, index) => promptMessage(item, `messages[${index}]`));
  let told = description;
  if (whole?.description !== undefined) {
    if (typeof whole.description !== 'string') throw new InvalidResultError('description: must be a string');
    told = whole.description;
  }
  call.completePrompt(
    told,
    encode(messages, 'messages'),
    whole === undefined ? undefined : metaText(whole._meta),
  );
}

function promptMessage(value: unknown, path: string): unknown {
  if (typeof value === 'string') return { role: 'user', content: { type: 'text', text: value } };
  if (!isObject(value)) throw new InvalidResultError(`${path}: must be an object with role and content`);
  if (isBlock(value)) return { role: 'user', content: value };
  if (value.role !== 'user' && value.role !== 'assistant') {
    throw new InvalidResultError(`${path}.role: must be user or assistant`);
  }
  if (typeof value.content === 'string') {
    return { role: value.role, content: { type: 'text', text: value.content } };
  }
  checkBlock(value.content, `${path}.content`);
  return value;
}

/** At most this many suggestions are sent (CMP-2). */
const MOST_SUGGESTIONS = 100;

/** Answers a request for completions with an array of texts. */
export function writeCompletion(call: Call, values: unknown): void {
  if (values === undefined || values === null) {
    call.completeCompletion([], 0, false);
    return;
  }
  if (!Array.isArray(values)) throw new InvalidResultError('a completer returns an array of strings');
  const texts = values.slice(0, MOST_SUGGESTIONS).map(String);
  call.completeCompletion(texts, values.length, values.length > MOST_SUGGESTIONS);
}

/** The arrays that results of whole methods must have. */
const ARRAYS: ReadonlyMap<string, string> = new Map([
  ['tools/list', 'tools'],
  ['prompts/list', 'prompts'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resourceTemplates'],
  ['resources/read', 'contents'],
  ['prompts/get', 'messages'],
]);

/** The methods whose handlers may ask for input in the place of a result (MRTR-1). */
const MAY_ASK = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** Answers a call of a whole method with its result object. */
export function writeWhole(call: Call, method: string, value: unknown): void {
  if (isInputRequired(value)) {
    if (MAY_ASK.has(method)) {
      writeInputRequired(call, value);
      return;
    }
    throw new InvalidResultError(
      `the handler of ${method} asked for input, which only tools, prompts and resources may`,
    );
  }
  if (method === 'tools/call') {
    call.completeWhole(encode(toolResult(value)));
    return;
  }
  const result = value ?? {};
  if (!isObject(result)) {
    throw new InvalidResultError(`the handler of ${method} returned no result: must be an object`);
  }
  const member = ARRAYS.get(method);
  if (member !== undefined) {
    const items = result[member];
    if (!Array.isArray(items)) throw new InvalidResultError(`${member}: must be an array`);
    const checked = items.map((item, index) => checkedItem(method, item, `${member}[${index}]`));
    call.completeWhole(encode({ ...result, [member]: checked }));
    return;
  }
  if (method === 'completion/complete') {
    const { completion } = result;
    if (!isObject(completion) || !Array.isArray(completion.values)) {
      throw new InvalidResultError('completion.values: must be an array');
    }
  }
  call.completeWhole(encode(result));
}

function checkedItem(method: string, item: unknown, place: string): unknown {
  if (method === 'prompts/get') return promptMessage(item, place);
  if (method === 'resources/read') {
    const flaw = contentsFlaw(item);
    if (flaw !== undefined) throw new InvalidResultError(`${place}${flaw}`);
  } else if (!isObject(item) || typeof item.name !== 'string') {
    throw new InvalidResultError(`${place}.name: must be a string`);
  }
  return item;
}

/** A tool's whole result in the protocol's shape. */
function toolResult(value: unknown): object {
  if (!isObject(value))
    throw new InvalidResultError('the handler of tools/call returned no result: must be an object');
  const { content = [], isError } = value;
  if (!Array.isArray(content)) throw new InvalidResultError('content: must be an array of content blocks');
  content.forEach((block, index) => {
    checkBlock(block, `content[${index}]`);
  });
  if (isError !== undefined && typeof isError !== 'boolean') {
    throw new InvalidResultError('isError: must be true or false');
  }
  const { structuredContent } = value;
  const shown =
    content.length === 0 && structuredContent !== undefined && structuredContent !== null
      ? [{ type: 'text', text: encode(structuredContent, 'structuredContent') }]
      : content;
  return { ...value, content: shown };
}
