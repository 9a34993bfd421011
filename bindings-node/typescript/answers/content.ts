// Content blocks: how they are told from other values, and what each must have.

import { InvalidResultError } from '../engine/errors.js';
import { base64, encode } from './encoding.js';

/** The members that must be text, by type of block. */
const TEXTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['text', ['text']],
  ['image', ['data', 'mimeType']],
  ['audio', ['data', 'mimeType']],
  ['resource_link', ['uri', 'name']],
  ['resource', []],
]);

type Members = Record<string, unknown>;

/** Whether a value is an object with members of its own: no array, no null. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a content block, by its type and the members that type needs. */
export function isBlock(value: unknown): boolean {
  return (
    isObject(value) && typeof value.type === 'string' && TEXTS.has(value.type) && flawOf(value) === undefined
  );
}

/** Throws InvalidResultError naming the place where a value is not a content block. */
export function checkBlock(value: unknown, path: string): void {
  if (!isObject(value))
    throw new InvalidResultError(`${path}: must be a content block, an object with a type`);
  const flaw = flawOf(value);
  if (flaw !== undefined) throw new InvalidResultError(`${path}${flaw}`);
}

/** The JSON text of an array of content blocks; text among them becomes a block of text. */
export function blocksText(blocks: readonly unknown[], path: string): string {
  let finished = blocks;
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index];
    const done = finishedBlock(block);
    if (done !== block) finished = finished.with(index, done);
    // The place is written only for those who need it.
    if (!isObject(done) || flawOf(done) !== undefined) checkBlock(done, `${path}[${index}]`);
  }
  return encode(finished, path);
}

function finishedBlock(block: unknown): unknown {
  if (typeof block === 'string') return { type: 'text', text: block };
  if (
    isObject(block) &&
    (block.type === 'image' || block.type === 'audio') &&
    ArrayBuffer.isView(block.data)
  ) {
    return { ...block, data: base64(block.data) };
  }
  return block;
}

/** What is wrong with a block, from the place of the block on. */
function flawOf(block: Members): string | undefined {
  const { type } = block;
  const texts = typeof type === 'string' ? TEXTS.get(type) : undefined;
  if (texts === undefined) return `.type: must be one of ${[...TEXTS.keys()].join(', ')}`;
  for (const name of texts) {
    if (typeof block[name] !== 'string') return `.${name}: must be a string`;
  }
  if (type === 'image' || type === 'audio') {
    const flaw = base64Flaw(block.data as string);
    return flaw === undefined ? undefined : `.data${flaw}`;
  }
  if (type === 'resource') {
    const flaw = contentsFlaw(block.resource);
    return flaw === undefined ? undefined : `.resource${flaw}`;
  }
  return undefined;
}

/** What is wrong with the contents of a resource, from their place on (RSRC-6, RSRC-7). */
export function contentsFlaw(contents: unknown): string | undefined {
  if (!isObject(contents)) return ': must be an object with uri and text or blob';
  if (typeof contents.uri !== 'string') return '.uri: must be a string';
  if (contents.text === undefined && contents.blob === undefined) return ': must have text or blob';
  if (contents.text !== undefined && contents.blob !== undefined) return ': must have text or blob, not both';
  if (contents.text !== undefined && typeof contents.text !== 'string') return '.text: must be a string';
  if (contents.blob !== undefined) {
    if (typeof contents.blob !== 'string') return '.blob: must be a string';
    const flaw = base64Flaw(contents.blob);
    if (flaw !== undefined) return `.blob${flaw}`;
  }
  if (contents.mimeType !== undefined && typeof contents.mimeType !== 'string') {
    return '.mimeType: must be a string';
  }
  return undefined;
}

/** What is wrong with text that has to be base64. Padding may be left out, and white space stand anywhere, as readers take it. */
function base64Flaw(text: string): string | undefined {
  if (text.startsWith('data:')) return ': must be base64 alone, without the "data:…," before it';
  return /^[A-Za-z0-9+/\s]*(?:=\s*){0,2}$/.test(text) ? undefined : ': must be base64';
}

/** The content array with one block of text. */
export function textContent(text: string): string {
  return `[{"type":"text","text":${JSON.stringify(text)}}]`;
}
