// What a resource's function returned → what its reading is answered with.

import type { Call } from '../engine/call.js';
import { InvalidResultError } from '../engine/errors.js';
import { contentsFlaw, isObject } from './content.js';
import { base64, encode } from './encoding.js';
import { isInputRequired, writeInputRequired } from './input_required.js';
import { cacheText, metaText } from './result_notes.js';

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
