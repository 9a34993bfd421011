// The company's database: SQLite in memory, filled anew by `company.sql`. Who may do what in it is not said here.

import { readFileSync } from 'node:fs';
import sqlite3InitModule, { type Database as Connection, type SqlValue } from '@sqlite.org/sqlite-wasm';

export type Cell = string | number | null;

const MILLISECONDS_PER_STATEMENT = 2_000;
const MOST_ROWS = 500;

const { capi, config, oo1 } = await sqlite3InitModule();
config.warn = () => {}; // a refused statement is an answer, not news for the server's log

// What a statement of `query` may do at all; SQLite refuses the rest while it compiles the statement.
const READING = new Set([capi.SQLITE_SELECT, capi.SQLITE_READ, capi.SQLITE_FUNCTION, capi.SQLITE_RECURSIVE]);

/** What was asked for cannot be done. The message says why, in words for whoever asked. */
export class Wrong extends Error {}

/** One connection. */
export class Database {
  private readonly connection: Connection = new oo1.DB(':memory:');

  constructor(schema: URL) {
    this.connection.exec(readFileSync(schema, 'utf8'));
  }

  /** How many rows each table has, by its name. */
  tables(): Map<string, number> {
    return this.using(false, () => {
      const names = this.connection.selectValues("SELECT name FROM sqlite_master WHERE type = 'table'");
      return new Map(
        names.map((name) => {
          const rows = this.connection.selectValue(`SELECT count(*) FROM ${quoted(String(name))}`);
          return [String(name), Number(rows)];
        }),
      );
    });
  }

  /** The types of a table's columns, by their names. Throws `Wrong`. */
  columns(table: string): Map<string, string> {
    return this.using(false, () => this.known(table));
  }

  /** The names of the columns, and at most `MOST_ROWS` rows, of one statement that only reads. Throws `Wrong`. */
  read(sql: string): { columns: string[]; rows: Cell[][] } {
    return this.using(true, () => {
      const statement = this.connection.prepare(sql);
      try {
        const rows: Cell[][] = [];
        while (rows.length < MOST_ROWS && statement.step()) {
          rows.push((statement.get([]) as SqlValue[]).map(cell));
        }
        return { columns: statement.getColumnNames(), rows };
      } finally {
        statement.finalize();
      }
    });
  }

  /** Adds a row, and returns its id. Throws `Wrong`. */
  insert(table: string, record: Record<string, Cell>): number {
    return this.using(false, () => {
      const known = this.known(table);
      const names = Object.keys(record);
      const unknown = names.filter((name) => !known.has(name)).sort();
      if (unknown.length > 0) {
        throw new Wrong(`${table} has no column ${unknown.join(', ')}; it has ${[...known.keys()].join(', ')}`);
      }
      const marks = names.map(() => '?').join(', ');
      const into = names.length > 0 ? `(${names.map(quoted).join(', ')}) VALUES (${marks})` : 'DEFAULT VALUES';
      this.connection.exec(`INSERT INTO ${quoted(table)} ${into}`, { bind: Object.values(record) });
      return Number(this.connection.selectValue('SELECT last_insert_rowid()'));
    });
  }

  /** Takes rows away, and returns how many there were. Throws `Wrong`. */
  delete(table: string, ids: number[]): number {
    return this.using(false, () => {
      this.known(table);
      const marks = ids.map(() => '?').join(', ');
      this.connection.exec(`DELETE FROM ${quoted(table)} WHERE id IN (${marks})`, { bind: ids });
      return this.connection.changes() as number;
    });
  }

  private known(table: string): Map<string, string> {
    const columns = this.connection.selectArrays('SELECT name, type FROM pragma_table_info(?)', [table]);
    if (columns.length === 0) throw new Wrong(`there is no table ${table}`);
    return new Map(columns.map(([name, type]) => [String(name), String(type)]));
  }

  private using<T>(reading: boolean, use: () => T): T {
    const deadline = Date.now() + MILLISECONDS_PER_STATEMENT;
    const { pointer } = this.connection;
    if (pointer === undefined) throw new Wrong('the database is closed');
    capi.sqlite3_progress_handler(pointer, 10_000, () => (Date.now() > deadline ? 1 : 0), 0);
    capi.sqlite3_set_authorizer(
      pointer,
      (_: unknown, action: number) =>
        !reading || READING.has(action) ? capi.SQLITE_OK : capi.SQLITE_DENY,
      0,
    );
    try {
      return use();
    } catch (error) {
      if (error instanceof Wrong) throw error;
      const message = String((error as Error).message).replace(/^.*?sqlite3 result code \d+: /, '');
      throw new Wrong(`SQLite could not do this: ${message}`);
    }
  }
}

/** What JSON cannot carry becomes text. */
function cell(value: SqlValue): Cell {
  if (value instanceof Uint8Array || value instanceof ArrayBuffer || value instanceof Int8Array) {
    return `<${value.byteLength} bytes>`;
  }
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
