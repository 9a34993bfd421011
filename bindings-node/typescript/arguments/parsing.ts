// Runs a schema's own parse.

import type { StandardIssue, StandardResult, Validate } from './reading/described.js';

/** One thing that is wrong with a value. */
export interface Issue {
  /** Names and indexes from the root to the value in question; empty for the root itself. */
  readonly path: (string | number)[];
  readonly message: string;
}

/** How a parse ends. */
export type ParseOutcome = { value: unknown } | { issues: Issue[] };

/** A parse: the value in its JSON form in, the outcome out. Never throws, never rejects. */
export type Parse = (value: unknown) => ParseOutcome | Promise<ParseOutcome>;

/** A schema's own parse between what JSON gave and what is passed on. */
export function parseWith(
  validate: Validate,
  before: ((value: unknown) => unknown) | undefined,
  after: ((value: unknown) => unknown) | undefined,
): Parse {
  const finish = (result: StandardResult): ParseOutcome => {
    if (result.issues !== undefined) return { issues: result.issues.map(issueOf) };
    return { value: after ? after(result.value) : result.value };
  };
  return (value) => {
    try {
      const result = validate(before ? before(value) : value);
      return result instanceof Promise ? result.then(finish).catch(failed) : finish(result);
    } catch (error) {
      return failed(error);
    }
  };
}

/** A transform or refinement of the user's that throws refuses the value, in its own words. */
function failed(error: unknown): ParseOutcome {
  return { issues: [{ path: [], message: error instanceof Error ? error.message : String(error) }] };
}

function issueOf(issue: StandardIssue): Issue {
  const path = (issue.path ?? []).map((part) => {
    const key = typeof part === 'object' ? part.key : part;
    return typeof key === 'symbol' ? String(key) : key;
  });
  return { path, message: issue.message };
}
