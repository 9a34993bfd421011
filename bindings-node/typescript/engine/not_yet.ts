// What other packages have and this one does not have yet. It can be imported, named as a type and written after `instanceof`,
// so that a program which only mentions it runs; who uses it is told.

import { NotYetError } from './errors.js';

/** The type of what is not yet here: anything, so that code which mentions it compiles. */
// biome-ignore lint/suspicious/noExplicitAny: anything may be done with it, and all of it is told at run time
export type NotYet<_A = unknown, _B = unknown, _C = unknown> = any;

/** A function that refuses to do anything, in the place of one that is not yet here. */
export function refusing(name: string, instead?: string): (...parts: unknown[]) => never {
  return () => {
    throw new NotYetError(name, instead);
  };
}

/** What a stand-in has of its own: what the language and those who print it look at. */
const ITS_OWN = new Set<string | symbol>([
  'prototype',
  'name',
  'length',
  'then',
  'toJSON',
  '$$typeof',
  'nodeType',
]);
/** What reads it as a list, a number or text. */
const READING = new Set<string | symbol>([Symbol.iterator, Symbol.asyncIterator, Symbol.toPrimitive]);

/** Stands in for a class, a function, an object or a list. */
function standIn(name: string, instead: string | undefined): NotYet {
  const refuse = refusing(name, instead);
  const target = Object.defineProperty(function standIn() {}, 'name', { value: name });
  return new Proxy(target, {
    apply: refuse,
    construct: refuse,
    set: refuse,
    get: (own, member, receiver) => {
      const isOwn = ITS_OWN.has(member) || (typeof member === 'symbol' && !READING.has(member));
      return isOwn ? Reflect.get(own, member, receiver) : refuse();
    },
  });
}

/**
 * Stand-ins, each made by taking it out: `export const { Client } = notYet()`.
 *
 * @param instead What to use in its place, where there is something.
 */
export function notYet(instead?: string): { [name: string]: NotYet } {
  return new Proxy({}, { get: (_, name) => standIn(String(name), instead) });
}
