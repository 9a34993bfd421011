"""Asks two database assistants, one in Python and one in TypeScript, the same questions, and prints what they said.

Each over stdio and over HTTP, in the legacy era (a handshake and a session) and in the modern one (every request stands
alone), each time with the official Python client. Run it with `make demo`.
"""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from terminal import Report

ROOT = Path(__file__).parent.parent
ASSISTANT = Path(__file__).parent / "database_assistant"
SERVERS = {
    "Python": [sys.executable, str(ASSISTANT / "server.py")],
    "TypeScript": ["node", "--import", "tsx", str(ASSISTANT / "server.ts")],
}
ROUNDS = 7  # each question is asked so often; the middle time is shown
PATIENCE = 120.0  # seconds for everything

BESTSELLERS = """
SELECT title, author, sum(quantity) AS sold, sum(quantity * i.price_pence) / 100.0 AS pounds
FROM order_items i JOIN editions e ON e.id = edition_id JOIN books b ON b.id = book_id
GROUP BY b.id ORDER BY pounds DESC
"""
QUARTERS = """
SELECT strftime('%Y', ordered_on) || ' Q' || ((strftime('%m', ordered_on) + 2) / 3) AS quarter, count(*) AS orders
FROM orders GROUP BY quarter ORDER BY quarter DESC
"""
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@dataclass
class Question:
    """Something to ask a server; `ask` returns the answer in a form that can be compared."""

    name: str
    ask: Callable[[Client], Awaitable[Any]]


def tool(name: str, **arguments: Any) -> Callable[[Client], Awaitable[Any]]:
    async def ask(client: Client) -> Any:
        result = await client.call_tool(name, arguments)
        if result.is_error:
            return "".join(block.text for block in result.content if block.type == "text")
        answer = result.structured_content
        # Older clients are promised an object, so towards them a list travels under "result".
        return answer["result"] if isinstance(answer, dict) and set(answer) == {"result"} else answer

    return ask


def resource(uri: str) -> Callable[[Client], Awaitable[Any]]:
    async def ask(client: Client) -> Any:
        return [getattr(content, "text", None) for content in (await client.read_resource(uri)).contents]

    return ask


def prompt(name: str, **arguments: str) -> Callable[[Client], Awaitable[Any]]:
    async def ask(client: Client) -> Any:
        messages = (await client.get_prompt(name, arguments)).messages
        return [message.content.text for message in messages if message.content.type == "text"]

    return ask


async def names_of_tools(client: Client) -> Any:
    return sorted(tool.name for tool in (await client.list_tools()).tools)


TOOLS = Question("list the tools", names_of_tools)
TABLES = Question("list_tables", tool("list_tables"))
SALES = Question("query: bestsellers", tool("query", sql=BESTSELLERS, limit=6))
GROWTH = Question("query: quarters", tool("query", sql=QUARTERS, limit=8))
SCHEMA = Question("read schema://database", resource("schema://database"))
ROWS = Question("read table://books", resource("table://books?limit=3"))
PROMPT = Question("prompt analyse_table", prompt("analyse_table", table="orders", question="Which days are busiest?"))
DELETE = Question("query: DELETE", tool("query", sql="DELETE FROM orders"))
TYPO = Question("query: a typo", tool("query", sql="SELECT titel FROM books"))
QUESTIONS = [TOOLS, TABLES, SALES, GROWTH, SCHEMA, ROWS, PROMPT, DELETE, TYPO]


@dataclass
class Way:
    """One server on one transport in one era, and what came of it."""

    language: str
    name: str
    mode: str
    http: bool
    protocol_version: str = ""
    server: str = ""
    ready_after: float = 0.0
    answers: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


