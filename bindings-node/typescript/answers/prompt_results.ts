// What a prompt's function returned → what its call is answered with.

import type { Call } from '../engine/call.js';
import { InvalidResultError } from '../engine/errors.js';
import { checkBlock, isBlock, isObject } from './content.js';
import { encode } from './encoding.js';
import { isInputRequired, writeInputRequired } from './input_required.js';
import { metaText } from './result_notes.js';

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

/** A message of a prompt, from what its author wrote. */
export function promptMessage(value: unknown, path: string): unknown {
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
