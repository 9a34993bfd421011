// The transforms: what is offered under other names, hidden, in other versions; tools found instead of listed, with results of a
// bounded size, with schemas without references.

import { ConfigurationError } from '../engine/errors.js';
import type { Transform } from '../engine/native.js';

/** How tools are found. */
export interface ToolSearchOptions {
  /** How many tools one search finds at most; 5, if absent. */
  maxResults?: number | undefined;
  /** Names of tools that are listed as ever. */
  alwaysVisible?: readonly string[] | undefined;
  /** The name of the tool that finds others; `search_tools`, if absent. */
  searchTool?: string | undefined;
  /** The name of the tool that calls others; `call_tool`, if absent. */
  callTool?: string | undefined;
  /**
   * What a search is given: `words`, a query in plain words that names, descriptions and parameters are held against, the best
   * first; or `pattern`, a regular expression.
   */
  by?: 'words' | 'pattern' | undefined;
  /**
   * How the tools that are found are written: `json`, as lists have them; or `markdown`, shorter, with a line for each parameter.
   */
  results?: 'json' | 'markdown' | undefined;
}

/**
 * Lists two tools instead of many: one finds the others by what they do, one calls them. What each client may see is what it
 * finds; what is found is called as if it had been called directly. Tools that are not listed can still be called by their names;
 * what middleware takes from the list is not found.
 *
 * @throws ConfigurationError when nothing could be found, or both have the same name.
 */
export function toolSearch(options: ToolSearchOptions = {}): Transform {
  const { maxResults, searchTool = 'search_tools', callTool = 'call_tool' } = options;
  refuseBelowOne('toolSearch: maxResults', maxResults);
  if (searchTool === callTool) {
    throw new ConfigurationError(
      `toolSearch: the tools that search and that call are both named ${callTool}`,
    );
  }
  return { type: 'tool_search', ...options };
}

/** What the results of tools are held to. */
export interface ResultBudgetOptions {
  /**
   * How many characters of content a result has at most, structured content included; as it is, if absent. What is beyond is cut,
   * and the result says how much is missing. A result that was cut has no structured content, so tools with a limit do not tell
   * of an output schema.
   */
  maxChars?: number | undefined;
  /** Whether JSON loses the white space that means nothing, in structured content and in text; it does, if absent. */
  compact?: boolean | undefined;
  /**
   * Whether text that only repeats the structured content is left out towards clients that know structured content (2025-06-18
   * and later). Off, if absent, because there are clients that know it and show their model the text.
   */
  oneCopy?: boolean | undefined;
  /** Whether clients are told `maxChars`, by `anthropic/maxResultSizeChars` in the `_meta` of each tool; they are, if absent. */
  advertise?: boolean | undefined;
  /** Names of the tools that it is for; all, if absent. */
  tools?: readonly string[] | undefined;
  /** What is written where a result was cut, instead of how much is missing. */
  note?: string | undefined;
}

/**
 * Holds the results of tools to a size, refusals included: what models read they pay for, and clients cut where it hurts. Of
 * several for one tool the last one counts.
 *
 * @throws ConfigurationError when `maxChars` is not a whole number above 0.
 */
export function resultBudget(options: ResultBudgetOptions): Transform {
  refuseBelowOne('resultBudget: maxChars', options.maxChars);
  return { type: 'result_budget', ...options };
}

/** How references are written out. */
export interface InlineReferencesOptions {
  /** How large a schema may get; 64 KiB, if absent. */
  maxBytes?: number | undefined;
}

/**
 * Writes out what the schemas of tools refer to (`$ref`), for clients that drop `$defs`. What contains itself stays a reference,
 * and a schema that would get too large stays as it is. Done once, when a tool is registered; calls are checked against the
 * schema as it was.
 *
 * @throws ConfigurationError when `maxBytes` is not a whole number above 0.
 */
export function inlineReferences(options: InlineReferencesOptions = {}): Transform {
  refuseBelowOne('inlineReferences: maxBytes', options.maxBytes);
  return { type: 'inline_refs', ...options };
}

/** A range of versions: numbers count as numbers (`2` < `10`), what comes before a release is lower than it. */
export interface VersionRange {
  /** This one or a higher one. */
  gte?: string | undefined;
  /** A lower one. */
  lt?: string | undefined;
  /** This one. */
  eq?: string | undefined;
}

/** What is meant: everything that fits all that is said, or everything if nothing is said. */
export interface VisibilityOptions {
  /** Names of tools, prompts and resources, URIs and templates of resources. */
  names?: readonly string[] | undefined;
  /** Any of these tags. */
  tags?: readonly string[] | undefined;
  kinds?: readonly ('tool' | 'prompt' | 'resource' | 'resource_template')[] | undefined;
  /** What has no version is not in the range. */
  versions?: VersionRange | undefined;
}

/** What becomes of a tool or a prompt; what is absent stays as it is. */
export interface Renamed {
  name?: string | undefined;
  title?: string | undefined;
  description?: string | undefined;
  tags?: readonly string[] | undefined;
  _meta?: Record<string, unknown> | undefined;
  enabled?: boolean | undefined;
}

/** Puts everything under a prefix: names become `prefix_name`, URIs `scheme://prefix/rest`. */
export function namespace(prefix: string): Transform {
  return { type: 'namespace', prefix };
}

/** Gives tools and prompts, by the names they have so far, other names and words. */
export function rename(renamed: {
  tools?: Readonly<Record<string, string | Renamed>> | undefined;
  prompts?: Readonly<Record<string, string | Renamed>> | undefined;
}): Transform {
  return { type: 'rename', ...renamed };
}

/**
 * Shows or hides what is meant; of several the last one that fits counts. What is hidden is not listed, and unknown when called.
 */
export function visibility(enabled: boolean, meant: VisibilityOptions = {}): Transform {
  return { type: 'visibility', enabled, ...meant };
}

/** Leaves only the versions of a range there, and what has none unless `unversioned` is false. */
export function versionFilter(range: VersionRange & { unversioned?: boolean | undefined }): Transform {
  return { type: 'versions', ...range };
}

function refuseBelowOne(what: string, number: number | undefined): void {
  if (number !== undefined && !(Number.isInteger(number) && number >= 1)) {
    throw new ConfigurationError(
      `${what} must be a whole number of at least 1, not ${JSON.stringify(number)}`,
    );
  }
}
