// Annotations that the protocol has no meaning for: clients ignore them, and a misspelt hint with them. And tags and versions: what
// the engine is told of them, and where clients look for them.

import { type Required, type Requirements, requiredOf } from '../authentication/requirements.js';

const TOOL_HINTS = ['title', 'readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'];
const HINTS = ['audience', 'priority', 'lastModified'];

/** Tells the author of annotations of a tool that clients do not know. */
export function warnOfUnknownHints(what: string, annotations: object | undefined, known = TOOL_HINTS): void {
  for (const name of Object.keys(annotations ?? {})) {
    if (known.includes(name)) continue;
    const like = known.find((each) => isLike(each, name));
    const hint = like === undefined ? '' : `; did you mean ${like}?`;
    console.warn(`oxmcp: ${what}: annotations.${name} is no annotation of the protocol${hint}`);
  }
}

/** The same of a resource. */
export function warnOfUnknownResourceHints(what: string, annotations: object | undefined): void {
  warnOfUnknownHints(what, annotations, HINTS);
}

/** Whether one is the other but for how it is spelt: case, underscores, a missing `Hint`, a letter or two. */
function isLike(known: string, name: string): boolean {
  const [one, other] = [known, name].map((each) =>
    each
      .toLowerCase()
      .replace(/[^a-z]/g, '')
      .replace(/hint$/, ''),
  ) as [string, string];
  return one === other || distance(one, other) <= 2;
}

/** How many letters differ. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const same = one[at - 1] === other[to - 1] ? 0 : 1;
      next.push(
        Math.min((row[to] as number) + 1, (next[to - 1] as number) + 1, (row[to - 1] as number) + same),
      );
    }
    row = next;
  }
  return row[other.length] as number;
}

/** What may be tagged. */
interface Marked extends Requirements {
  tags?: readonly string[] | undefined;
  version?: string | undefined;
  _meta?: Record<string, unknown> | undefined;
}

/** As the engine reads them. */
export function markedOf(state: Marked, what: string): Pick<Marked, 'tags' | 'version'> & Required {
  const { tags, version } = state;
  return { tags, version, ...requiredOf(state, what) };
}

/** The `_meta` that clients are told; those of fastmcp look for tags and versions under its name. */
export function metaOf({ tags, version, _meta }: Marked): Record<string, unknown> | undefined {
  const own = {
    ...(tags !== undefined && tags.length > 0 && { tags: [...tags].sort() }),
    ...(version !== undefined && { version }),
  };
  if (Object.keys(own).length === 0) return _meta;
  const theirs = _meta?.fastmcp;
  return {
    ..._meta,
    oxmcp: own,
    fastmcp: { ...(theirs !== null && typeof theirs === 'object' && theirs), ...own },
  };
}
