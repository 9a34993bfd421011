"""The company's database: SQLite in memory, filled anew by `company.sql`. Who may do what in it is not said here."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager
from collections.abc import Iterator
from pathlib import Path

Cell = str | int | float | None

SECONDS_PER_STATEMENT = 2.0
MOST_ROWS = 500

# What a statement of `query` may do at all; SQLite refuses the rest while it compiles the statement.
_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}


class Wrong(Exception):
    """What was asked for cannot be done. The message says why, in words for whoever asked."""


class Database:
    """One connection, which threads use by turns."""

    def __init__(self, schema: Path) -> None:
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._connection.executescript(schema.read_text(encoding="utf-8"))
        self._lock = threading.Lock()

    def tables(self) -> dict[str, int]:
        """How many rows each table has, by its name."""
        with self._using():
            names = [name for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: self._connection.execute(f"SELECT count(*) FROM {_quoted(name)}").fetchone()[0] for name in names}

    def columns(self, table: str) -> dict[str, str]:
        """The types of a table's columns, by their names."""
        with self._using():
            return self._columns(table)

    def read(self, sql: str) -> tuple[list[str], list[list[Cell]]]:
        """The names of the columns, and at most `MOST_ROWS` rows, of one statement that only reads."""
        with self._using(reading=True):
            cursor = self._connection.execute(sql)
            if cursor.description is None:
                raise Wrong("there is no statement in this text")
            return [column[0] for column in cursor.description], [list(row) for row in cursor.fetchmany(MOST_ROWS)]

    def insert(self, table: str, record: Mapping[str, Cell]) -> int:
        """Adds a row, and returns its id."""
        with self._using():
            known = self._columns(table)
            if unknown := record.keys() - known.keys():
                raise Wrong(f"{table} has no column {', '.join(sorted(unknown))}; it has {', '.join(known)}")
            names, marks = ", ".join(map(_quoted, record)), ", ".join("?" for _ in record)
            into = f"({names}) VALUES ({marks})" if record else "DEFAULT VALUES"
            return self._connection.execute(f"INSERT INTO {_quoted(table)} {into}", [*record.values()]).lastrowid or 0

    def delete(self, table: str, ids: list[int]) -> int:
        """Takes rows away, and returns how many there were."""
        with self._using():
            self._columns(table)
            marks = ", ".join("?" for _ in ids)
            return self._connection.execute(f"DELETE FROM {_quoted(table)} WHERE id IN ({marks})", ids).rowcount

    def _columns(self, table: str) -> dict[str, str]:
        columns = self._connection.execute("SELECT name, type FROM pragma_table_info(?)", [table]).fetchall()
        if not columns:
            raise Wrong(f"there is no table {table}")
        return dict(columns)

    @contextmanager
    def _using(self, *, reading: bool = False) -> Iterator[None]:
        with self._lock:
            deadline = time.monotonic() + SECONDS_PER_STATEMENT
            self._connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
            self._connection.set_authorizer(_only_reading if reading else None)
            try:
                yield
            except (sqlite3.Error, sqlite3.Warning) as error:
                raise Wrong(f"SQLite could not do this: {error}") from error


def _only_reading(action: int, *_named: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
