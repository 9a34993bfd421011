"""What `instructions.py` counts: a server over stdio whose functions run where their calls are counted alike each time.

A plain function that seems slow, as all are under callgrind, is moved to other threads; `search` is a coroutine function, so
that it stays.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from oxmcp import FastMCP

mcp = FastMCP("bench", version="1")


class Filter(BaseModel):
    """What a record has to be like."""

    field: str
    operator: Literal["equals", "at_least", "contains"]
    value: str


class Range(BaseModel):
    """Which of the records that fit."""

    first: int
    last: int


class Query(BaseModel):
    """What is searched for."""

    text: str
    filters: list[Filter]
    range: Range


class Author(BaseModel):
    """Who wrote a record."""

    name: str
    email: str


class Record(BaseModel):
    """One that fits."""

    id: int
    title: str
    score: float
    tags: list[str]
    author: Author
    published: str
    available: bool


class Page(BaseModel):
    """Some of those that fit."""

    total: int
    records: list[Record]


@mcp.tool
def echo(text: str) -> str:
    """Return the text."""
    return text


@mcp.tool
async def echo_async(text: str) -> str:
    """Return the text, from a coroutine."""
    return text


def page(query: Query, limit: int) -> Page:
    """So many records."""
    records = [
        Record(
            id=query.range.first + number,
            title=f"Record {number} about {query.filters[0].value}",
            score=1 / (1 + number),
            tags=["speed", "protocol", "server"],
            author=Author(name="Ada Lovelace", email="ada@example.com"),
            published="2026-07-28",
            available=number % 2 == 0,
        )
        for number in range(limit)
    ]
    return Page(total=query.range.last, records=records)


MADE = page(
    Query(text="", filters=[Filter(field="", operator="equals", value="speed")], range=Range(first=1, last=2)), 20
)


@mcp.tool
async def search(query: Query, limit: int = 20) -> Page:
    """Return a page of records."""
    return page(query, limit)


@mcp.tool
async def search_made(query: Query, limit: int = 20) -> Page:
    """Return a page of records that was made before."""
    return MADE


if __name__ == "__main__":
    mcp.run()
