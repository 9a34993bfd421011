// Schemas of other libraries, known by Standard Schema alone: what they check and change is theirs to know.

import { type Described, type Direction, isRecord, type Json, Place, Unusable } from './described.js';
import { portable } from './json_schema.js';
import type { Standard } from './recognition.js';
import { parsedNow } from './shape.js';

const TARGET = 'draft-2020-12';

/** Describes such a schema as a whole. */
export function describeForeign(schema: Standard): Described {
  const { vendor } = schema['~standard'];
  const json = (direction: Direction): Json => {
    const write = schema['~standard'].jsonSchema?.[direction];
    if (typeof write !== 'function') {
      throw new Unusable(
        Place.root,
        `${vendor}'s schema does not offer its JSON Schema ("~standard".jsonSchema.${direction}); ${advice(vendor)}`,
      );
    }
    const written = write({ target: TARGET });
    if (!isRecord(written))
      throw new Unusable(Place.root, `${vendor} gave no object for the schema's JSON Schema`);
    return portable(written);
  };
  return {
    kind: 'foreign',
    json,
    absent: parsedNow(schema, undefined) !== undefined,
    judged: true,
    looser: true,
  };
}

function advice(vendor: string): string {
  if (vendor === 'valibot') return 'wrap it in toStandardJsonSchema() of @valibot/to-json-schema';
  if (vendor === 'arktype') return 'update arktype to 2.1.28 or later';
  return 'use a version of the library that does, or give a plain JSON Schema instead';
}
