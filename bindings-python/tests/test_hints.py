"""What a prompt's argument may be is told where it is not simply text (PRM-6)."""

from __future__ import annotations

import asyncio
import enum
from typing import Annotated, Literal, Optional

import pytest

from oxmcp import Client, FastMCP

pydantic = pytest.importorskip("pydantic")


class Style(enum.Enum):
    SHORT = "short"
    LONG = "long"


class Level(enum.IntEnum):
    LOW = 1


class Filter(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    column: str
    title: int


class Tree(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    children: list[Tree] = []  # noqa: RUF012


def test_the_description_of_an_argument_says_what_it_may_be() -> None:
    server = FastMCP("t")

    @server.prompt
    def report(
        text: str,
        perhaps: Optional[str],
        style: Style,
        either: Optional[Style],
        word: Literal["a", "b"],
        described: Annotated[Style, pydantic.Field(description="How.")],
        level: Level,
        rows: list[int],
        filter: Filter,
        filters: list[Filter],
        mixed: int | str,
    ) -> str:
        """Reports.

        Args:
            text: What about.
            filter: Which rows.
        """
        return ""

    async def go() -> dict[str, str | None]:
        async with Client(server) as client:
            return {one.name: one.description for one in (await client.list_prompts())[0].arguments}

    model = '{"properties":{"column":{"type":"string"},"title":{"type":"integer"}},"required":["column","title"],"type":"object"}'
    assert asyncio.run(go()) == {
        "text": "What about.",
        "perhaps": None,
        "style": "One of: short, long",
        "either": "One of: short, long",
        "word": "One of: a, b",
        "described": "How.\n\nOne of: short, long",
        "level": 'JSON: {"enum":[1],"type":"integer"}',
        "rows": 'JSON: {"items":{"type":"integer"},"type":"array"}',
        "filter": f"Which rows.\n\nJSON: {model}",
        "filters": f'JSON: {{"items":{model},"type":"array"}}',
        "mixed": None,
    }


def test_a_form_that_contains_itself_is_told_to_some_depth() -> None:
    server = FastMCP("t")

    @server.prompt
    def grow(tree: Tree) -> str:
        return ""

    async def go() -> str:
        async with Client(server) as client:
            return (await client.list_prompts())[0].arguments[0].description or ""

    told = asyncio.run(go())
    assert told.startswith('JSON: {"properties":{"children":{"default":[],"items":{"properties":')
    assert len(told) < 2000
