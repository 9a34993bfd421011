// Creates the example's database, a small bookshop. What is in it, `bookshop.sql` says.

import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import sqlite3InitModule from '@sqlite.org/sqlite-wasm';

/** Writes a fresh database to `path`, whole or not at all, so that two servers may start at once. */
export async function create(path: string): Promise<void> {
  const { capi, oo1 } = await sqlite3InitModule();
  const database = new oo1.DB(':memory:');
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  try {
    database.exec(await readFile(new URL('./bookshop.sql', import.meta.url), 'utf8'));
    await writeFile(unfinished, capi.sqlite3_js_db_export(database));
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    database.close();
  }
}
