// Where version 1 of the official package looks at the names of tools.

/** Whether a name fits the specification, and what clients may stumble over. */
export function validateToolName(name: string): { isValid: boolean; warnings: string[] } {
  if (name.length === 0) return { isValid: false, warnings: ['Tool name cannot be empty'] };
  if (name.length > 128) {
    const warning = `Tool name exceeds maximum length of 128 characters (current: ${name.length})`;
    return { isValid: false, warnings: [warning] };
  }
  const foreign = [...new Set(name.replace(/[A-Za-z0-9._-]/g, ''))];
  const warnings = foreign.length === 0 ? [] : [`Tool name contains invalid characters: ${quoted(foreign)}`];
  if (/^[-.]|[-.]$/.test(name)) warnings.push('Tool name starts or ends with a dash or a dot');
  return { isValid: foreign.length === 0, warnings };
}

const quoted = (characters: string[]): string => characters.map((each) => `"${each}"`).join(', ');

/** Says the warnings on standard error. */
export function issueToolNameWarning(name: string, warnings: string[]): void {
  if (warnings.length > 0)
    console.warn([`Tool name validation warning for "${name}":`, ...warnings].join('\n  - '));
}

/** Both at once; returns whether the name fits. */
export function validateAndWarnToolName(name: string): boolean {
  const { isValid, warnings } = validateToolName(name);
  issueToolNameWarning(name, warnings);
  return isValid;
}
