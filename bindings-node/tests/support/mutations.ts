// All the ways to spoil a message in one place: a member missing, or of another kind.

type Step = string | number;

const others: readonly unknown[] = ['text', 1.5, 7, true, null, [], {}, ['text'], { type: 'text' }];

/** The value with one place replaced, or left out where `replacement` is undefined. */
function changed(value: unknown, path: readonly Step[], replacement: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.flatMap((item, position) => {
      if (position !== step) return [item];
      const item2 = changed(item, rest, replacement);
      return item2 === undefined ? [] : [item2];
    });
  }
  const entries = Object.entries(value as object).map(([key, member]) => [
    key,
    key === step ? changed(member, rest, replacement) : member,
  ]);
  return Object.fromEntries(entries.filter(([, member]) => member !== undefined));
}

/** Every place inside a value, the value itself left out. */
function places(value: unknown, above: readonly Step[] = []): (readonly Step[])[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys: Step[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => {
    const path = [...above, key];
    return [path, ...places((value as Record<Step, unknown>)[key], path)];
  });
}

/** Copies of a value, each different in one place, with a word on what is different. */
export function mutations(value: unknown): [what: string, mutation: unknown][] {
  return places(value).flatMap((path) => [
    [`without ${path.join('.')}`, changed(value, path, undefined)] as [string, unknown],
    ...others.map((other): [string, unknown] => [
      `${path.join('.')} = ${JSON.stringify(other)}`,
      changed(value, path, other),
    ]),
  ]);
}
