// Whether a value is what an output schema asks for, found out on the value itself: of most results that is all there is to do
// before they become text.
//
// A function is compiled for the schema, as zod does it, where the program may do that; it takes a fifth of the time that functions
// made of functions do. What it does not accept is not wrong: it is looked at the long way, which has words for what is.

import { isObject } from './content.js';
import { isPlain } from './encoding.js';

/** What is known of the values of a schema. */
export interface Fitting {
  /**
   * Whether `JSON.stringify` says all there is to say of a value, and what it says has the shape that the schema asks for, with
   * nothing beyond it. False also where nobody knows. May throw where reading the value does.
   */
  fits(value: unknown): boolean;
  /** Whether that is all the schema says, so that what fits is valid. */
  readonly isAll: boolean;
}

/** Members of a schema that ask for nothing. */
const REMARKS = new Set([
  '$schema',
  '$comment',
  '$defs',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
]);

/** What cannot be looked at this way. */
class Unknown extends Error {}

/** Deeper schemas than this are looked at the long way: so deep that values may be too deep for it. */
const DEEPEST = 32;

/** How deep what no schema describes may be, below that. */
const DEEPEST_REST = 80;

/** What is known of the values of a JSON Schema; undefined where it says what is not looked at here, or no code may be compiled. */
export function fittingOf(schema: unknown): Fitting | undefined {
  const source = new Source();
  try {
    const name = source.test(schema, 0);
    const make = new Function('isPlain', `'use strict';\n${source.text}return ${name};`);
    return { fits: make(isPlain) as (value: unknown) => boolean, isAll: source.isAll };
  } catch (error) {
    if (error instanceof Unknown || error instanceof EvalError) return undefined;
    throw error;
  }
}

type Json = Record<string, unknown>;

/** The source of one function for each schema within a schema. Nothing of a schema is in it but as a literal of JSON. */
class Source {
  text = '';
  isAll = true;
  #count = 0;

  /** Writes the function that tests a value; returns its name. */
  test(schema: unknown, depth: number): string {
    const body = this.#body(schema, depth);
    const name = `fits${this.#count++}`;
    this.text += `function ${name}(value) {\n${body}return true;\n}\n`;
    return name;
  }

