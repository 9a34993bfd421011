// Looks into schemas on behalf of one conversion, each at most once.

import { type Described, type Direction, type Place, type Raw, Unusable } from './described.js';
import { describeForeign } from './foreign.js';
import { isStandard, isZod3, isZod4 } from './recognition.js';
import { Shape } from './shape.js';
import { describeZod3 } from './zod3.js';
import { describeZod4 } from './zod4.js';

export class Reader {
  readonly #known = new Map<Raw, Described>();

  constructor(readonly direction: Direction) {}

  /** One level of a schema. */
  describe(schema: Raw, place: Place): Described {
    const known = this.#known.get(schema);
    if (known !== undefined) return known;
    const described = this.#read(schema, place);
    this.#known.set(schema, described);
    return described;
  }

  #read(schema: Raw, place: Place): Described {
    if (schema instanceof Shape) return { kind: 'object', members: schema.members, rest: 'strip' };
    if (isZod4(schema)) return describeZod4(schema, this.direction);
    if (isZod3(schema)) return describeZod3(schema, this.direction);
    if (isStandard(schema)) return describeForeign(schema);
    throw new Unusable(place, 'this is not a schema');
  }

  /** Whether a member may be absent: in what callers send, or in what parsing leaves. */
  mayBeAbsent(schema: Raw, place: Place, above: ReadonlySet<Raw> = new Set()): boolean {
    if (above.has(schema)) return false;
    const inside = new Set(above).add(schema);
    const ask = (inner: Raw) => this.mayBeAbsent(inner, place, inside);
    const described = this.describe(schema, place);
    switch (described.kind) {
      case 'anything':
        // Since zod 4 a member may be anything and has to be there all the same.
        return !isZod4(schema) || schema._zod[this.direction === 'input' ? 'optin' : 'optout'] !== undefined;
      case 'special':
        return described.absent === true;
      case 'foreign':
        return described.absent;
      case 'nullable':
        return ask(described.inner);
      case 'union':
        return described.options.some(ask);
      case 'intersection':
        return ask(described.left) && ask(described.right);
      case 'wrapper':
        if (described.required) return false;
        if (described.fallback !== undefined) return this.direction === 'input';
        return described.optional === true || ask(described.inner);
      case 'pipe': {
        const side = this.direction === 'input' ? described.from : described.to;
        return side === undefined || ask(side);
      }
      default:
        return false;
    }
  }

  /** The objects that an intersection, or a plain wrapper, consists of; undefined when there is anything else in it. */
  objectsIn(schema: Raw, place: Place, depth = 0): Extract<Described, { kind: 'object' }>[] | undefined {
    const described = this.describe(schema, place);
    if (described.kind === 'object') return [described];
    if (depth > 20) return undefined;
    if (described.kind === 'wrapper' && described.fallback === undefined) {
      return this.objectsIn(described.inner, place, depth + 1);
    }
    if (described.kind !== 'intersection') return undefined;
    const left = this.objectsIn(described.left, place, depth + 1);
    const right = this.objectsIn(described.right, place, depth + 1);
    return left && right && [...left, ...right];
  }
}
