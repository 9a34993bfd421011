// The section `safety` of a server's options, and how its function for results is asked.

import type { CallToolResult } from '../types/tools.js';

/**
 * Makes of a tool's result what is said; nothing leaves it as it is. Where it throws or rejects, the call fails, and nothing of the
 * result is said.
 */
export type Sanitizer = (
  result: CallToolResult,
  tool: string,
) => CallToolResult | undefined | null | Promise<CallToolResult | undefined | null>;

/** How calls that name themselves by a key are kept from being done twice. */
export interface IdempotencyOptions {
  /** For how long a key stands for its call. Seconds; default 86 400. */
  ttlSeconds?: number | undefined;
  /** How many keys there can be; 100 000. */
  maxKeys?: number | undefined;
  /** How many bytes their answers may hold; 64 MiB. */
  maxBytes?: number | undefined;
}

/** What people are asked before it is done, and what models are told; see docs/safety.md, whose names may be used as they stand there, too. */
export interface SafetyOptions {
  /**
   * Which tools a person confirms, call by call, where they do not say so themselves (`confirm` of a tool): those whose hints say that
   * they destroy something (`destructive`, the default), all whose hints do not say that they only read, none, or those of these names,
   * in which `*` is anything.
   */
  confirm?:
    | 'destructive'
    | 'unless_read_only'
    | 'unlessReadOnly'
    | 'off'
    | false
    | readonly string[]
    | undefined;
  /** How long a person may take. Seconds; default 300. */
  confirmSeconds?: number | undefined;
  /** What becomes of such a call where nobody can be asked; `refuse`, if absent. */
  cannotAsk?: 'refuse' | 'allow' | undefined;
  /** Whether results say in `_meta` that what is in them is not to be trusted; they do, if absent. */
  markResults?: boolean | undefined;
  /** What becomes of characters in results that people do not see and models read; `flag`, if absent. */
  hiddenCharacters?: 'keep' | 'flag' | 'strip' | undefined;
  /** The most characters of a result; as many as there are, if absent. */
  maxResultChars?: number | undefined;
  /** Whether results are held to their tools' output schemas whoever vouched for them; they are, if absent. */
  enforceOutput?: boolean | undefined;
  /** Whether what functions throw without meaning it for the caller is for the log alone, under an id that the caller is told. */
  maskErrors?: boolean | undefined;
  /** How calls with a key are kept from being done twice; `false` takes no notice of keys. */
  idempotency?: boolean | IdempotencyOptions | undefined;
  /** Makes of each result what is said. */
  sanitize?: Sanitizer | undefined;
  readonly [option: string]: unknown;
}

/** What is asked of a sanitizer; undefined where nothing can be. */
export function sanitizing(given: unknown): ((asked: unknown) => unknown) | undefined {
  if (typeof given !== 'function') return undefined;
  return async (asked) => {
    const { tool, result } = asked as { tool: string; result: CallToolResult };
    return (await given(result, tool)) ?? result;
  };
}
