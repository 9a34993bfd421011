"""The example server, asked by the official client; and its promise that nothing can be written."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

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
    assert hashlib.sha256(dump(shop).encode()).hexdigest().startswith("e6b0af34ee57")
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


def ask(shop: Path, mode: str, questions: Callable[[Client], Awaitable[None]]) -> None:
    server = str(EXAMPLES / "database_assistant" / "server.py")
    parameters = StdioServerParameters(command=sys.executable, args=[server, "--database", str(shop)])

    async def run() -> None:
        async with Client(parameters, mode=mode, read_timeout_seconds=20) as client:
            await questions(client)

    anyio.run(run)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_assistant_answers_refuses_and_shows_its_tables(mode: str, shop: Path) -> None:
    async def questions(client: Client) -> None:
        assert sorted(tool.name for tool in (await client.list_tools()).tools) == ["list_tables", "query"]

        found = await client.call_tool("query", {"sql": "SELECT id, title FROM books ORDER BY id", "limit": 2})
        assert found.structured_content == {
            "columns": ["id", "title"],
            "rows": [[1, "Pride and Prejudice"], [2, "Emma"]],
            "truncated": True,
        }

        refused = await client.call_tool("query", {"sql": "DROP TABLE books"})
        assert refused.is_error
        assert text_of(refused) == "This database can only be read: use a single SELECT statement."

        too_many = await client.call_tool("query", {"sql": "SELECT 1", "limit": 501})
        assert too_many.is_error
        assert "limit" in text_of(too_many)

        [schema] = (await client.read_resource("schema://database")).contents
        assert getattr(schema, "text", "").startswith("CREATE TABLE books")
        [rows] = (await client.read_resource("table://books?limit=3")).contents
        assert [row["author"] for row in json.loads(getattr(rows, "text", ""))] == ["Jane Austen"] * 3

        prompt = await client.get_prompt("analyse_table", {"table": "orders"})
        assert "1500 rows" in getattr(prompt.messages[0].content, "text", "")

    ask(shop, mode, questions)


def text_of(result: Any) -> str:
    return "".join(block.text for block in result.content if block.type == "text")


def test_the_demo_runs_to_its_end_without_colour_where_there_is_no_terminal() -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "demo.py")],
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=90,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b" not in done.stdout
    assert re.search(r"HTTP, modern +2026-07-28", done.stdout)
    assert "All four ways gave the same answers" in done.stdout
