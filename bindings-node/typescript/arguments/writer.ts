// Writes JSON Schema 2020-12 from what a schema says, and finds out on the way whether that is all it says.

import { fallbackOf, oneOfValues } from './reading/annotations.js';
import { type Described, isRecord, type Json, type Place, type Raw, Unusable } from './reading/described.js';
import type { Reader } from './reading/reading.js';
import { parsedNow } from './reading/shape.js';

/** Deeper than any schema people write; a schema that makes new ones without end stops here. */
const DEEPEST = 64;

/** One schema's JSON Schema. */
export class Writer {
  /** The schema's own parse has to run. */
  judged = false;
  /** And nothing may be checked before it. */
  looser = false;
  /** There are values that JSON has no form for. */
  special = false;
  /** There is a bigint in it. */
  bigints = false;

  readonly #written = new Map<Raw, Json>();
  readonly #names = new Map<Raw, string>();
  readonly #definitions: Json = {};
  readonly #above: Raw[] = [];

  constructor(readonly reader: Reader) {}

  /** The whole schema, with definitions. */
  document(schema: Raw, place: Place): Json {
    let json = this.write(schema, place);
    // A root that is only a reference says too little to those who read no further.
    const name = this.#names.get(schema);
    if (name !== undefined) json = { ...(this.#definitions[name] as Json) };
    return this.#names.size > 0 ? { ...json, $defs: this.#definitions } : json;
  }

  /** One schema. `open`: as a part of an intersection, where members unknown to it may be known to others. */
  write(schema: Raw, place: Place, open = false): Json {
    const known = open ? undefined : this.#written.get(schema);
    if (known !== undefined) return known;
    if (this.#above.includes(schema)) return { $ref: `#/$defs/${this.#name(schema, place)}` };
    if (this.#above.length >= DEEPEST) {
      throw new Unusable(
        place,
        `nested deeper than ${DEEPEST} levels; a recursive schema has to refer to one object`,
      );
    }
    const described = this.reader.describe(schema, place);
    this.judged ||= described.judged === true || described.looser === true;
    this.looser ||= described.looser === true;
    this.#above.push(schema);
    const json = { ...this.#form(described, place, open), ...described.notes };
    this.#above.pop();
    const name = this.#names.get(schema);
    if (name === undefined) {
      if (!open) this.#written.set(schema, json);
      return json;
    }
    this.#definitions[name] = json;
    const reference = { $ref: `#/$defs/${name}` };
    if (!open) this.#written.set(schema, reference);
    return reference;
  }

  #name(schema: Raw, place: Place): string {
    const known = this.#names.get(schema);
    if (known !== undefined) return known;
    const said = /([A-Za-z][A-Za-z0-9_]*)[^A-Za-z0-9_]*$/.exec(place.path)?.[1] ?? 'value';
    const taken = new Set(this.#names.values());
    let name = said;
    for (let number = 2; taken.has(name); number += 1) name = `${said}${number}`;
    this.#names.set(schema, name);
    return name;
  }

  #form(described: Described, place: Place, open: boolean): Json {
    switch (described.kind) {
      case 'scalar':
        return described.json;
      case 'anything':
        return {};
      case 'special':
        this.judged = this.special = true;
        this.bigints ||= described.bigint === true;
        return described.json;
      case 'object':
        return this.#object([described], place, open);
      case 'array':
        return { type: 'array', items: this.write(described.element, place.element()), ...described.bounds };
      case 'set':
        this.judged = this.special = true;
        return {
          type: 'array',
          items: this.write(described.element, place.element()),
          uniqueItems: true,
          ...described.bounds,
        };
      case 'map':
        this.judged = this.special = true;
        return { type: 'array', items: this.#pair(described, place), ...described.bounds };
      case 'tuple':
        return this.#tuple(described, place);
      case 'record':
        return this.#record(described, place);
      case 'union':
        return this.#union(described, place);
      case 'intersection':
        return this.#intersection(described, place, open);
      case 'nullable':
        return alternatives([this.write(described.inner, place), { type: 'null' }], 'anyOf');
      case 'wrapper': {
        const json = this.write(described.inner, place, open);
        return this.reader.direction === 'input'
          ? withDefault(json, described)
          : withSubstitute(json, described);
      }
      case 'pipe': {
        const side = this.reader.direction === 'input' ? described.from : described.to;
        return side === undefined ? {} : this.write(side, place, open);
      }
      case 'foreign':
        return this.#foreign(described, place);
      case 'impossible':
        throw new Unusable(place, described.why);
    }
  }

  #object(objects: Extract<Described, { kind: 'object' }>[], place: Place, open: boolean): Json {
    const rests = objects.map((object) => object.rest);
    // Beside an object that keeps what it does not know, another one's members keep theirs too.
    const keeps = objects.length > 1 && rests.some((rest) => rest !== 'strip' && rest !== 'strict');
    if (keeps) this.judged = true;
    const found = new Map<string, Json[]>();
    const required = new Set<string>();
    for (const { members } of objects) {
      for (const [name, schema] of members) {
        const at = place.member(name);
        found.set(name, [...(found.get(name) ?? []), this.write(schema, at, keeps)]);
        if (!this.reader.mayBeAbsent(schema, at)) required.add(name);
      }
    }
    const properties = [...found].map(([name, parts]) => [name, this.#sameMember(parts)]);
    const json: Json = { type: 'object', properties: Object.fromEntries(properties) };
    if (required.size > 0) json.required = [...required];
    const [rest] = rests;
    const closes = (one: unknown) =>
      one === 'strict' || (one === 'strip' && this.reader.direction === 'output');
    if (!open && rests.every(closes)) json.additionalProperties = false;
    if (rests.length > 1 && new Set(rests).size > 1) this.judged = true;
    if (isRecord(rest) && rests.length === 1) {
      const others = this.write(rest.schema as Raw, place.member('*'));
      if (!open && Object.keys(others).length > 0) json.additionalProperties = others;
    }
    return json;
  }

  /** A member that several parts of an intersection have. */
  #sameMember(parts: Json[]): Json {
    const [first = {}, ...more] = parts;
    if (more.every((part) => JSON.stringify(part) === JSON.stringify(first))) return first;
    if (this.reader.direction === 'input') return { allOf: parts };
    // What several changes to the same value leave is not what each leaves.
    this.judged = true;
    return {};
  }

  #pair({ key, value }: { key: Raw; value: Raw }, place: Place): Json {
    const items = [this.write(key, place.element(0)), this.write(value, place.element(1))];
    return { type: 'array', prefixItems: items, items: false, minItems: 2 };
  }

  #tuple({ items, rest, least }: Extract<Described, { kind: 'tuple' }>, place: Place): Json {
    const absent = items.map((item, index) => this.reader.mayBeAbsent(item, place.element(index)));
    const minItems = least ?? absent.lastIndexOf(false) + 1;
    const prefixItems = items.map((item, index) => this.write(item, place.element(index)));
    const others = rest === undefined ? false : this.write(rest, place.element());
    return {
      type: 'array',
      ...(prefixItems.length > 0 && { prefixItems }),
      items: others,
      ...(minItems > 0 && { minItems }),
    };
  }

  #record({ key, value, mode }: Extract<Described, { kind: 'record' }>, place: Place): Json {
    const { type, ...names } = this.write(key, place.member('*'));
    const values = this.write(value, place.member('*'));
    const known = 'const' in names ? [names.const] : names.enum;
    const json: Json = { type: 'object' };
    if (mode === 'loose') {
      this.judged = true;
      return json;
    }
    if (mode === 'all' && Array.isArray(known)) {
      json.properties = Object.fromEntries(known.map((name) => [String(name), values]));
      if (!this.reader.mayBeAbsent(value, place)) json.required = known.map(String);
      json.additionalProperties = false;
      return json;
    }
    // Keys are always text: where they stand for numbers, only the schema itself can read them.
    if (type === 'string') {
      if (Object.keys(names).length > 0) json.propertyNames = names;
    } else if (type !== undefined || Object.keys(names).length > 0) {
      this.judged = this.looser = true;
    }
    json.additionalProperties = Object.keys(values).length > 0 ? values : true;
    return json;
  }

  #union({ options, exclusive, discriminator }: Extract<Described, { kind: 'union' }>, place: Place): Json {
    // An option of `undefined` is an absent member.
    const isNothing = (option: Raw) => {
      const described = this.reader.describe(option, place);
      return described.kind === 'special' && described.absent === true && described.json.type === 'null';
    };
    const said = options.filter((option) => !isNothing(option));
    const before = this.judged;
    if (said.length < options.length) this.judged = true;
    const written = (said.length > 0 ? said : options).map((option) => this.write(option, place));
    const apart = discriminator !== undefined && this.#areApart(written, discriminator);
    // What tells exclusive options apart may be known to their own parse alone.
    if (exclusive && this.judged && !before) return alternatives(written, 'anyOf');
    return alternatives(written, apart || exclusive ? 'oneOf' : 'anyOf');
  }

