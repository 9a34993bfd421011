// A thread that reads one SQLite database. It is plain JavaScript because tools that run TypeScript from its sources do so
// on the main thread only. `read_only.ts` starts it, and says what it promises.
import { readFileSync, statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import sqlite3InitModule from '@sqlite.org/sqlite-wasm';

const { path, secondsPerStatement, megabytesOfMemory } = workerData;
const { capi, config, oo1, wasm } = await sqlite3InitModule();
config.warn = () => {}; // a refused statement is an answer, not news for the server's log

// What a statement may do at all. Everything else (writing, ATTACH, PRAGMA, transactions…) is refused while SQLite
// compiles the statement, before it runs.
const ALLOWED = new Set([capi.SQLITE_SELECT, capi.SQLITE_READ, capi.SQLITE_FUNCTION, capi.SQLITE_RECURSIVE]);
const FORBIDDEN_FUNCTIONS = new Set(['load_extension', 'fts3_tokenizer']);

let database;
let version;
let deadline = 0;

/**
 * Makes sure that `database` is the file as it is now. SQLite gets a copy in memory, and no file system: there is nothing
 * else it could open, and nothing to write to.
 */
function refresh() {
  // What is only in a write-ahead log would be missing from the answers.
  if (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size) {
    throw new Error('another program is writing to this database, its write-ahead log is not empty');
  }
  const { mtimeMs, size } = statSync(path);
  if (version === `${mtimeMs} ${size}`) return;
  database?.close();
  database = open(new Uint8Array(readFileSync(path)));
  version = `${mtimeMs} ${size}`;
}

function open(bytes) {
  // A database in WAL mode says so in two bytes of its header; SQLite would look for a log that a copy does not have.
  if (bytes[18] === 2) bytes.fill(1, 18, 20);
  const database = new oo1.DB(':memory:');
  const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_READONLY;
  const copy = wasm.allocFromTypedArray(bytes);
  database.checkRc(
    capi.sqlite3_deserialize(database.pointer, 'main', copy, bytes.length, bytes.length, flags),
  );
  database.exec('PRAGMA query_only = ON');
  database.exec(`PRAGMA hard_heap_limit = ${bytes.length + (megabytesOfMemory << 20)}`);
  capi.sqlite3_set_authorizer(
    database.pointer,
    (_, action, _first, second) =>
      ALLOWED.has(action) && !FORBIDDEN_FUNCTIONS.has(second) ? capi.SQLITE_OK : capi.SQLITE_DENY,
    0,
  );
  capi.sqlite3_progress_handler(database.pointer, 10_000, () => (Date.now() > deadline ? 1 : 0), 0);
  return database;
}

/** Whether something to run follows the first statement. */
function hasMore(sql, first) {
  const tail = sql.slice(capi.sqlite3_sql(first.pointer).length);
  const stack = wasm.pstack.pointer;
  try {
    const place = wasm.pstack.allocPtr();
    const code = capi.sqlite3_prepare_v2(database.pointer, tail, -1, place, null);
    const second = wasm.peekPtr(place);
    if (second) capi.sqlite3_finalize(second);
    return code !== capi.SQLITE_OK || second !== 0;
  } finally {
    wasm.pstack.restore(stack);
  }
}

function read({ sql, most }) {
  refresh();
  if (sql.includes('\0')) throw new Error('the query contains a null character');
  deadline = Date.now() + secondsPerStatement * 1000;
  const statement = database.prepare(sql);
  try {
    if (hasMore(sql, statement)) throw new Error('one statement at a time');
    const rows = [];
    while (rows.length < most && statement.step()) rows.push(statement.get([]));
    return { columns: statement.getColumnNames(), rows };
  } finally {
    statement.finalize();
  }
}

parentPort.on('message', (question) => {
  try {
    parentPort.postMessage(read(question));
  } catch (error) {
    parentPort.postMessage({ refusal: String(error?.message ?? error) });
  }
});
