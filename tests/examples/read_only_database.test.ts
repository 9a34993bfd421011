// The database behind the example server, read from TypeScript: the same rows as from Python, and nobody can write to it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { create } from '../../examples/database_assistant/bookshop.js';
import { LONGEST_CELL, ReadOnlyDatabase, Refused } from '../../examples/database_assistant/read_only.js';

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';

let folder = '';
let shop = '';
let database: ReadOnlyDatabase;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oxmcp-shop-'));
  shop = join(folder, 'bookshop.db');
  await create(shop);
  database = new ReadOnlyDatabase(shop);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** What SQLite's own rows look like, table by table. */
async function contents(path: string): Promise<unknown> {
  const open = new ReadOnlyDatabase(path);
  const tables: [string, unknown][] = [];
  for (const name of (await open.tables()).keys()) {
    tables.push([name, await open.read(`SELECT * FROM ${name} ORDER BY 1, 2`, 10_000)]);
  }
  return tables;
}

test('two servers that start at once both find a whole database, and leave nothing else behind', async () => {
  const together = mkdtempSync(join(folder, 'together-'));
  const path = join(together, 'bookshop.db');
  await Promise.all([create(path), create(path), create(path)]);
  assert.deepEqual(readdirSync(together), ['bookshop.db']);
  assert.deepEqual(await contents(path), await contents(shop));
});

describe('a statement that would do more than read is refused', () => {
  for (const sql of [
    'DELETE FROM books',
    "UPDATE books SET title = 'mine'",
    "INSERT INTO books VALUES (99, 'a', 'b', 1, 'c') RETURNING *",
    "REPLACE INTO books VALUES (1, 'a', 'b', 1, 'c')",
    'WITH one AS (SELECT 1) DELETE FROM books',
    'DROP TABLE books',
    'CREATE TABLE mine (a)',
    'CREATE TEMP TABLE mine (a)',
    "ATTACH 'elsewhere.db' AS elsewhere",
    "VACUUM INTO 'elsewhere.db'",
    'PRAGMA query_only = OFF',
    'SELECT * FROM pragma_database_list',
    'BEGIN IMMEDIATE',
  ]) {
    test(sql, async () => {
      const bytes = readFileSync(shop);
      await assert.rejects(
        database.read(sql, 1),
        (error) => error instanceof Refused && /only be read/.test(error.message),
      );
      assert.deepEqual(readFileSync(shop), bytes);
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.endsWith('elsewhere.db')),
        [],
      );
    });
  }
});

describe('a refusal says why in plain words', () => {
  for (const [sql, words] of [
    ['SELECT 1; SELECT 2', /One statement at a time/],
    ['-- nothing', /no statement/],
    ['SELECT titel FROM books', /could not run this: no such column: titel\.$/],
    ['SELEC', /could not run this: near "SELEC": syntax error\.$/],
    ["SELECT length(printf('%900000000d', 1))", /64 MB of memory/],
    ["SELECT load_extension('elsewhere')", /no such function/],
    ["SELECT '\0'", /null character/],
  ] as const) {
    test(JSON.stringify(sql), () => assert.rejects(database.read(sql, 1), { message: words }));
  }
});

test('one statement may be followed by a comment', async () => {
  assert.deepEqual((await database.read('SELECT 1 AS one; -- and nothing more', 9)).rows, [[1]]);
});

test('an endless statement is stopped, and others are answered meanwhile', async () => {
  const impatient = new ReadOnlyDatabase(shop, 0.05);
  const endless = assert.rejects(impatient.read(ENDLESS, 1), { message: /stopped after 0\.05 seconds/ });
  assert.equal((await impatient.tables()).size, 5);
  await endless;
});

test('more statements at once than there are threads wait for one another', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, number) => database.read(`SELECT ${number}`, 1)),
  );
  assert.deepEqual(
    answers.map(({ rows }) => rows[0]?.[0]),
    answers.map((_, number) => number),
  );
});

test('a file that has changed is read again', async () => {
  const path = join(folder, 'changing.db');
  await create(path);
  const changing = new ReadOnlyDatabase(path);
  assert.equal((await changing.tables()).size, 5);
  // Another database of the same size, as far as anybody can tell from outside.
  const bytes = readFileSync(path);
  const place = bytes.indexOf('Pride and Prejudice');
  bytes.write('Pride and Precision', place);
  writeFileSync(path, bytes);
  utimesSync(path, new Date(), new Date(statSync(path).mtimeMs + 10_000));
  assert.deepEqual((await changing.read('SELECT title FROM books WHERE id = 1', 1)).rows, [
    ['Pride and Precision'],
  ]);
});

test('a database somebody else is writing to is refused rather than read half', async () => {
  const path = join(folder, 'busy.db');
  await create(path);
  writeFileSync(`${path}-wal`, 'something');
  await assert.rejects(new ReadOnlyDatabase(path).read('SELECT 1', 1), {
    message: /write-ahead log is not empty/,
  });
});

test('what JSON cannot carry becomes text', async () => {
  const sql = "SELECT 9e999, x'0011', 9007199254740993, printf('%5000d', 1)";
  const [row] = (await database.read(sql, 1)).rows;
  assert.deepEqual(row?.slice(0, 3), ['Infinity', '<2 bytes>', '9007199254740993']);
  assert.equal(String(row?.[3]).length, LONGEST_CELL + 1);
});

test('an idle database keeps no process alive', () => {
  const program = `import { ReadOnlyDatabase } from './examples/database_assistant/read_only.ts';
    console.log((await new ReadOnlyDatabase(${JSON.stringify(shop)}).read('SELECT count(*) FROM books', 1)).rows[0][0]);`;
  const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(output.trim(), '64');
});
