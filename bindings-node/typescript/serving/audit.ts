// The section `audit` of a server's options, and how its function for records is asked.

/** What was done, by whom, and what came of it: a line of the log. */
export interface AuditRecord {
  /** SHA-256 of the line without this member; the chain is made of these. */
  readonly event_hash: string;
  readonly event_id: string;
  /** The method, such as `tools/call`; `request.refused` for what was refused unread; `audit.…` for what the log says of itself. */
  readonly event_type: string;
  readonly extensions: Readonly<Record<string, string | boolean>>;
  /** RFC 3339, with milliseconds. */
  readonly occurred_at: string;
  readonly outcome: 'allowed' | 'denied' | 'deferred' | 'error';
  readonly previous_hash: string | null;
  /** Who asked, where that is known. */
  readonly principal_id: string | null;
  readonly tool_name: string | null;
}

/** Takes records somewhere, in their order, one batch at a time. What it throws, or rejects with, means that they are not there. */
export type AuditSink = (records: readonly AuditRecord[]) => unknown;

/**
 * What is recorded, and where: at least one of `path`, `console` and `sink`; see docs/audit.md, whose names may be used as they stand
 * there, too.
 */
export interface AuditOptions {
  /** The file. One process at a time writes it. */
  path?: string | undefined;
  /** A stream of the process. Where standard output is the protocol's, `stdout` is standard error. */
  console?: 'stdout' | 'stderr' | undefined;
  /** A function that gets records, too. */
  sink?: AuditSink | undefined;
  /** Whether a record is written before its answer goes out (`durable`, the default), or soon. */
  mode?: 'durable' | 'fast' | undefined;
  /** What becomes of calls while nothing can be written, in the durable mode; `refuse`, if absent. */
  onFailure?: 'refuse' | 'allow' | undefined;
  /** What is recorded of arguments; a keyed hash, if absent. */
  arguments?: 'hashed' | 'redacted' | 'whole' | 'none' | undefined;
  /** Names of arguments that are secret, besides those that are known as such. */
  redact?: readonly string[] | undefined;
  /** Regular expressions (of the Rust crate `regex`) of what else is secret, in whatever is recorded. */
  redactPatterns?: readonly string[] | undefined;
  /** The most bytes of arguments in a record; 4096. */
  maxArgumentBytes?: number | undefined;
  /** The most bytes of any other text in a record; 512. */
  maxTextBytes?: number | undefined;
  /** The key of the hashes of arguments, 16 bytes at least: the text, or where it is; one that nobody knows, if absent. */
  key?: string | { env: string } | { file: string } | undefined;
  /** From which size on another file is begun; 100 MiB, 0 for never. */
  rotateBytes?: number | undefined;
  /** From which age on another file is begun; never, if absent. */
  rotateSeconds?: number | undefined;
  /** How many finished files are kept; all, if absent. */
  keep?: number | undefined;
  /** How many records may wait in the fast mode; 10 000. */
  queueRecords?: number | undefined;
  /** How many bytes those may hold; 32 MiB. */
  queueBytes?: number | undefined;
  /** How many records `sink` is handed at once, at most; 1000. */
  sinkRecords?: number | undefined;
  /** How long it may take for them. Seconds; default 10. */
  sinkSeconds?: number | undefined;
  readonly [option: string]: unknown;
}

/** What is asked of a sink; undefined where nothing can be. */
export function recording(given: unknown): ((asked: unknown) => unknown) | undefined {
  if (typeof given !== 'function') return undefined;
  return (asked) => given((asked as { records: readonly AuditRecord[] }).records);
}