  /** Whether no two options admit the same value of the discriminating member. */
  #areApart(options: Json[], discriminator: string): boolean {
    const seen = new Set<unknown>();
    return options.every((option) => {
      const { properties, required } = this.#resolved(option);
      const member = isRecord(properties) ? properties[discriminator] : undefined;
      if (!isRecord(member) || !Array.isArray(required) || !required.includes(discriminator)) return false;
      const values = 'const' in member ? [member.const] : member.enum;
      if (!Array.isArray(values) || values.some((value) => seen.has(value))) return false;
      for (const value of values) seen.add(value);
      return true;
    });
  }

  #resolved(json: Json): Json {
    const name = typeof json.$ref === 'string' ? json.$ref.replace('#/$defs/', '') : undefined;
    return name === undefined ? json : ((this.#definitions[name] as Json | undefined) ?? {});
  }

  #intersection(
    { left, right }: Extract<Described, { kind: 'intersection' }>,
    place: Place,
    open: boolean,
  ): Json {
    const parts = [this.write(left, place, true), this.write(right, place, true)];
    const objects = [left, right].map((side) => this.reader.objectsIn(side, place));
    const [first, second] = objects;
    if (!first || !second) {
      this.judged = true;
      return { allOf: parts };
    }
    return this.#object([...first, ...second], place, open);
  }

  #foreign({ json }: Extract<Described, { kind: 'foreign' }>, place: Place): Json {
    try {
      const { $defs, $schema, ...rest } = json(this.reader.direction);
      if ($defs === undefined || place.path === '') return { ...rest, ...($defs !== undefined && { $defs }) };
      throw new Unusable(
        place,
        'a schema with definitions can only be the whole schema, not a member of a shape',
      );
    } catch (error) {
      if (error instanceof Unusable) throw new Unusable(place, error.why);
      throw new Unusable(
        place,
        `its JSON Schema cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

type Wrapper = Extract<Described, { kind: 'wrapper' }>;

function withDefault(json: Json, { fallback }: Wrapper): Json {
  const value = fallback && fallbackOf(fallback);
  return value === undefined ? json : { ...json, default: value.value };
}

/** `z.string().min(1).catch('')` leaves what it would not accept. */
function withSubstitute(json: Json, { inner, substitute }: Wrapper): Json {
  const value = substitute && fallbackOf(substitute);
  if (value === undefined) return json;
  const parsed = parsedNow(inner, value.value);
  if (parsed !== undefined && JSON.stringify(parsed) === JSON.stringify(value)) return json;
  return alternatives([json, { const: value.value }], 'anyOf');
}

/** What accepts nothing adds nothing to alternatives. */
const NOTHING = '{"not":{}}';

/** Several schemas of which one applies: without repetitions, and constants as one list. */
function alternatives(options: Json[], keyword: 'anyOf' | 'oneOf'): Json {
  const flat = options.flatMap((option) => {
    const isPlain = keyword === 'anyOf' && Object.keys(option).length === 1;
    return isPlain && Array.isArray(option.anyOf) ? (option.anyOf as Json[]) : [option];
  });
  const texts = new Set<string>([NOTHING]);
  const distinct = flat.filter((option) => {
    const text = JSON.stringify(option);
    if (texts.has(text) && (keyword === 'anyOf' || text === NOTHING)) return false;
    texts.add(text);
    return true;
  });
  const [only] = distinct;
  if (only === undefined) return { not: {} };
  const values = distinct.flatMap((option) => valuesOf(option) ?? []);
  if (distinct.every(valuesOf) && new Set(values).size === values.length) return oneOfValues(values);
  if (keyword === 'anyOf' && distinct.some((option) => Object.keys(option).length === 0)) return {};
  return distinct.length === 1 ? only : { [keyword]: distinct };
}

/** The values of a schema that is a list of values and nothing else. */
function valuesOf(option: Json): unknown[] | undefined {
  const { type, enum: several, const: one, ...rest } = option;
  if (Object.keys(rest).length > 0) return undefined;
  if ('const' in option) return [one];
  return Array.isArray(several) ? several : undefined;
}
