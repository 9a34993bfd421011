"""A company's database for models: who may do what in it, how often, and what is recorded, says `oxmcp.toml`.

Run it in this folder, with `oxmcp.toml` told by the environment:

    OXMCP_CONFIG=oxmcp.toml python company.py --port 8000
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from tables import Cell, Database, Wrong
from oxmcp import Context, FastMCP, ToolError

mcp = FastMCP("company-database", instructions="A company's database. `list_tables` says what there is.")
database = Database(Path(__file__).with_name("company.sql"))

TableName = Annotated[str, Field(description="the name of a table", max_length=64)]


class Table(BaseModel):
    name: str
    rows: int


class Column(BaseModel):
    name: str
    type: str


class Rows(BaseModel):
    columns: list[str]
    rows: list[list[Cell]]


class Changed(BaseModel):
    rows: int
    by: str = Field(description="who asked for it")


class Inserted(BaseModel):
    id: int
    by: str = Field(description="who asked for it")


@mcp.tool(annotations={"readOnlyHint": True})
def list_tables() -> list[Table]:
    """List the tables with their numbers of rows."""
    return [Table(name=name, rows=rows) for name, rows in database.tables().items()]


@mcp.tool(annotations={"readOnlyHint": True})
def describe_table(table: TableName) -> list[Column]:
    """Tell the columns of a table with their types."""
    try:
        return [Column(name=name, type=type_) for name, type_ in database.columns(table).items()]
    except Wrong as wrong:
        raise ToolError(str(wrong)) from wrong


@mcp.tool(annotations={"readOnlyHint": True})
def query(sql: Annotated[str, Field(description="one SELECT statement, in SQLite's dialect")]) -> Rows:
    """Run one SQL statement that only reads, and return what it finds: 500 rows at most."""
    try:
        columns, rows = database.read(sql)
    except Wrong as wrong:
        raise ToolError(str(wrong)) from wrong
    return Rows(columns=columns, rows=rows)


@mcp.tool(annotations={"readOnlyHint": False, "destructiveHint": False})
def insert_record(
    table: TableName,
    record: Annotated[dict[str, Cell], Field(description="the values by their columns")],
    ctx: Context,
) -> Inserted:
    """Add a row to a table."""
    try:
        return Inserted(id=database.insert(table, record), by=_caller(ctx))
    except Wrong as wrong:
        raise ToolError(str(wrong)) from wrong


@mcp.tool(annotations={"readOnlyHint": False, "destructiveHint": True})
def delete_rows(
    table: TableName,
    ids: Annotated[list[int], Field(description="the ids of the rows", min_length=1, max_length=100)],
    ctx: Context,
) -> Changed:
    """Take rows out of a table, for good."""
    try:
        return Changed(rows=database.delete(table, ids), by=_caller(ctx))
    except Wrong as wrong:
        raise ToolError(str(wrong)) from wrong


def _caller(ctx: Context) -> str:
    return (ctx.auth.subject if ctx.auth else None) or "this machine"


def main() -> None:
    parser = argparse.ArgumentParser(description="A company's database, over HTTP.")
    parser.add_argument("--port", type=int, default=8000, help="where it is served on 127.0.0.1 (default: %(default)s)")
    mcp.run(transport="http", port=parser.parse_args().port)


if __name__ == "__main__":
    main()
