// Reading a SQLite file for somebody you do not trust: no writes, no other files, no endless statements.

import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';

export type Cell = string | number | null;

export interface Rows {
  columns: string[];
  rows: Cell[][];
}

export const SECONDS_PER_STATEMENT = 2;
export const MEGABYTES_OF_MEMORY = 64;
export const LONGEST_CELL = 2_000;

/** The statement was not run, or not to its end. The message says why, in words a person can act on. */
export class Refused extends Error {}

type Answer = { answer: { columns: string[]; rows: (Cell | bigint | Uint8Array)[][] } } | { refusal: string };

/**
 * A SQLite file that can only be read. A statement runs on a thread, because SQLite does not come back before it is done;
 * while all threads are busy, another one is started.
 */
export class ReadOnlyDatabase {
  private idle: Worker[] = [];
  private version = '';

  constructor(
    private readonly path: string,
    private readonly secondsPerStatement = SECONDS_PER_STATEMENT,
  ) {}

  /** Runs one statement and returns its column names and at most `most` rows. Throws `Refused`. */
  async read(sql: string, most: number): Promise<Rows> {
    const thread = await this.thread();
    const version = this.version;
    const answer = await ask(thread, { sql, most });
    if (version === this.version) this.idle.push(thread);
    else void thread.terminate();
    if ('refusal' in answer) throw new Refused(this.inPlainWords(answer.refusal));
    const { columns, rows } = answer.answer;
    return { columns, rows: rows.map((row) => row.map(shorten)) };
  }

  /** The tables and views, each with the statement that made it. */
  async tables(): Promise<Map<string, string>> {
    const { rows } = await this.read(
      "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' " +
        "ESCAPE '\\' ORDER BY rowid",
      1_000,
    );
    return new Map(rows.map(([name, sql]) => [String(name), String(sql)]));
  }

  /** A thread that has the file as it is now. */
  private async thread(): Promise<Worker> {
    const version = await versionOf(this.path);
    if (version !== this.version) {
      for (const outdated of this.idle.splice(0)) void outdated.terminate();
      this.version = version;
    }
    return this.idle.pop() ?? this.start();
  }

  private start(): Worker {
    const thread = new Worker(new URL('./sqlite_thread.mjs', import.meta.url), {
      execArgv: [],
      workerData: {
        path: this.path,
        secondsPerStatement: this.secondsPerStatement,
        megabytesOfMemory: MEGABYTES_OF_MEMORY,
      },
    });
    thread.unref(); // An idle thread is no reason for the process to stay.
    return thread;
  }

  private inPlainWords(message: string): string {
    if (/not authorized|authorization denied|readonly|prohibited/.test(message)) {
      return 'This database can only be read: use a single SELECT statement.';
    }
    if (/one statement at a time/.test(message)) return 'One statement at a time, please.';
    if (/empty SQL/.test(message)) return 'There is no statement in this text.';
    if (/interrupted/i.test(message)) {
      return `The statement was stopped after ${this.secondsPerStatement} seconds: ask for less, or add a LIMIT.`;
    }
    if (/out of memory|SQLITE_NOMEM/.test(message)) {
      return `The statement needs more than ${MEGABYTES_OF_MEMORY} MB of memory.`;
    }
    return `SQLite could not run this: ${message.replace(/^.*?sqlite3 result code \d+: /, '').replace(/\.$/, '')}.`;
  }
}

/** Changes when the file does. What is only in a write-ahead log would be missing from the answers, so it is refused. */
async function versionOf(path: string): Promise<string> {
  const { mtimeMs, size } = await stat(path);
  const log = await stat(`${path}-wal`).catch(() => undefined);
  if (log?.size) throw new Refused('Another program is writing to this database: its write-ahead log is not empty.');
  return `${mtimeMs} ${size}`;
}

function ask(thread: Worker, question: { sql: string; most: number }): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (error: Error) => resolve({ refusal: error.message });
    thread.once('error', fail);
    thread.once('message', (answer: Answer) => {
      thread.off('error', fail);
      resolve(answer);
    });
    thread.postMessage(question);
  });
}

/** What JSON cannot carry becomes text. */
function shorten(value: Cell | bigint | Uint8Array): Cell {
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'string' && value.length > LONGEST_CELL) return `${value.slice(0, LONGEST_CELL)}…`;
  return value;
}
