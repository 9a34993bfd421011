"""Tools: how they are registered, what is told of them, how they are called."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import pytest

from oxmcp import (
    AlreadyRegisteredError,
    Client,
    Context,
    FastMCP,
    Image,
    InvalidSchemaError,
    MCPError,
    ToolError,
    ToolResult,
)
from oxmcp.client import CallToolResult
from oxmcp.tools import Tool
from oxmcp.types import ToolAnnotations

MODES = pytest.mark.parametrize("mode", ["legacy", "auto"])


def call(server: FastMCP, tool: str, arguments: dict[str, Any] | None = None, **options: Any) -> CallToolResult:
    async def go() -> CallToolResult:
        async with Client(server, mode=options.pop("mode", "legacy")) as client:
            return await client.call_tool(tool, arguments, **options)

    return asyncio.run(go())


def listed(server: FastMCP) -> dict[str, Any]:
    return {tool.name: tool for tool in asyncio.run(server.list_tools())}


@MODES
def test_a_tool_is_listed_with_its_schema_and_called(mode: str) -> None:
    mcp = FastMCP("demo")

    @mcp.tool
    def add(a: int, b: int = 2) -> int:
        """Add two numbers.

        Args:
            a: The first.
        """
        return a + b

    assert add(1) == 3  # the function is returned unchanged
    tool = listed(mcp)["add"]
    assert tool.description == "Add two numbers."
    assert tool.input_schema["properties"]["a"]["description"] == "The first."
    assert tool.input_schema["required"] == ["a"]
    result = call(mcp, "add", {"a": 1}, mode=mode)
    assert result.data == 3
    assert result.content[0].text == "3"
    assert not result.is_error


def test_a_tool_can_be_written_in_every_way() -> None:
    mcp = FastMCP("demo")

    @mcp.tool
    def bare() -> str:
        return "bare"

    @mcp.tool()
    def parentheses() -> str:
        return "parentheses"

    @mcp.tool("positional")
    def first() -> str:
        return "positional"

    @mcp.tool(name="keyword", title="Keyword")
    def second() -> str:
        return "keyword"

    def direct() -> str:
        return "direct"

    assert mcp.tool(direct) is direct
    mcp.tool(direct, name="direct_named")
    mcp.add_tool(direct, name="added")
    mcp.add_tool(Tool.from_function(direct, name="object"))
    FastMCP("other", tools=[direct])
    names = ["bare", "parentheses", "positional", "keyword", "direct", "direct_named", "added", "object"]
    assert list(listed(mcp)) == names
    assert listed(mcp)["keyword"].title == "Keyword"
    with pytest.raises(TypeError, match="twice"):
        mcp.tool("one", name="two")
    with pytest.raises(TypeError, match="Expected a function or a name"):
        mcp.tool(42)  # type: ignore[call-overload]


class Greeter:
    """Says hello."""

    def __init__(self, word: str) -> None:
        self.word = word

    def greet(self, name: str) -> str:
        return f"{self.word}, {name}!"

    async def __call__(self, name: str) -> str:
        return self.greet(name)

    @classmethod
    def default(cls, name: str) -> str:
        return cls("Hi").greet(name)

    @staticmethod
    def shout(name: str) -> str:
        return name.upper()


def test_methods_partials_and_callable_objects_are_tools() -> None:
    mcp = FastMCP("demo")
    greeter = Greeter("Hello")
    mcp.tool(greeter.greet)
    mcp.tool(greeter, name="call")
    mcp.tool(Greeter.default)
    mcp.tool(Greeter.shout)
    mcp.tool(functools.partial(greeter.greet), name="partial")
    mcp.tool(functools.partial(lambda a, b: a + b, b=1), name="settled")
    for tool, expected in [
        ("greet", "Hello, you!"),
        ("call", "Hello, you!"),
        ("default", "Hi, you!"),
        ("shout", "YOU"),
        ("partial", "Hello, you!"),
    ]:
        assert call(mcp, tool, {"name": "you"}).content[0].text == expected
    assert call(mcp, "settled", {"a": 1}).content[0].text == "2"
    with pytest.raises(ValueError, match="no name"):
        mcp.tool(lambda: 1)


def test_any_parameter_name_works() -> None:
    mcp = FastMCP("demo")

    @mcp.tool
    def odd(self: str, schema: int, model_config: bool, _x: float = 1.5, **rest: int) -> dict[str, Any]:
        return {"self": self, "schema": schema, "model_config": model_config, "_x": _x, **rest}

    given = {"self": "s", "schema": 1, "model_config": True, "_x": 2.5, "more": 4}
    assert call(mcp, "odd", given).data == given
    assert listed(mcp)["odd"].input_schema["additionalProperties"]


def test_positional_only_and_star_parameters_are_filled() -> None:
    mcp = FastMCP("demo")

    @mcp.tool
    def gather(a: int, /, *rest: int) -> list[int]:
        return [a, *rest]

    assert call(mcp, "gather", {"a": 1, "rest": [2, 3]}).data == [1, 2, 3]


def test_generators_become_lists() -> None:
    mcp = FastMCP("demo")

    @mcp.tool
    def numbers() -> Iterator[int]:
        yield from (1, 2)

    @mcp.tool
    async def later() -> AsyncIterator[int]:
        for number in (1, 2):
            yield number

    assert call(mcp, "numbers").data == [1, 2]
    assert call(mcp, "later").data == [1, 2]


def test_what_is_told_of_a_tool_reaches_the_list() -> None:
    mcp = FastMCP("demo")

    @mcp.tool(
        title="Remove",
        description="Removes.",
        annotations={"destructive_hint": True, "readOnlyHint": False},
        icons=[{"src": "https://example.org/i.png", "mime_type": "image/png"}],
        meta={"example.org/x": 1},
        tags={"b", "a"},
        version="2",
    )
    def remove() -> None:
        """Not this."""

    mcp.tool(remove, name="object", annotations=ToolAnnotations(readOnlyHint=True))
    tool = listed(mcp)["remove"].to_dict()
    assert tool["title"] == "Remove"
    assert tool["description"] == "Removes."
    assert tool["annotations"] == {"destructiveHint": True, "readOnlyHint": False}
    assert tool["icons"] == [{"src": "https://example.org/i.png", "mimeType": "image/png"}]
    assert tool["_meta"] == {
        "example.org/x": 1,
        "oxmcp": {"tags": ["a", "b"], "version": "2"},
        "fastmcp": {"tags": ["a", "b"], "version": "2"},
    }
    assert listed(mcp)["object"].annotations.readOnlyHint is True


def test_a_given_input_schema_is_advertised_as_it_is_and_enforced() -> None:
    mcp = FastMCP("demo")
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "not": {"required": ["b"]}}

    @mcp.tool(input_schema=schema)
    def anything(**arguments: Any) -> dict[str, Any]:
        return arguments

    assert listed(mcp)["anything"].input_schema == schema
    assert call(mcp, "anything", {"a": 1}).data == {"a": 1}
    with pytest.raises(ToolError):
        call(mcp, "anything", {"a": 1, "b": 2})


def test_a_broken_schema_is_refused_at_registration() -> None:
    mcp = FastMCP("demo")
    with pytest.raises(InvalidSchemaError):
        mcp.tool(output_schema={"type": "nonsense"})(lambda_like)
    with pytest.raises(InvalidSchemaError):
        mcp.tool(input_schema={"type": 5})(lambda_like)


def lambda_like() -> dict[str, Any]:
    return {}


def test_results_keep_their_kind() -> None:
    mcp = FastMCP("demo")

    @mcp.tool
    def picture() -> Image:
        return Image(data=b"png", format="png")

    @mcp.tool
    def whole() -> ToolResult:
        return ToolResult(content="text", structured_content={"a": 1}, meta={"m": 2})

    @mcp.tool
    def nothing() -> None:
        return None

    @mcp.tool(structured_output=False)
    def unstructured() -> dict[str, int]:
        return {"a": 1}

    @mcp.tool(output_schema=None)
    def unpromised() -> int:
        return 1

    assert call(mcp, "picture").content[0].mimeType == "image/png"
    result = call(mcp, "whole")
    assert (result.content[0].text, result.data, result.meta["m"]) == ("text", {"a": 1}, 2)
    assert call(mcp, "nothing").content == []
    assert call(mcp, "unstructured").structured_content is None
    assert listed(mcp)["unpromised"].output_schema is None


def test_an_output_schema_is_enforced() -> None:
    mcp = FastMCP("demo")

    @mcp.tool(output_schema={"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})
    def broken() -> dict[str, Any]:
        return {"n": "three"}

    with pytest.raises(ToolError):
        call(mcp, "broken")


def test_bad_arguments_are_refused_in_plain_words() -> None:
    mcp = FastMCP("demo")

    @mcp.tool
    def add(a: int, items: list[int] | None = None) -> int:
        return a + sum(items or [])

    assert call(mcp, "add", {"a": "42", "items": "[1, 2]"}).data == 45  # plausibly meant
    assert call(mcp, "add", {"a": 1, "unknown": 5}).data == 1  # ignored
    result = call(mcp, "add", {"a": "many"}, raise_on_error=False)
    assert result.is_error
    assert "a" in result.content[0].text
    assert "many" not in result.content[0].text
    with pytest.raises(ToolError):
        call(mcp, "add", {})


def test_strict_validation_converts_nothing_and_refuses_unknown_arguments() -> None:
    mcp = FastMCP("demo", strict_input_validation=True)

    @mcp.tool
    def double(a: int) -> int:
        return 2 * a

    assert listed(mcp)["double"].input_schema["additionalProperties"] is False
    assert call(mcp, "double", {"a": 2}).data == 4
    for arguments in ({"a": "2"}, {"a": 2, "b": 3}):
        with pytest.raises(ToolError):
            call(mcp, "double", arguments)


@MODES
def test_errors_reach_the_caller_as_the_author_chose(mode: str) -> None:
    def build(**options: Any) -> FastMCP:
        mcp = FastMCP("demo", **options)

        @mcp.tool
        def meant() -> str:
            raise ToolError("try again")

        @mcp.tool
        async def crash() -> str:
            raise KeyError("secret")

        @mcp.tool
        def protocol() -> str:
            raise MCPError(4010, "of my own", {"x": 1})

        return mcp

    for options, shown in (({}, "KeyError: 'secret'"), ({"mask_error_details": True}, "could not complete")):
        mcp = build(**options)
        with pytest.raises(ToolError, match=r"^try again$"):
            call(mcp, "meant", mode=mode)
        with pytest.raises(ToolError, match=shown):
            call(mcp, "crash", mode=mode)
        with pytest.raises(MCPError) as caught:
            call(mcp, "protocol", mode=mode)
        assert (caught.value.code, caught.value.message, caught.value.data) == (4010, "of my own", {"x": 1})


def test_a_tool_that_takes_too_long_is_ended() -> None:
    mcp = FastMCP("demo")

    @mcp.tool(timeout=0.05)
    async def slow() -> str:
        await asyncio.sleep(30)
        return "late"

    result = call(mcp, "slow", raise_on_error=False)
    assert result.is_error
    with pytest.raises(ValueError, match="positive"):
        mcp.tool(timeout=0)(lambda_like)


@pytest.mark.parametrize(
    ("policy", "kept"), [(None, "second"), ("warn", "second"), ("replace", "second"), ("ignore", "first")]
)
def test_duplicates_follow_the_policy(policy: Any, kept: str) -> None:
    mcp = FastMCP("demo", on_duplicate=policy)
    mcp.add_tool(lambda: "first", name="same")
    mcp.add_tool(lambda: "second", name="same")
    assert call(mcp, "same").content[0].text == kept


def test_duplicates_can_be_errors_and_the_first_can_be_kept_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    strict = FastMCP("demo", on_duplicate="error")
    strict.add_tool(lambda: "first", name="same")
    with pytest.raises(AlreadyRegisteredError):
        strict.add_tool(lambda: "second", name="same")
    loud = FastMCP("demo", warn_on_duplicate_tools=True)
    loud.add_tool(lambda: "first", name="same")
    loud.add_tool(lambda: "second", name="same")
    assert "exists already" in caplog.text
    assert call(loud, "same").content[0].text == "first"


def test_tools_are_removed_switched_off_and_on() -> None:
    mcp = FastMCP("demo")
    mcp.tool(lambda_like, name="one", tags={"x"})
    mcp.tool(lambda_like, name="two", enabled=False)
    assert list(listed(mcp)) == ["one"]
    assert mcp.enable("two") == 1
    assert mcp.disable(tags=["x"], components=["tool"]) == 1
    assert list(listed(mcp)) == ["two"]
    with pytest.raises((ToolError, MCPError)):
        call(mcp, "one")
    mcp.remove_tool("two")
    assert list(listed(mcp)) == []
    with pytest.raises(ToolError, match="Unknown tool"):
        mcp.remove_tool("two")
    with pytest.raises(ValueError, match="Say which"):
        mcp.disable()


def test_tools_registered_by_a_running_tool_are_there_at_once() -> None:
    mcp = FastMCP("demo")
    told: list[str] = []

    @mcp.tool
    def grow() -> str:
        mcp.add_tool(lambda_like, name="new")
        return "done"

    async def go() -> list[str]:
        async with Client(mcp, message_handler=lambda message: told.append(message.method)) as client:
            await client.call_tool("grow")
            return [tool.name for tool in await client.list_tools()]

    assert asyncio.run(go()) == ["grow", "new"]
    assert "notifications/tools/list_changed" in told


def test_an_unknown_tool_is_refused() -> None:
    with pytest.raises((ToolError, MCPError)):
        call(FastMCP("demo"), "nothing")


def test_a_context_is_found_by_annotation_however_it_is_written() -> None:
    mcp = FastMCP("demo")

    @mcp.tool
    def one(ctx: Context, a: int) -> str:
        return f"{ctx.server.name} {a}"

    @mcp.tool
    def two(a: int, whatever: Context[Any, Any] | None = None) -> str:
        return f"{whatever is not None} {a}"

    @mcp.tool
    def three(a: int, c: Annotated[Context, "the context"]) -> str:
        return f"{c.request_id != ''} {a}"

    assert call(mcp, "one", {"a": 1}).content[0].text == "demo 1"
    assert call(mcp, "two", {"a": 1, "whatever": "x"}).content[0].text == "True 1"
    assert call(mcp, "three", {"a": 1}).content[0].text == "True 1"
    for tool in listed(mcp).values():
        assert list(tool.input_schema["properties"]) == ["a"]


def test_many_plain_tools_run_at_once() -> None:
    import threading

    mcp = FastMCP("demo")
    meeting = threading.Barrier(3, timeout=10)

    @mcp.tool
    def meet() -> str:
        meeting.wait()
        return "met"

    async def go() -> list[Any]:
        async with Client(mcp) as client:
            return await asyncio.gather(*(client.call_tool("meet") for _ in range(3)))

    assert len(asyncio.run(go())) == 3
