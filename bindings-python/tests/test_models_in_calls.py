"""Calls with pydantic models in and out: whoever made a model, what is sent is what its schema says (TOOL-8)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal, Optional, Union

import pytest
from pydantic import BaseModel, field_validator

from oxmcp import Client, FastMCP
from oxmcp.types.objects import CallToolResult


class Author(BaseModel):
    name: str
    email: str


class Record(BaseModel):
    id: int
    score: float
    kind: Literal["book", "film"] = "book"
    author: Optional[Author] = None


class Other(BaseModel):
    pages: int


def good(**changed: Any) -> Record:
    """A record, changed without anybody looking: pydantic checks neither this nor what it is given to write."""
    return Record.model_construct(
        **{"id": 1, "score": 0.5, "author": Author(name="Ada", email="ada@example.com"), **changed}
    )


def called(made: Callable[[], Any], annotation: Any = Record) -> CallToolResult:
    """The answer to a call of a tool that returns this."""
    mcp = FastMCP("t")

    def tool() -> Any:
        return made()

    tool.__annotations__["return"] = annotation
    mcp.tool(tool)

    async def call() -> CallToolResult:
        async with Client(mcp) as client:
            return await client.call_tool("tool", {}, raise_on_error=False)

    return asyncio.run(call())


def without_a_name() -> Record:
    return good(author=Author.model_construct(email="ada@example.com"))


def changed_later() -> Record:
    record = good()
    record.id = "one"  # type: ignore[assignment]
    return record


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize(
    ("made", "place"),
    [
        (without_a_name, "author"),
        (changed_later, "id"),
        (lambda: good(kind="song"), "kind"),
        (lambda: good(id=None), "id"),
        (lambda: good(author=Other(pages=1)), "author"),
        (lambda: Record.model_construct(id=1), "score"),
        (lambda: good(score=float("nan")), "score"),
    ],
)
def test_a_model_that_nobody_validated_is_held_against_its_schema(made: Callable[[], Any], place: str) -> None:
    for annotation, wrapped in ((Record, made), (list[Record], lambda: [made()])):
        answer = called(wrapped, annotation)
        assert answer.is_error
        assert place in answer.content[0].text  # type: ignore[union-attr]
        assert answer.structured_content is None


def test_what_fits_is_sent_as_it_was_written_and_repeated() -> None:
    """TOOL-9"""
    answer = called(good)
    written = '{"id":1,"score":0.5,"kind":"book","author":{"name":"Ada","email":"ada@example.com"}}'
    assert not answer.is_error
    assert answer.structured_content == {
        "id": 1,
        "score": 0.5,
        "kind": "book",
        "author": {"name": "Ada", "email": "ada@example.com"},
    }
    assert [block.text for block in answer.content] == [written]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "annotation", "texts"),
    [
        ('ein "Käse"\n', Union[str, Author], ['ein "Käse"\n']),
        (None, Optional[Author], []),
        ([Author(name="ä", email="x")], list[Author], ['[{"name":"ä","email":"x"}]']),
        (7, Union[int, Author], ["7"]),
    ],
)
def test_any_value_of_a_type_says_the_same_in_its_content(value: Any, annotation: Any, texts: list[str]) -> None:
    """DOWN-20"""
    answer = called(lambda: value, annotation)
    assert not answer.is_error
    assert [block.text for block in answer.content] == texts  # type: ignore[union-attr]


def counting() -> tuple[FastMCP, list[Any]]:
    """A server with a model whose validator writes down what it sees."""
    seen: list[Any] = []

    class Query(BaseModel):
        text: str
        limit: int = 10

        @field_validator("text", mode="after")
        @classmethod
        def note(cls, text: str) -> str:
            seen.append(text)
            if text == "refused":
                raise ValueError("is not wanted")
            if text == "broken":
                raise RuntimeError("a fault of the author's")
            return text

    mcp = FastMCP("t")

    @mcp.tool
    def search(query: Query, more: list[int] = []) -> str:  # noqa: B006
        return f"{query.text} {query.limit} {more}"

    return mcp, seen


def asked(mcp: FastMCP, arguments: dict[str, Any]) -> CallToolResult:
    async def call() -> CallToolResult:
        async with Client(mcp) as client:
            return await client.call_tool("search", arguments, raise_on_error=False)

    return asyncio.run(call())


def test_arguments_are_validated_once_from_their_text() -> None:
    mcp, seen = counting()
    answer = asked(mcp, {"query": {"text": "lämp", "limit": "3"}, "more": [1]})
    assert answer.content[0].text == "lämp 3 [1]"  # type: ignore[union-attr]
    assert seen == ["lämp"]


def test_what_an_author_refuses_is_named_and_asked_once() -> None:
    mcp, seen = counting()
    answer = asked(mcp, {"query": {"text": "refused"}})
    assert answer.is_error
    assert answer.content[0].text == "query.text: is not wanted"  # type: ignore[union-attr]
    assert seen == ["refused"]


def test_what_breaks_in_a_validator_is_the_tools_failure() -> None:
    mcp, seen = counting()
    answer = asked(mcp, {"query": {"text": "broken"}})
    assert answer.is_error
    assert seen == ["broken"]


def test_tools_that_return_the_same_model_have_schemas_of_their_own() -> None:
    mcp = FastMCP("t")

    def one() -> Record:
        return good()

    def other() -> Record:
        return good()

    first, second = mcp.add_tool(one), mcp.add_tool(other)
    assert first.output_schema is not None
    assert first.output_schema == second.output_schema
    first.output_schema["properties"]["id"]["description"] = "Which one."
    assert second.output_schema is not None
    assert "description" not in second.output_schema["properties"]["id"]


class Measured(BaseModel):
    score: float
    note: Optional[str] = None
    parts: Union[list[Measured], dict[str, float], tuple[float, ...], None] = None


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ([Measured(score=1), Measured(score=float("nan"))], "result.parts[1].score"),
        ({"a": 1.0, "b": float("inf")}, "result.parts.b"),
        ((1.0, float("-inf")), "result.parts[1]"),
    ],
)
def test_a_number_that_is_lost_among_nothings_is_named(parts: Any, place: str) -> None:
    answer = called(lambda: Measured(score=1, parts=parts), Measured)
    assert answer.is_error
    assert f"{place}: NaN and Infinity are not JSON" in answer.content[0].text  # type: ignore[union-attr]


def test_nothings_beside_numbers_are_sent() -> None:
    answer = called(lambda: Measured(score=1, parts=[Measured(score=2)]), Measured)
    assert answer.structured_content == {
        "score": 1.0,
        "note": None,
        "parts": [{"score": 2.0, "note": None, "parts": None}],
    }
