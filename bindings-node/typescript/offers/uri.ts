// The spellings of a URI under which a resource is found.

/** What RFC 3986 does not let stand as it is, and percent signs that begin no code. */
const ILLEGAL = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})/gu;

/** A URI as RFC 3986 wants it written (RSRC-10): what may not stand as it is becomes percent codes, nothing else changes. */
export function legalUri(uri: string): string {
  return uri.replace(ILLEGAL, (character) => encodeURIComponent(character));
}

/**
 * The spellings under which a resource that was registered as `uri` is found. The first is the one it is listed under: the
 * registered one, where that is a URI. Clients that put what they were listed through a URL parser send the second.
 */
export function spellings(uri: string): string[] {
  const listed = legalUri(uri);
  const found = [listed];
  const parsed = URL.canParse(uri) ? legalUri(new URL(uri).href) : listed;
  if (parsed !== listed) found.push(parsed);
  return found;
}
