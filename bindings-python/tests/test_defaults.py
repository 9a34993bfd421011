"""Default values: nothing that one call does to one is seen by another."""

# ruff: noqa: B006, B008, RUF012  (what is tested is what these rules warn of)
from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest

from oxmcp import Client, FastMCP
from oxmcp.arguments.parameters import plan
from oxmcp.dependencies import Depends
from oxmcp.errors import InvalidDescriptorError

pydantic = pytest.importorskip("pydantic")


@dataclass
class Basket:
    items: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Identified:
    items: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Frozen:
    items: tuple[str, ...] = ()


class Model(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    items: list[str] = []


class Connection:
    """Has a hash, and no business being copied."""


def put(value: Any, word: str) -> str:
    """Leaves a word somewhere in a value, and says what is there."""
    if hasattr(value, "items") and not callable(value.items):
        value = value.items
    if isinstance(value, dict):
        value.setdefault("inner", []).append(word)
    elif isinstance(value, tuple):
        value[0].append(word)
    elif isinstance(value, set):
        value.add(word)
    elif isinstance(value, bytearray):
        value.extend(word.encode())
    else:
        value.append(word)
    return repr(value)


def said(server: FastMCP, ask: Any) -> list[str]:
    async def run() -> list[str]:
        async with Client(server) as client:
            return [await ask(client) for _ in range(3)]

    return asyncio.run(run())


def text_of(tool: str) -> Any:
    async def ask(client: Any) -> str:
        return (await client.call_tool(tool)).content[0].text  # type: ignore[no-any-return]

    return ask


@pytest.mark.parametrize("annotation", [Any, list[str], "the library's"], ids=str)
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_list_by_default_is_each_calls_own(annotation: Any, asynchronous: bool) -> None:
    server = FastMCP("t")

    def plain(notes=[]):  # type: ignore[no-untyped-def]
        return put(notes, "mine")

    async def coroutine(notes=[]):  # type: ignore[no-untyped-def]
        return put(notes, "mine")

    function: Any = coroutine if asynchronous else plain
    function.__annotations__["notes"] = (
        Annotated[list[str], pydantic.AfterValidator(lambda value: value)]
        if annotation == "the library's"
        else annotation
    )
    server.tool(function, name="add")
    assert said(server, text_of("add")) == ["['mine']"] * 3


@pytest.mark.parametrize(
    "default",
    [{}, {"inner": ["a"]}, set(), bytearray(), deque(), OrderedDict(), ([],), Basket(), Identified(), Model()],
    ids=lambda value: type(value).__name__,
)
def test_every_kind_of_changeable_default_is_copied_down_to_the_bottom(default: Any) -> None:
    before = repr(default)
    server = FastMCP("t")

    @server.tool
    def add(value: Any = default) -> str:
        return put(value, "mine")

    first, *others = said(server, text_of("add"))
    assert "mine" in first
    assert others == [first, first]
    if "object at" not in before:
        assert repr(default) == before


@pytest.mark.parametrize("default", [Basket(), Identified(), Model()], ids=lambda value: type(value).__name__)
def test_a_record_by_default_is_each_calls_own_where_pydantic_validates(default: Any) -> None:
    server = FastMCP("t")

    def add(value=default) -> str:  # type: ignore[no-untyped-def]
        return put(value, "mine")

    add.__annotations__["value"] = type(default)
    server.tool(add)
    assert said(server, text_of("add")) == ["['mine']"] * 3


def test_defaults_that_a_field_gives_are_each_calls_own() -> None:
    server = FastMCP("t")

    @server.tool
    def given(notes: list[str] = pydantic.Field(default=[])) -> str:
        return put(notes, "mine")

    @server.tool
    def made(notes: list[str] = pydantic.Field(default_factory=list)) -> str:
        return put(notes, "mine")

    @server.tool
    def annotated(notes: Annotated[list[str], pydantic.Field(max_length=5)] = []) -> str:
        return put(notes, "mine")

    for tool in ("given", "made", "annotated"):
        assert said(server, text_of(tool)) == ["['mine']"] * 3


def test_prompts_and_resource_templates_copy_their_defaults_too() -> None:
    server = FastMCP("t")

    @server.prompt
    def ask(notes: list[str] = []) -> str:
        return put(notes, "mine")

    @server.resource("notes://{name}{?more}")
    def read(name: str, more: list[str] = []) -> str:
        return put(more, name)

    async def prompted(client: Any) -> str:
        return (await client.get_prompt("ask")).messages[0].content.text  # type: ignore[no-any-return]

    async def resource(client: Any) -> str:
        return (await client.read_resource("notes://mine"))[0].text  # type: ignore[no-any-return]

    assert said(server, prompted) == ["['mine']"] * 3
    assert said(server, resource) == ["['mine']"] * 3


def test_functions_with_dependencies_and_the_dependencies_copy_their_defaults() -> None:
    server = FastMCP("t")

    def kept(seen: list[str] = []) -> str:
        return put(seen, "dependency")

    @server.tool
    def plain(notes: list[str] = [], found: str = Depends(kept)) -> str:
        return put(notes, "mine") + found

    @server.tool
    async def coroutine(notes: list[str] = [], found: str = Depends(kept)) -> str:
        return put(notes, "mine") + found

    for tool in ("plain", "coroutine"):
        assert said(server, text_of(tool)) == ["['mine']['dependency']"] * 3


def test_arguments_by_position_have_defaults_of_their_own() -> None:
    server = FastMCP("t")

    @server.tool
    def add(notes: list[str] = [], /, *more: str) -> str:
        return put(notes, "mine")

    assert said(server, text_of("add")) == ["['mine']"] * 3


def test_what_is_given_is_not_copied_and_the_schema_shows_the_default() -> None:
    def add(notes: list[str] = ["a"]) -> None: ...

    made = plan(add)
    assert made.input_schema["properties"]["notes"]["default"] == ["a"]
    given = made.bind({"notes": ["x"]})
    assert given == {"notes": ["x"]}
    assert made.bind({}) == {"notes": ["a"]}


def test_what_cannot_be_changed_is_shared_and_leaves_the_call_to_the_engine() -> None:
    connection = Connection()

    def tool(a: Any = connection, b: Any = ("x", 1), c: Any = Frozen(), d: int = 1, e: Any = print) -> None: ...

    made = plan(tool)
    assert made.native
    assert made.bind({}) == {}


def test_a_default_that_cannot_be_copied_is_refused_at_once_by_name() -> None:
    def tool(locks: Any = {"one": threading.Lock()}) -> None: ...

    with pytest.raises(
        InvalidDescriptorError, match=r"tool: the default of parameter 'locks' cannot be copied for each call"
    ):
        plan(tool)
