// From the forms that values have in JSON to the values a schema promises, before its own parse sees them.

import { isRecord, type Place, type Raw } from './reading/described.js';
import type { Reader } from './reading/reading.js';
import { isZod4 } from './reading/recognition.js';
import { parsedNow } from './reading/shape.js';

export type Revive = (value: unknown) => unknown;

/** What was made for a schema; not `done` while a recursive schema is being looked into. */
interface Slot {
  done: boolean;
  revive: Revive | undefined;
}

/** What to do for one schema; undefined when its values are in JSON what they are. */
export class Reviver {
  readonly #made = new Map<Raw, Slot>();

  constructor(readonly reader: Reader) {}

  of(schema: Raw, place: Place): Revive | undefined {
    const known = this.#made.get(schema);
    if (known !== undefined) {
      // Inside itself a recursive schema may need it or not: what it needs is known when it is called.
      return known.done ? known.revive : (value) => revived(known.revive, value);
    }
    const slot: Slot = { done: false, revive: undefined };
    this.#made.set(schema, slot);
    slot.revive = this.#make(schema, place);
    slot.done = true;
    return slot.revive;
  }

  #make(schema: Raw, place: Place): Revive | undefined {
    const described = this.reader.describe(schema, place);
    switch (described.kind) {
      case 'special':
        return described.revive;
      case 'object':
        return this.#object(described.members, described.rest, place);
      case 'array':
        return elements(this.of(described.element, place));
      case 'set': {
        const inner = elements(this.of(described.element, place));
        return (value) => (Array.isArray(value) ? new Set(revived(inner, value) as unknown[]) : value);
      }
      case 'map': {
        const [key, inner] = [this.of(described.key, place), this.of(described.value, place)];
        const pair = ([k, v]: [unknown, unknown]): [unknown, unknown] => [revived(key, k), revived(inner, v)];
        const isPair = (item: unknown): item is [unknown, unknown] =>
          Array.isArray(item) && item.length === 2;
        return (value) => (Array.isArray(value) && value.every(isPair) ? new Map(value.map(pair)) : value);
      }
      case 'tuple': {
        const items = described.items.map((item) => this.of(item, place));
        const rest = described.rest && this.of(described.rest, place);
        if (!rest && items.every((item) => item === undefined)) return undefined;
        const at = (index: number) => (index < items.length ? items[index] : rest);
        return (value) =>
          Array.isArray(value) ? value.map((item, index) => revived(at(index), item)) : value;
      }
      case 'record': {
        const inner = this.of(described.value, place);
        return inner && ((value) => (isRecord(value) ? mapMembers(value, () => inner) : value));
      }
      case 'union':
        return this.#union(described.options, place);
      case 'intersection': {
        const [left, right] = [this.of(described.left, place), this.of(described.right, place)];
        return left && right ? (value) => right(left(value)) : (left ?? right);
      }
      case 'nullable': {
        const inner = this.of(described.inner, place);
        return inner && ((value) => (value === null ? null : inner(value)));
      }
      case 'wrapper':
        return this.of(described.inner, place);
      case 'pipe':
        // A preprocessing function is promised the value as it came.
        return described.from === undefined || described.looser ? undefined : this.of(described.from, place);
      default:
        return undefined;
    }
  }

  #object(members: [string, Raw][], rest: unknown, place: Place): Revive | undefined {
    const revivers = new Map<string, Revive>();
    // Members that may be undefined may be missing, which zod 4 takes for an error.
    const missing: string[] = [];
    for (const [name, schema] of members) {
      const revive = this.of(schema, place.member(name));
      if (revive !== undefined) revivers.set(name, revive);
      if (isZod4(schema) && schema._zod.optin === undefined && this.reader.mayBeAbsent(schema, place))
        missing.push(name);
    }
    const other = isRecord(rest) ? this.of(rest.schema as Raw, place) : undefined;
    if (revivers.size === 0 && missing.length === 0 && other === undefined) return undefined;
    const known = new Set(members.map(([name]) => name));
    return (value) => {
      if (!isRecord(value)) return value;
      const made = mapMembers(value, (name) => revivers.get(name) ?? (known.has(name) ? undefined : other));
      for (const name of missing) if (!Object.hasOwn(made, name)) made[name] = undefined;
      return made;
    };
  }

  /** The first option that accepts what it makes of the value decides. */
  #union(options: Raw[], place: Place): Revive | undefined {
    const revivers = options.map((option) => this.of(option, place));
    if (revivers.every((revive) => revive === undefined)) return undefined;
    return (value) => {
      for (const [index, option] of options.entries()) {
        const candidate = revived(revivers[index], value);
        if (parsedNow(option, candidate) !== undefined) return candidate;
      }
      return value;
    };
  }
}

function elements(revive: Revive | undefined): Revive | undefined {
  return revive && ((value) => (Array.isArray(value) ? value.map(revive) : value));
}

function mapMembers(
  value: Record<string, unknown>,
  of: (name: string) => Revive | undefined,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const revive = of(name);
      return [name, revived(revive, member)];
    }),
  );
}

function revived(revive: Revive | undefined, value: unknown): unknown {
  return revive === undefined ? value : revive(value);
}
