// Where version 1 of the official package reads `Content-Type`.

/** The kind without its parameters, in lower case; undefined when it is missing, or there are several. */
export function mediaTypeEssence(header: string | null | undefined): string | undefined {
  const [essence = ''] = (header ?? '').split(';', 1);
  const trimmed = essence.trim().toLowerCase();
  const rest = (header ?? '').slice(essence.length).replace(/"(?:\\.|[^"\\])*"/g, '');
  return trimmed === '' || rest.includes(',') ? undefined : trimmed;
}

/** Whether this is JSON. */
export const isJsonContentType = (header: string | null | undefined): boolean =>
  mediaTypeEssence(header) === 'application/json';
