// Drops members that objects in strip mode do not know, for schemas whose own parse never runs.

import { isRecord, type Json, type Place, type Raw } from './reading/described.js';
import type { Reader } from './reading/reading.js';

/** Returns the value itself when there is nothing to drop. */
export type Prune = (value: unknown) => unknown;

/** Which values that have parts an option takes. */
type Container = 'object' | 'array';

/** What was made for a schema; not `done` while a recursive schema is being looked into. */
interface Slot {
  done: boolean;
  prune: Prune | undefined;
}

export class Pruner {
  /** Which members to drop depends on which option of a union is meant, and only its own parse can tell. */
  ambiguous = false;

  readonly #made = new Map<Raw, Slot>();

  constructor(readonly reader: Reader) {}

  of(schema: Raw, place: Place): Prune | undefined {
    const known = this.#made.get(schema);
    if (known !== undefined) {
      return known.done ? known.prune : (value) => (known.prune ? known.prune(value) : value);
    }
    const slot: Slot = { done: false, prune: undefined };
    this.#made.set(schema, slot);
    slot.prune = this.#make(schema, place);
    slot.done = true;
    return slot.prune;
  }

  #make(schema: Raw, place: Place): Prune | undefined {
    const described = this.reader.describe(schema, place);
    switch (described.kind) {
      case 'object':
        return this.#object(described.members, described.rest, place);
      case 'array': {
        const prune = this.of(described.element, place);
        return prune && ((value) => (Array.isArray(value) ? elements(value, () => prune) : value));
      }
      case 'tuple': {
        const items = described.items.map((item) => this.of(item, place));
        const rest = described.rest && this.of(described.rest, place);
        if (!rest && items.every((item) => item === undefined)) return undefined;
        const at = (index: number) => (index < items.length ? items[index] : rest);
        return (value) => (Array.isArray(value) ? elements(value, at) : value);
      }
      case 'record': {
        const prune = this.of(described.value, place);
        return prune && ((value) => (isRecord(value) ? members(value, () => prune) : value));
      }
      case 'union':
        return this.#union(described.options, described.discriminator, place);
      case 'intersection': {
        const objects = this.reader.objectsIn(schema, place);
        if (objects === undefined) {
          this.ambiguous = true;
          return undefined;
        }
        const rest = objects.every((object) => object.rest === 'strip') ? 'strip' : 'loose';
        return this.#object(
          objects.flatMap((object) => object.members),
          rest,
          place,
        );
      }
      case 'nullable':
      case 'wrapper':
        return this.of(described.inner, place);
      default:
        return undefined;
    }
  }

  #object(named: [string, Raw][], rest: unknown, place: Place): Prune | undefined {
    const inner = new Map<string, Prune>();
    for (const [name, schema] of named) {
      const [prune, earlier] = [this.of(schema, place.member(name)), inner.get(name)];
      if (prune && earlier) this.ambiguous = true;
      else if (prune) inner.set(name, prune);
    }
    const known = new Set(named.map(([name]) => name));
    const other = isRecord(rest) ? this.of(rest.schema as Raw, place) : undefined;
    const parts = (value: Json) =>
      other === undefined
        ? some(value, inner)
        : members(value, (name) => (known.has(name) ? inner.get(name) : other));
    const deep = inner.size > 0 || other !== undefined;
    if (rest !== 'strip') return deep ? (value) => (isRecord(value) ? parts(value) : value) : undefined;
    const counted = !named.some(([, schema]) => this.reader.mayBeAbsent(schema, place));
    const surplus = (value: Json): boolean => {
      // All that is required is there: the value was checked. So as many members are the same members.
      if (counted) return Object.keys(value).length !== known.size;
      for (const name in value) if (!known.has(name)) return true;
      return false;
    };
    return (value) => {
      if (!isRecord(value)) return value;
      if (!surplus(value)) return deep ? parts(value) : value;
      // An object with a JSON form of its own: what it holds is not what is sent.
      const sent = typeof value.toJSON === 'function' ? (value.toJSON('') as unknown) : value;
      if (!isRecord(sent)) return sent;
      const kept = Object.fromEntries(Object.entries(sent).filter(([name]) => known.has(name)));
      return deep ? parts(kept) : kept;
    };
  }

  #union(options: Raw[], discriminator: string | undefined, place: Place): Prune | undefined {
    const pick: Record<Container, Prune | undefined> = { object: undefined, array: undefined };
    for (const container of ['object', 'array'] as const) {
      const taking = options.filter((option) => this.#takes(option, container, place));
      const prunes = taking.map((option) => this.of(option, place));
      if (prunes.every((prune) => prune === undefined)) continue;
      if (prunes.length === 1) pick[container] = prunes[0];
      else
        pick[container] = this.#discriminated(
          taking,
          prunes,
          container === 'object' ? discriminator : undefined,
          place,
        );
    }
    const { object, array } = pick;
    if (object === undefined && array === undefined) return undefined;
    return (value) => {
      const prune = Array.isArray(value) ? array : object;
      return prune ? prune(value) : value;
    };
  }

  #discriminated(
    options: Raw[],
    prunes: (Prune | undefined)[],
    discriminator: string | undefined,
    place: Place,
  ): Prune | undefined {
    const byValue = new Map<unknown, Prune | undefined>();
    for (const [index, option] of options.entries()) {
      const values = discriminator === undefined ? undefined : this.#valuesOf(option, discriminator, place);
      if (values?.length && !values.some((value) => byValue.has(value))) {
        for (const value of values) byValue.set(value, prunes[index]);
      } else {
        this.ambiguous = true;
      }
    }
    if (discriminator === undefined) return undefined;
    return (value) => {
      const prune = isRecord(value) ? byValue.get(value[discriminator]) : undefined;
      return prune ? prune(value) : value;
    };
  }

  #valuesOf(option: Raw, discriminator: string, place: Place): unknown[] | undefined {
    const objects = this.reader.objectsIn(option, place) ?? [];
    const found = objects.flatMap((object) => object.members.filter(([name]) => name === discriminator));
    const [first] = found;
    const member = first && found.length === 1 ? this.reader.describe(first[1], place) : undefined;
    if (member?.kind !== 'scalar') return undefined;
    return 'const' in member.json ? [member.json.const] : (member.json.enum as unknown[] | undefined);
  }

  #takes(schema: Raw, container: Container, place: Place, depth = 0): boolean {
    const described = this.reader.describe(schema, place);
    const ask = (inner: Raw) => depth > 20 || this.#takes(inner, container, place, depth + 1);
    switch (described.kind) {
      case 'scalar':
      case 'special':
        return false;
      case 'object':
      case 'record':
        return container === 'object';
      case 'array':
      case 'tuple':
      case 'set':
      case 'map':
        return container === 'array';
      case 'union':
        return described.options.some(ask);
      case 'intersection':
        return ask(described.left);
      case 'nullable':
      case 'wrapper':
        return ask(described.inner);
      default:
        return true;
    }
  }
}

/** The same array, or a copy where something was dropped inside. */
function elements(value: unknown[], of: (index: number) => Prune | undefined): unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < value.length; index += 1) {
    const item = value[index];
    const prune = of(index);
    const pruned = prune ? prune(item) : item;
    if (pruned === item) continue;
    copy ??= [...value];
    copy[index] = pruned;
  }
  return copy ?? value;
}

/** The same object, or a copy where something was dropped inside of certain members. */
function some(value: Json, prunes: ReadonlyMap<string, Prune>): Json {
  let copy: Json | undefined;
  for (const [name, prune] of prunes) {
    if (!Object.hasOwn(value, name)) continue;
    const member = value[name];
    const pruned = prune(member);
    if (pruned === member) continue;
    copy ??= { ...value };
    Object.defineProperty(copy, name, {
      value: pruned,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy ?? value;
}

/** The same object, or a copy where something was dropped inside. */
function members(value: Json, of: (name: string) => Prune | undefined): Json {
  let changed = false;
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => {
    const prune = of(name);
    const pruned = prune ? prune(member) : member;
    changed ||= pruned !== member;
    return [name, pruned];
  });
  return changed ? Object.fromEntries(entries) : value;
}
