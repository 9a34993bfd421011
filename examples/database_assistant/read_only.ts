// Reading a SQLite file for somebody you do not trust: no writes, no other files, no endless statements.

import { Worker } from 'node:worker_threads';

export type Cell = string | number | null;

export interface Rows {
  columns: string[];
  rows: Cell[][];
}

export const SECONDS_PER_STATEMENT = 2;
export const MEGABYTES_OF_MEMORY = 64;
export const LONGEST_CELL = 2_000;
const MOST_THREADS = 4;

/** The statement was not run, or not to its end. The message says why, in words a person can act on. */
export class Refused extends Error {}

interface Question {
  sql: string;
  most: number;
}

type Answer = { columns: string[]; rows: (Cell | bigint | Uint8Array)[][] } | { refusal: string };

/**
 * A SQLite file that can only be read. Statements run on threads of their own, because SQLite does not come back before a
 * statement is done; those for which there is no thread wait.
 */
export class ReadOnlyDatabase {
  private threads = 0;
  private readonly idle: Worker[] = [];
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly path: string,
    private readonly secondsPerStatement = SECONDS_PER_STATEMENT,
  ) {}

  /** Runs one statement and returns its column names and at most `most` rows. Throws `Refused`. */
  async read(sql: string, most: number): Promise<Rows> {
    while (this.idle.length === 0 && this.threads === MOST_THREADS) {
      await new Promise<void>((free) => this.waiting.push(free));
    }
    const thread = this.idle.pop() ?? this.start();
    const answer = await this.ask(thread, { sql, most });
    if ('refusal' in answer) throw new Refused(this.inPlainWords(answer.refusal));
    const { columns, rows } = answer;
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

  private start(): Worker {
    this.threads += 1;
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

  private ask(thread: Worker, question: Question): Promise<Answer> {
    return new Promise((resolve) => {
      const answered = (answer: Answer) => {
        thread.off('error', failed);
        this.idle.push(thread);
        this.waiting.shift()?.();
        resolve(answer);
      };
      const failed = (error: Error) => {
        thread.off('message', answered);
        this.threads -= 1;
        this.waiting.shift()?.();
        resolve({ refusal: error.message });
      };
      thread.once('message', answered);
      thread.once('error', failed);
      thread.postMessage(question);
    });
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

/** What JSON cannot carry becomes text. */
function shorten(value: Cell | bigint | Uint8Array): Cell {
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'string' && value.length > LONGEST_CELL) return `${value.slice(0, LONGEST_CELL)}…`;
  return value;
}
