"""The tool of the catalogue that takes and returns objects: apart, since what has none need not load what checks them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


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


def search(query: Query, limit: int = 20) -> Page:
    """Return a page of records."""
    first = query.filters[0].value if query.filters else ""
    records = [
        Record(
            id=query.range.first + number,
            title=f"Record {number} about {first}",
            score=1 / (1 + number),
            tags=["speed", "protocol", "server"],
            author=Author(name="Ada Lovelace", email="ada@example.com"),
            published="2026-07-28",
            available=number % 2 == 0,
        )
        for number in range(limit)
    ]
    return Page(total=query.range.last, records=records)
