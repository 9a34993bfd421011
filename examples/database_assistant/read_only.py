"""Reading a SQLite file for somebody you do not trust: no writes, no other files, no endless statements."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

Cell = str | int | float | None

SECONDS_PER_STATEMENT = 2.0
MEGABYTES_OF_MEMORY = 64
LONGEST_CELL = 2_000

# What a statement may do at all. Everything else (writing, ATTACH, PRAGMA, transactions…) is refused while SQLite
# compiles the statement, before it runs.
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_FORBIDDEN_FUNCTIONS = {"load_extension", "fts3_tokenizer"}


class Refused(Exception):
    """The statement was not run, or not to its end. The message says why, in words a person can act on."""


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    forbidden = action == sqlite3.SQLITE_FUNCTION and second in _FORBIDDEN_FUNCTIONS
    return sqlite3.SQLITE_OK if action in _ALLOWED and not forbidden else sqlite3.SQLITE_DENY


class ReadOnlyDatabase:
    """A SQLite file that can only be read. Opens a connection for each statement, so any thread may use it."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro"

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._uri, uri=True)) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute(f"PRAGMA hard_heap_limit = {MEGABYTES_OF_MEMORY << 20}")  # all of SQLite, not Python's
            connection.text_factory = lambda text: text.decode(errors="replace")
            connection.set_authorizer(_authorize)
            deadline = time.monotonic() + SECONDS_PER_STATEMENT
            connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
            yield connection

    def read(self, sql: str, parameters: tuple[Cell, ...] = (), *, rows: int) -> tuple[list[str], list[list[Cell]]]:
        """Run one statement and return its column names and at most `rows` rows. Raises `Refused`."""
        try:
            with self._connection() as connection:
                cursor = connection.execute(sql, parameters)
                if cursor.description is None:
                    raise Refused("There is no statement in this text.")
                columns = [column[0] for column in cursor.description]
                return columns, [[_shorten(value) for value in row] for row in cursor.fetchmany(rows)]
        except MemoryError as error:
            raise Refused(f"The statement needs more than {MEGABYTES_OF_MEMORY} MB of memory.") from error
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            raise Refused(_in_plain_words(str(error))) from error

    def tables(self) -> dict[str, str]:
        """The tables and views, each with the statement that made it."""
        _, rows = self.read(
            "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
            "ESCAPE '\\' ORDER BY rowid",
            rows=1_000,
        )
        return {str(name): str(sql) for name, sql in rows}


def _shorten(value: Cell | bytes) -> Cell:
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for infinity
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        return value[:LONGEST_CELL] + "…"
    return value


def _in_plain_words(message: str) -> str:
    if any(word in message for word in ("not authorized", "authorization denied", "readonly")):
        return "This database can only be read: use a single SELECT statement."
    if "one statement at a time" in message:
        return "One statement at a time, please."
    if "interrupted" in message:
        return f"The statement was stopped after {SECONDS_PER_STATEMENT:g} seconds: ask for less, or add a LIMIT."
    return f"SQLite could not run this: {message.rstrip('.')}."
