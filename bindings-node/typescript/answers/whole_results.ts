// What the handler of a whole method returned → what its call is answered with.

import type { Call } from '../engine/call.js';
import { InvalidResultError } from '../engine/errors.js';
import { checkBlock, contentsFlaw, isObject } from './content.js';
import { encode } from './encoding.js';
import { isInputRequired, writeInputRequired } from './input_required.js';
import { promptMessage } from './prompt_results.js';

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
