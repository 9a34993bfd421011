// Content blocks out of files, buffers and downloads.

import { readFile } from 'node:fs/promises';
import type { AudioContent, ImageContent } from '../types/content.js';

/** Where the bytes come from: at hand, from a file, or from the network (`timeoutMs`: milliseconds, 30 000 by default). */
export type MediaContentInput =
  | { buffer: Uint8Array }
  | { path: string }
  | { timeoutMs?: number; url: string };

/** How long a download may take by default. Milliseconds. */
export const MEDIA_FETCH_TIMEOUT_MS = 30_000;

/** Kinds of media by how their bytes begin: text at an offset. */
const BEGINNINGS: readonly [mimeType: string, ...parts: [offset: number, text: string][]][] = [
  ['image/png', [0, '\x89PNG\r\n\x1a\n']],
  ['image/jpeg', [0, '\xff\xd8\xff']],
  ['image/gif', [0, 'GIF8']],
  ['image/webp', [0, 'RIFF'], [8, 'WEBP']],
  ['image/avif', [4, 'ftypavif']],
  ['image/heic', [4, 'ftypheic']],
  ['image/tiff', [0, 'II*\0']],
  ['image/tiff', [0, 'MM\0*']],
  ['image/bmp', [0, 'BM']],
  ['image/x-icon', [0, '\0\0\x01\0']],
  ['audio/wav', [0, 'RIFF'], [8, 'WAVE']],
  ['audio/mpeg', [0, 'ID3']],
  ['audio/ogg', [0, 'OggS']],
  ['audio/flac', [0, 'fLaC']],
  ['audio/mp4', [4, 'ftypM4A']],
  ['audio/aac', [0, '\xff\xf1']],
  ['audio/aac', [0, '\xff\xf9']],
  ['audio/mpeg', [0, '\xff\xfb']],
  ['audio/mpeg', [0, '\xff\xf3']],
  ['audio/mpeg', [0, '\xff\xf2']],
  ['audio/midi', [0, 'MThd']],
];

function kindOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 512)).toString(
    'latin1',
  );
  const known = BEGINNINGS.find(([, ...parts]) => parts.every(([at, text]) => start.startsWith(text, at)));
  if (known !== undefined) return known[0];
  return /^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<svg[\s>]/s.test(start) ? 'image/svg+xml' : undefined;
}

async function download(url: string, timeoutMs: number): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}, not with a file`);
  return new Uint8Array(await response.arrayBuffer());
}

async function load(input: MediaContentInput): Promise<[bytes: Uint8Array, from: string]> {
  if ('buffer' in input) return [input.buffer, 'the buffer'];
  if ('path' in input) return [await readFile(input.path), input.path];
  if ('url' in input) {
    return [await download(input.url, input.timeoutMs ?? MEDIA_FETCH_TIMEOUT_MS), input.url];
  }
  throw new TypeError('expected { url }, { path } or { buffer }');
}

async function media(
  input: MediaContentInput,
  family: 'image' | 'audio',
): Promise<[data: string, mimeType: string]> {
  const [bytes, from] = await load(input);
  const mimeType = kindOf(bytes);
  if (mimeType?.startsWith(`${family}/`) !== true) {
    const what = mimeType === undefined ? 'of no known kind' : mimeType;
    const article = family === 'image' ? 'an image' : 'audio';
    throw new TypeError(
      `${from} is ${what}, not ${article}; return a content block with its mimeType instead`,
    );
  }
  return [Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'), mimeType];
}

/**
 * An image as a content block. What kind it is says its content.
 *
 * @throws TypeError when it is no image of a known kind; what `fetch` and `readFile` throw
 */
export async function imageContent(input: MediaContentInput): Promise<ImageContent> {
  const [data, mimeType] = await media(input, 'image');
  return { type: 'image', data, mimeType };
}

/**
 * A recording as a content block. What kind it is says its content.
 *
 * @throws TypeError when it is no recording of a known kind; what `fetch` and `readFile` throw
 */
export async function audioContent(input: MediaContentInput): Promise<AudioContent> {
  const [data, mimeType] = await media(input, 'audio');
  return { type: 'audio', data, mimeType };
}
