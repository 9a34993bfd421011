// Where version 1 of the official package has how things are shown.

/** How to show something to people: its title, a tool's annotated title, or its name. */
export function getDisplayName(metadata: {
  name: string;
  title?: string | undefined;
  annotations?: { title?: string | undefined } | undefined;
}): string {
  return metadata.title || metadata.annotations?.title || metadata.name;
}
