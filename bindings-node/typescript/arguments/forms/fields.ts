// The fields of a form: what of JSON Schema people can be asked for (ELI-5). A form is flat: text, numbers, true or false,
// and choices among texts. What a schema says beyond that (patterns, steps, refinements) is not sent: the answer is read by the
// whole schema all the same.

import type { PrimitiveSchemaDefinition } from '../../types/questions.js';
import { isRecord, type Json, type Place, Unusable } from '../reading/described.js';
import { choicesOf } from './choices.js';
import { resolved, withoutNull } from './references.js';

/** One field, and whether null may stand for its absence. */
export interface Field {
  readonly definition: PrimitiveSchemaDefinition;
  readonly nullable: boolean;
}

const NOTES = ['title', 'description', 'default'];
const FORMATS = new Set<unknown>(['email', 'uri', 'date', 'date-time']);

/**
 * The field that a schema describes.
 *
 * @param root Where its references lead.
 * @throws Unusable naming `place` when no field can ask for it.
 */
export function fieldOf(schema: unknown, root: Json, place: Place): Field {
  const { json, nullable } = withoutNull(resolved(schema, root), root);
  return { definition: definitionOf(json, root, place) as unknown as PrimitiveSchemaDefinition, nullable };
}

function definitionOf(json: Json, root: Json, place: Place): Json {
  const choices = json.type === 'boolean' ? undefined : choicesOf(json, root, place);
  if (choices !== undefined) return { type: 'string', ...picked(json, NOTES), ...choices };
  switch (json.type) {
    case 'string':
      return {
        type: 'string',
        ...picked(json, [...NOTES, 'minLength', 'maxLength']),
        ...(FORMATS.has(json.format) && { format: json.format }),
      };
    case 'number':
    case 'integer':
      return { type: json.type, ...picked(json, NOTES), ...bounds(json) };
    case 'boolean':
      return { type: 'boolean', ...picked(json, NOTES) };
    case 'array':
      return severalOf(json, root, place);
    default:
      throw new Unusable(place, whyNot(json));
  }
}

/** A choice of several. */
function severalOf(json: Json, root: Json, place: Place): Json {
  const items = resolved(json.items, root);
  const choices = choicesOf(items, root, place.element());
  if (choices === undefined) {
    throw new Unusable(place, 'a form can ask for a list only where it is a choice among texts: an enum');
  }
  const { oneOf, ...untitled } = choices;
  return {
    type: 'array',
    ...picked(json, [...NOTES, 'minItems', 'maxItems']),
    items: oneOf === undefined ? { type: 'string', ...untitled } : { anyOf: oneOf },
  };
}

/** The least and the most. A bound that is excluded itself is said as near as a form can. */
function bounds(json: Json): Json {
  const step = json.type === 'integer' ? 1 : 0;
  const least = [json.minimum, beside(json.exclusiveMinimum, step)].filter(isBound);
  const most = [json.maximum, beside(json.exclusiveMaximum, -step)].filter(isBound);
  return {
    ...(least.length > 0 && { minimum: Math.max(...least) }),
    ...(most.length > 0 && { maximum: Math.min(...most) }),
  };
}

const beside = (bound: unknown, step: number): unknown =>
  typeof bound === 'number' ? bound + step : undefined;

/** The limits of what a number holds exactly are nobody's business but the library's. */
const isBound = (bound: unknown): bound is number =>
  typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

function picked(json: Json, names: readonly string[]): Json {
  return Object.fromEntries(
    names.filter((name) => json[name] !== undefined).map((name) => [name, json[name]]),
  );
}

const KINDS = 'a form is flat: text, numbers, true or false, and choices among texts';

function whyNot(json: Json): string {
  if (json.type === 'object' || isRecord(json.properties)) return `an object cannot be a field: ${KINDS}`;
  if (Array.isArray(json.anyOf) || Array.isArray(json.oneOf) || Array.isArray(json.type)) {
    return `a field has one type: ${KINDS}`;
  }
  return typeof json.type === 'string'
    ? `${json.type} cannot be a field: ${KINDS}`
    : `its type is not said: ${KINDS}`;
}
