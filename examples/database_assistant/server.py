"""A database assistant: lets a model read a SQLite database, and only read it.

Run it:

    python server.py                    speak MCP over stdin and stdout
    python server.py --http 8000        serve http://127.0.0.1:8000/mcp
    python server.py --database my.db   use a file of your own instead of the bookshop
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

import bookshop
from oxmcp import FastMCP, ToolError
from read_only import Cell, ReadOnlyDatabase, Refused

mcp = FastMCP(
    "database-assistant",
    instructions="Answers questions about a SQLite database. Read schema://database first, then use `query`.",
)
database: ReadOnlyDatabase  # opened in main(), once the command line has said which file


@dataclass
class Table:
    """One table or view."""

    name: str
    columns: list[str]
    rows: int


@dataclass
class Answer:
    """What a statement found."""

    columns: list[str]
    rows: list[list[Cell]]
    truncated: Annotated[bool, Field(description="true when there were more rows than the limit")]


@mcp.tool
def list_tables() -> list[Table]:
    """List the tables with their columns and row counts."""
    return [_describe(name) for name in database.tables()]


@mcp.tool
def query(
    sql: Annotated[str, Field(description="one SELECT statement, in SQLite's dialect")],
    limit: Annotated[int, Field(description="most rows to return", ge=1, le=500)] = 50,
) -> Answer:
    """Run one read-only SQL statement and return what it finds."""
    try:
        columns, rows = database.read(sql, rows=limit + 1)
    except Refused as refusal:
        raise ToolError(str(refusal)) from refusal
    return Answer(columns, rows[:limit], truncated=len(rows) > limit)


@mcp.resource("schema://database", mime_type="application/sql")
def schema() -> str:
    """The statements that made the tables."""
    return ";\n\n".join(database.tables().values()) + ";"


@mcp.resource("table://{name}{?limit}", mime_type="application/json")
def table(name: str, limit: int = 20) -> str:
    """The first rows of one table, each as a JSON object."""
    columns, rows = database.read(f"SELECT * FROM {_quoted(name)}", rows=max(1, min(limit, 500)))
    return json.dumps([dict(zip(columns, row)) for row in rows], ensure_ascii=False, indent=2)


@mcp.prompt
def analyse_table(table: str, question: str = "What stands out?") -> str:
    """Ask for an analysis of one table."""
    described = _describe(table)
    return (
        f"The table `{described.name}` has {described.rows} rows and these columns: {', '.join(described.columns)}.\n\n"
        f"{question}\n\n"
        f"Look at table://{described.name} first, then answer with the `query` tool. "
        "Show the SQL behind every number."
    )


def _describe(name: str) -> Table:
    columns, _ = database.read(f"SELECT * FROM {_quoted(name)} LIMIT 0", rows=1)
    _, [[rows]] = database.read(f"SELECT count(*) FROM {_quoted(name)}", rows=1)
    return Table(name, columns, int(rows or 0))


def _quoted(name: str) -> str:
    """A name can't be passed as a parameter, so only names the database itself gave us go into SQL."""
    tables = database.tables()
    if name not in tables:
        raise ValueError(f"There is no table named {name!r}. There are: {', '.join(tables)}.")
    return '"' + name.replace('"', '""') + '"'


def main() -> None:
    global database
    parser = argparse.ArgumentParser(description="A read-only database assistant.")
    parser.add_argument("--http", type=int, metavar="PORT", help="serve HTTP on this port instead of stdio")
    parser.add_argument("--database", type=Path, metavar="FILE", help="a SQLite file (default: the bookshop)")
    options = parser.parse_args()

    path = options.database or Path(__file__).with_name("bookshop.db")
    if options.database is None and not path.exists():
        bookshop.create(path)
    if not path.is_file():
        parser.error(f"there is no file {path}")
    database = ReadOnlyDatabase(path)

    if options.http is None:
        mcp.run()
    else:
        mcp.run(transport="http", port=options.http)


if __name__ == "__main__":
    main()