  #body(schema: unknown, depth: number): string {
    if (depth > DEEPEST) throw new Unknown();
    if (schema === true) return ANYTHING;
    if (!isObject(schema)) throw new Unknown();
    const { type, anyOf, oneOf, enum: values, ...rest } = schema;
    const said = Object.keys(schema).filter((name) => !REMARKS.has(name));
    if (said.length === 0) return ANYTHING;
    const options =
      anyOf ?? oneOf ?? (Array.isArray(type) ? type.map((one) => ({ ...schema, type: one })) : null);
    if (options !== null) {
      if ((anyOf ?? oneOf) !== undefined && said.length > 1) throw new Unknown();
      // What one option's function does not accept may be valid for it.
      if (oneOf !== undefined) this.isAll = false;
      return this.#options(options, depth);
    }
    if ('const' in schema) return this.#constants('const', [schema.const], type, said);
    if (values !== undefined) return this.#constants('enum', values, type, said);
    switch (type) {
      case 'object':
        return this.#object(schema, depth);
      case 'array':
        return this.#array(schema, depth);
      case 'string':
        return this.#string(rest);
      case 'integer':
        // Beyond, the digits of a number are not those of its text.
        return `if (!Number.isSafeInteger(value)) return false;\n${this.#range(rest)}`;
      case 'number':
        // Of no other numbers is the difference to themselves 0.
        return `if (typeof value !== 'number' || value - value !== 0) return false;\n${this.#range(rest)}`;
      case 'boolean':
        this.#only(rest, []);
        return `if (typeof value !== 'boolean') return false;\n`;
      case 'null':
        this.#only(rest, []);
        return 'if (value !== null) return false;\n';
      default:
        throw new Unknown();
    }
  }

  /** Notes when a schema says more than this. */
  #only(said: Json, known: readonly string[]): void {
    if (Object.keys(said).some((name) => !known.includes(name) && !REMARKS.has(name))) this.isAll = false;
  }

  #options(options: unknown, depth: number): string {
    if (!Array.isArray(options) || options.length === 0) throw new Unknown();
    const tests = options.map((option) => `!${this.test(option, depth + 1)}(value)`);
    return `if (${tests.join(' && ')}) return false;\n`;
  }

  #constants(keyword: string, values: unknown, type: unknown, said: readonly string[]): string {
    if (!Array.isArray(values) || values.length === 0) throw new Unknown();
    // Of a type that is not that of each, fewer are valid.
    const areOfType = type === undefined || values.every((value) => typeof value === type);
    if (!areOfType || said.some((name) => name !== keyword && name !== 'type')) this.isAll = false;
    const differs = values.map((value) => {
      if (typeof value === 'object' && value !== null) throw new Unknown();
      return `value !== ${JSON.stringify(value)}`;
    });
    return `if (${differs.join(' && ')}) return false;\n`;
  }

  #string(said: Json): string {
    const { minLength = 0, maxLength } = said;
    this.#only(said, ['minLength', 'maxLength']);
    let body = `if (typeof value !== 'string') return false;\n`;
    // A character is at most two of JavaScript's units, and at least one.
    if (minLength !== 0)
      body += `if (value.length < ${minLength === 1 ? 1 : 2 * count(minLength)}) return false;\n`;
    if (maxLength !== undefined) body += `if (value.length > ${count(maxLength)}) return false;\n`;
    return body;
  }

  #range(said: Json): string {
    this.#only(said, Object.keys(OUTSIDE));
    let body = '';
    for (const [keyword, operator] of Object.entries(OUTSIDE)) {
      const bound = said[keyword];
      if (bound === undefined) continue;
      if (typeof bound !== 'number') throw new Unknown();
      body += `if (value ${operator} ${JSON.stringify(bound)}) return false;\n`;
    }
    return body;
  }

  #array(schema: Json, depth: number): string {
    const { type, items = {}, minItems = 0, maxItems, ...rest } = schema;
    if ('prefixItems' in rest) throw new Unknown();
    this.#only(rest, []);
    const element = this.test(items, depth + 1);
    let body =
      'if (!Array.isArray(value) || Object.getPrototypeOf(value) !== Array.prototype) return false;\n';
    if (minItems !== 0) body += `if (value.length < ${count(minItems)}) return false;\n`;
    if (maxItems !== undefined) body += `if (value.length > ${count(maxItems)}) return false;\n`;
    body += `for (let at = 0; at < value.length; at++) if (!${element}(value[at])) return false;\n`;
    return body;
  }

  #object(schema: Json, depth: number): string {
    const { type, properties = {}, required = [], additionalProperties: others = {}, ...rest } = schema;
    if (!isObject(properties) || !Array.isArray(required)) throw new Unknown();
    for (const keyword of ['$ref', 'allOf', 'patternProperties']) if (keyword in rest) throw new Unknown();
    this.#only(rest, []);
    if (required.some((name) => !Object.hasOwn(properties, name))) throw new Unknown();
    let body = `if (typeof value !== 'object' || value === null) return false;
const prototype = Object.getPrototypeOf(value);
if (prototype !== Object.prototype && prototype !== null) return false;\n`;
    const names = Object.keys(properties);
    // Whatever is looked at here must be among what becomes text: the object's own members, as far as they can be enumerated.
    const present = names.map((name) =>
      required.includes(name) ? '1' : `(${JSON.stringify(name)} in value)`,
    );
    body += 'let known = 0;\n';
    if (others === false) {
      body += 'for (const name in value) known++;\n';
    } else {
      const other = this.test(others, depth + 1);
      const cases = names.map((name) => `case ${JSON.stringify(name)}:\n`).join('');
      body += `for (const name in value) {\nswitch (name) {\n${cases}${cases && 'known++; break;\n'}`;
      body += `default: if (!${other}(value[name])) return false;\n}\n}\n`;
    }
    body += `if (known !== ${present.join(' + ') || '0'}) return false;\n`;
    for (const [at, name] of names.entries()) {
      const test = this.test(properties[name], depth + 1);
      const member = `value[${JSON.stringify(name)}]`;
      // What is undefined is left out.
      body += required.includes(name)
        ? `if (${member} === undefined || !${test}(${member})) return false;\n`
        : `const member${at} = ${member};\nif (member${at} !== undefined && !${test}(member${at})) return false;\n`;
    }
    return body;
  }
}

const ANYTHING = `if (!isPlain(value, ${DEEPEST_REST})) return false;\n`;

/** By keyword, how a number compares to it that is not in the range. */
const OUTSIDE = {
  minimum: '<',
  maximum: '>',
  exclusiveMinimum: '<=',
  exclusiveMaximum: '>=',
} as const satisfies Json;

/** A number of characters or elements. */
function count(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new Unknown();
  return value as number;
}
