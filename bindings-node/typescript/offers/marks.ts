// Tags and versions: what the engine is told of them, and where clients look for them.

/** What may be tagged. */
interface Marked {
  tags?: readonly string[] | undefined;
  version?: string | undefined;
  _meta?: Record<string, unknown> | undefined;
}

/** As the engine reads them. */
export function markedOf({ tags, version }: Marked): Omit<Marked, '_meta'> {
  return { tags, version };
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
