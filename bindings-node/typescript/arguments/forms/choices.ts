// Choices among texts, in whichever way a schema has them: one constant, a list, alternatives of constants, with titles or not.

import { type Json, type Place, Unusable } from '../reading/described.js';
import { resolved } from './references.js';

/** What a form is told of the choices: `enum`, perhaps with `enumNames`; or `oneOf` of constants with their titles. */
export type Choices = { enum: string[]; enumNames?: unknown; oneOf?: undefined } | { oneOf: Titled[] };

/** One choice: what is answered, and what people see. */
export interface Titled {
  const: string;
  title: string;
}

/**
 * The choices that a schema consists of; undefined when it is no choice.
 *
 * @throws Unusable naming `place` when there is something else than text among them.
 */
export function choicesOf(json: Json, root: Json, place: Place): Choices | undefined {
  const options = json.oneOf ?? json.anyOf;
  if (Array.isArray(options))
    return amongOptions(
      options.map((option) => resolved(option, root)),
      root,
      place,
    );
  const values = 'const' in json ? [json.const] : json.enum;
  if (!Array.isArray(values)) return undefined;
  const { enumNames } = json;
  return { enum: texts(values, place), ...(enumNames !== undefined && { enumNames }) };
}

function amongOptions(options: readonly Json[], root: Json, place: Place): Choices | undefined {
  const found: Titled[] = [];
  let hasTitles = false;
  for (const option of options) {
    const choices = choicesOf(option, root, place);
    if (choices === undefined) return undefined;
    const title = option.title ?? option.description;
    hasTitles ||= typeof title === 'string';
    if (choices.oneOf !== undefined) {
      found.push(...choices.oneOf);
      hasTitles = true;
    } else {
      const shown = (value: string) =>
        typeof title === 'string' && choices.enum.length === 1 ? title : value;
      found.push(...choices.enum.map((value) => ({ const: value, title: shown(value) })));
    }
  }
  return hasTitles ? { oneOf: found } : { enum: found.map((choice) => choice.const) };
}

function texts(values: readonly unknown[], place: Place): string[] {
  const other = values.find((value) => typeof value !== 'string');
  if (other === undefined) return values as string[];
  throw new Unusable(place, `a form offers choices among texts, and ${JSON.stringify(other)} is none`);
}
