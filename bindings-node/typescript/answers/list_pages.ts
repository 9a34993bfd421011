// Lists as hooks see them, whole, and as they go out, in pages.

import { InvalidArgumentsError } from '../engine/errors.js';
import { isObject } from './content.js';

/** The member of a list's result that holds the items, by method. */
export const LISTS: ReadonlyMap<string, string> = new Map([
  ['tools/list', 'tools'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resourceTemplates'],
  ['prompts/list', 'prompts'],
]);

const MARK = 'oxmcp:';

/** The pages of one list. */
export class ListPages {
  private size: number | undefined;
  private readonly start: number;

  /**
   * @param member What holds the items.
   * @param cursor Of the page that is asked for.
   * @param page Gives the page that params ask for.
   * @throws InvalidArgumentsError when the cursor is none of ours.
   */
  constructor(
    private readonly member: string,
    cursor: unknown,
    private readonly page: (params: object) => Promise<unknown>,
  ) {
    this.start = startOf(cursor);
  }

  /** Everything that is listed, as one page. */
  async all(params: object): Promise<unknown> {
    const { member } = this;
    const { nextCursor, ...whole } = (await this.page(params)) as Record<string, unknown>;
    const items = [...(whole[member] as unknown[])];
    if (nextCursor !== undefined) this.size = items.length;
    for (let cursor = nextCursor; cursor !== undefined; ) {
      const page = (await this.page({ ...params, cursor })) as Record<string, unknown>;
      items.push(...(page[member] as unknown[]));
      cursor = page.nextCursor;
    }
    return { ...whole, [member]: items };
  }

  /** A page of what hooks left. What is no list stays as it is. */
  cut(result: unknown): unknown {
    const { member, size, start } = this;
    const items = isObject(result) ? result[member] : undefined;
    if (!Array.isArray(items) || (size === undefined && start === 0)) return result;
    const end = size === undefined ? items.length : start + size;
    const more = end < items.length ? { nextCursor: cursorOf(end) } : {};
    return { ...(result as object), [member]: items.slice(start, end), ...more };
  }
}

function cursorOf(start: number): string {
  return Buffer.from(`${MARK}${start}`).toString('base64url');
}

function startOf(cursor: unknown): number {
  if (cursor === undefined || cursor === null) return 0;
  const text = Buffer.from(String(cursor), 'base64url').toString();
  if (text.startsWith(MARK) && /^\d{1,15}$/.test(text.slice(MARK.length))) {
    return Number(text.slice(MARK.length));
  }
  throw new InvalidArgumentsError('cursor: is none that this server gave');
}