@contextmanager
def http_server(language: str, log: TextIO) -> Iterator[str]:
    """An example server on a free port, until the block ends. Yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [*SERVERS[language], "--http", str(port)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT
    )
    try:
        while True:
            if process.poll() is not None:
                raise RuntimeError(f"The HTTP server ended at once, with exit code {process.returncode}.")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}/mcp"
        process.terminate()
        process.wait(timeout=5)
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def connect(way: Way, address: str, log: TextIO) -> AsyncIterator[Client]:
    command, *arguments = SERVERS[way.language]
    program = StdioServerParameters(command=command, args=arguments, cwd=ROOT)
    async with Client(address if way.http else stdio_client(program, errlog=log), mode=way.mode, cache=None) as client:
        yield client


async def ask_everything(way: Way, address: str, log: TextIO) -> None:
    began = time.perf_counter()
    async with connect(way, address, log) as client:
        way.ready_after = time.perf_counter() - began
        way.protocol_version = client.protocol_version
        way.server = client.server_info.name if client.server_info else "unnamed"
        for question in QUESTIONS:
            times = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                way.answers[question.name] = await question.ask(client)
                times.append(time.perf_counter() - began)
            way.seconds[question.name] = statistics.median(times)


async def ask_beside_an_endless_one(address: str) -> tuple[str, int, float]:
    """Start a statement that never ends, and keep asking others until it is stopped."""
    refusal = ""
    times: list[float] = []
    async with Client(address, cache=None) as client, anyio.create_task_group() as group:

        async def endless() -> None:
            nonlocal refusal
            refusal = str(await tool("query", sql=ENDLESS)(client))

        group.start_soon(endless)
        while not refusal:
            began = time.perf_counter()
            await TABLES.ask(client)
            times.append(time.perf_counter() - began)
    return refusal, len(times), statistics.median(times)


def print_answers(report: Report, answers: dict[str, Any]) -> None:
    report.section("What it answers")
    report.question("What can you do?", "tools/list")
    report.line(", ".join(answers[TOOLS.name]))
    report.question("What is in the database?", "list_tables")
    tables = answers[TABLES.name]
    report.table(
        ["table", "rows", "columns"], [[table["name"], table["rows"], ", ".join(table["columns"])] for table in tables]
    )
    report.question("Which books earned the most?", "query")
    report.table(answers[SALES.name]["columns"], answers[SALES.name]["rows"])
    report.question("How is the shop doing?", "query")
    report.bars([(str(quarter), int(orders)) for quarter, orders in reversed(answers[GROWTH.name]["rows"])])
    report.question("How are the tables made?", "schema://database")
    report.code(answers[SCHEMA.name][0], most_lines=7)
    report.question("Show me a few books.", "table://books?limit=3")
    books = json.loads(answers[ROWS.name][0])
    report.table(list(books[0]), [list(book.values()) for book in books])
    report.question("Help me ask.", "prompt analyse_table")
    report.code(answers[PROMPT.name][0], most_lines=7)


def check(ways: list[Way]) -> None:
    for way in ways[1:]:
        for question in QUESTIONS:
            if way.answers[question.name] != ways[0].answers[question.name]:
                raise AssertionError(
                    f"{way.language} ({way.name}) and {ways[0].language} ({ways[0].name}) disagree about “{question.name}”."
                )


async def main(report: Report, log: TextIO) -> None:
    began = time.perf_counter()
    ways = [
        Way(language, name, mode, http)
        for language in SERVERS
        for name, mode, http in (
            ("stdio, legacy", "legacy", False),
            ("stdio, modern", "auto", False),
            ("HTTP, legacy", "legacy", True),
            ("HTTP, modern", "auto", True),
        )
    ]
    report.title(
        f"oxmcp {version('oxmcp')}: two languages, two transports, two eras",
        f"A bookshop in SQLite, asked by the official client, mcp {version('mcp')}",
    )
    report.section("Who is talking")
    columns = report.columns(["written in", "way", "protocol", "server", "connected in"], [12, 14, 12, 20, 13])
    beside_an_endless_one: dict[str, tuple[str, int, float]] = {}
    for language in SERVERS:
        with http_server(language, log) as address:
            for way in ways:
                if way.language == language:
                    await ask_everything(way, address, log)
                    connected = f"{way.ready_after * 1000:.0f} ms"
                    columns([language, way.name, way.protocol_version, way.server, connected])
            beside_an_endless_one[language] = await ask_beside_an_endless_one(address)
    check(ways)

    print_answers(report, ways[0].answers)

    report.section("What it refuses")
    for sql, reason in (
        ("DELETE FROM orders", ways[0].answers[DELETE.name]),
        ("SELECT titel FROM books", ways[0].answers[TYPO.name]),
        ("a statement that never ends", beside_an_endless_one["Python"][0]),
    ):
        report.question(sql, "query")
        report.line(reason)
    for language, (_, others, middle) in beside_an_endless_one.items():
        report.note(f"Meanwhile {others} other calls were answered in {language}, in {middle * 1000:.1f} ms each.")

    report.section("How long a call takes")
    report.note("milliseconds there and back, the client's own work included")
    for language in SERVERS:
        asked = [way for way in ways if way.language == language]
        report.question(language, "")
        report.table(
            ["call", *(way.name for way in asked)],
            [[question.name, *(f"{way.seconds[question.name] * 1000:.2f}" for way in asked)] for question in QUESTIONS],
        )
    calls = len(ways) * len(QUESTIONS) * ROUNDS + sum(others + 1 for _, others, _ in beside_an_endless_one.values())
    report.done(
        f"{calls:,} calls in {time.perf_counter() - began:.1f} s. "
        "All eight ways gave the same answers, and everything that was started has stopped."
    )


def causes(error: BaseException) -> list[BaseException]:
    """The errors inside an exception group, or the error itself."""
    nested = getattr(error, "exceptions", None)
    return [cause for inner in nested for cause in causes(inner)] if nested else [error]


async def in_time(report: Report, log: TextIO) -> None:
    with anyio.fail_after(PATIENCE):
        await main(report, log)


if __name__ == "__main__":
    report = Report(sys.stdout)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        try:
            anyio.run(in_time, report, log)
        except Exception as error:
            for cause in causes(error):
                report.failed(f"{type(cause).__name__}: {cause}")
            log.seek(0)
            print("".join(log.readlines()[-20:]), file=sys.stderr, end="")
            sys.exit(1)
