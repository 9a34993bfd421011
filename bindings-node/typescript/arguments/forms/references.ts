// What a schema refers to, and what is left of it without null.

import { isRecord, type Json } from '../reading/described.js';

/** References that lead on and on lead nowhere. */
const FARTHEST = 32;

/** A schema with the reference it consists of, if it does, replaced by what that refers to within `root`. */
export function resolved(schema: unknown, root: Json): Json {
  let json: Json = isRecord(schema) ? schema : {};
  for (let steps = 0; typeof json.$ref === 'string' && steps < FARTHEST; steps += 1) {
    const { $ref, ...beside } = json;
    json = { ...target($ref as string, root), ...beside };
  }
  const { allOf, ...rest } = json;
  // One part is what older generators write around a reference that has notes beside it.
  return Array.isArray(allOf) && allOf.length === 1 ? { ...resolved(allOf[0], root), ...rest } : json;
}

function target(reference: string, root: Json): Json {
  let found: unknown = root;
  for (const step of reference.replace(/^#\/?/, '').split('/')) {
    if (step === '') continue;
    found = isRecord(found) ? found[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  }
  return isRecord(found) ? found : {};
}

/** A schema without the null among its types or alternatives, and whether there was one. */
export function withoutNull(json: Json, root: Json): { json: Json; nullable: boolean } {
  if (Array.isArray(json.type) && json.type.includes('null')) {
    const others = json.type.filter((type) => type !== 'null');
    return { json: { ...json, type: others.length === 1 ? others[0] : others }, nullable: true };
  }
  for (const keyword of ['anyOf', 'oneOf']) {
    const options = json[keyword];
    if (!Array.isArray(options)) continue;
    const others = options.filter((option) => !isNull(resolved(option, root)));
    if (others.length === options.length) continue;
    const { [keyword]: _options, ...rest } = json;
    const only = others.length === 1 ? resolved(others[0], root) : { [keyword]: others };
    return { json: { ...only, ...rest }, nullable: true };
  }
  if (Array.isArray(json.enum) && json.enum.includes(null)) {
    return { json: { ...json, enum: json.enum.filter((value) => value !== null) }, nullable: true };
  }
  return { json, nullable: false };
}

const isNull = (json: Json): boolean => json.type === 'null' || ('const' in json && json.const === null);
