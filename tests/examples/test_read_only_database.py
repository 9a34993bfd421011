"""The database behind the example server: the same everywhere, and nobody can write to it."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sqlite3
import threading
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / "database_assistant" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bookshop, read_only = load("bookshop"), load("read_only")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("shop") / "bookshop.db"
    bookshop.create(path)
    return path


def dump(path: Path) -> str:
    connection = sqlite3.connect(path)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def test_the_bookshop_is_the_same_everywhere_and_has_thousands_of_rows(shop: Path, tmp_path: Path) -> None:
    bookshop.create(tmp_path / "another.db")
    assert dump(tmp_path / "another.db") == dump(shop)
    assert hashlib.sha256(dump(shop).encode()).hexdigest().startswith("1cd438092b53")
    assert 3_000 <= dump(shop).count("INSERT INTO") <= 6_000


def test_two_servers_that_start_at_once_both_find_a_whole_database(tmp_path: Path) -> None:
    path = tmp_path / "bookshop.db"
    threads = [threading.Thread(target=bookshop.create, args=(path,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [file.name for file in tmp_path.iterdir()] == ["bookshop.db"]
    assert len(read_only.ReadOnlyDatabase(path).tables()) == 5


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM books",
        "UPDATE books SET title = 'mine'",
        "INSERT INTO books VALUES (99, 'a', 'b', 1, 'c') RETURNING *",
        "REPLACE INTO books VALUES (1, 'a', 'b', 1, 'c')",
        "WITH one AS (SELECT 1) DELETE FROM books",
        "DROP TABLE books",
        "CREATE TABLE mine (a)",
        "CREATE TEMP TABLE mine (a)",
        "ATTACH 'elsewhere.db' AS elsewhere",
        "VACUUM INTO 'elsewhere.db'",
        "PRAGMA query_only = OFF",
        "BEGIN IMMEDIATE",
        "SELECT load_extension('elsewhere')",
    ],
)
def test_a_statement_that_would_do_more_than_read_is_refused(
    sql: str, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = shop.read_bytes()
    with pytest.raises(read_only.Refused, match="can only be read"):
        read_only.ReadOnlyDatabase(shop).read(sql, rows=1)
    assert shop.read_bytes() == before
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT 1; SELECT 2", "One statement at a time"),
        ("-- nothing", "no statement"),
        ("SELECT titel FROM books", "no such column: titel"),
        ("SELEC", "syntax error"),
        ("SELECT length(printf('%900000000d', 1))", "64 MB of memory"),
        ("SELECT '\0'", "null character"),
    ],
)
def test_a_refusal_says_why_in_plain_words(sql: str, words: str, shop: Path) -> None:
    with pytest.raises(read_only.Refused, match=words):
        read_only.ReadOnlyDatabase(shop).read(sql, rows=1)


def test_an_endless_statement_is_stopped(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_only, "SECONDS_PER_STATEMENT", 0.05)
    with pytest.raises(read_only.Refused, match=r"stopped after 0\.05 seconds"):
        read_only.ReadOnlyDatabase(shop).read(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", rows=1
        )


def test_what_json_cannot_carry_becomes_text(shop: Path) -> None:
    _, [row] = read_only.ReadOnlyDatabase(shop).read("SELECT 9e999, x'0011', char(55296), printf('%5000d', 1)", rows=1)
    assert row[:2] == ["inf", "<2 bytes>"]
    assert len(row[3]) == read_only.LONGEST_CELL + 1
    json.dumps(row, allow_nan=False).encode()
