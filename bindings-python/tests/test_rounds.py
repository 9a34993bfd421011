"""Asking by returning what is asked, and going on in another process."""

from __future__ import annotations

import asyncio
from typing import Any

import mcp_types
import pytest
from pydantic import BaseModel

from oxmcp import (
    Client,
    Context,
    Elicit,
    FastMCP,
    InputRequired,
    ListRoots,
    McpError,
    Sample,
    ToolError,
    types,
)
from oxmcp.errors import ConfigurationError
from oxmcp.server import Server
from oxmcp.server.mcpserver import RequestStateSecurity
from oxmcp.tools import InputRequiredToolResult

MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])
KEY = "a secret that is long enough to be one"


class Booking(BaseModel):
    name: str
    guests: int = 2


def run(work: Any) -> Any:
    return asyncio.run(asyncio.wait_for(work, 20))


def answering(server: Any, mode: str, **options: Any) -> Client:
    handlers: dict[str, Any] = {
        "elicitation_handler": lambda *_: {"name": "Ada"},
        "sampling_handler": lambda messages, *_: f"re: {messages[0].content.text}",
        "roots": ["file:///work"],
    }
    return Client(server, mode=mode, **{**handlers, **options})


@MODES
def test_a_function_returns_what_it_asks_and_is_called_again_with_the_answers(mode: str) -> None:
    """MRTR-1, MRTR-3, MRTR-5"""
    mcp = FastMCP()
    rounds: list[Any] = []

    @mcp.tool
    async def book(ctx: Context) -> str | InputRequired:
        rounds.append((sorted(ctx.input_responses or {}), ctx.request_state))
        answer = ctx.answer("who", Booking)
        if answer is None:
            question = Sample([types.SamplingMessage(role="user", content=types.TextContent(text="hi"))], max_tokens=5)
            asked = {"who": Elicit("Who?", Booking), "text": question, "folders": ListRoots()}
            return InputRequired(asked, "first")
        responses = ctx.input_responses or {}
        assert isinstance(responses["who"], types.ElicitResult)
        text, roots = responses["text"].content.text, responses["folders"].roots
        return f"{answer.data.name} {answer.data.guests} {text} {roots[0].uri}"

    @mcp.prompt
    def greet(ctx: Context) -> str | InputRequired:
        answer = ctx.answer("who", Booking)
        return InputRequired({"who": Elicit("Who?", Booking)}) if answer is None else f"Greet {answer.data.name}"

    @mcp.resource("note://{id}")
    async def note(id: str, ctx: Context) -> str | InputRequired:
        answer = ctx.answer("who", Booking)
        return InputRequired({"who": Elicit("Who?", Booking)}) if answer is None else f"{id} {answer.data.name}"

    async def go() -> None:
        async with answering(mcp, mode) as client:
            result = await client.call_tool("book")
            assert result.data == "Ada 2 re: hi file:///work"
            assert (await client.get_prompt("greet")).messages[0].content.text == "Greet Ada"
            assert (await client.read_resource("note://7"))[0].text == "7 Ada"
            (tool,) = await client.list_tools()
            if mode == "modern":
                assert tool.output_schema == {"type": "string"}

    run(go())
    assert rounds == [([], None), (["folders", "text", "who"], "first")]


@MODES
def test_answers_are_kept_from_round_to_round(mode: str) -> None:
    """MRTR-8"""
    mcp = FastMCP()

    @mcp.tool(structured_output=False)
    async def steps(ctx: Context) -> str | InputRequired:
        done = int(ctx.request_state or "0")
        if done < 3:
            return InputRequired({f"step{done}": Elicit(f"{done}?", int)}, str(done + 1))
        return str([ctx.answer(f"step{number}", int).data for number in range(3)])  # type: ignore[union-attr]

    numbers = iter([4, 5, 6])

    async def go() -> str:
        async with answering(mcp, mode, elicitation_handler=lambda *_: next(numbers)) as client:
            return str((await client.call_tool("steps")).content[0].text)

    assert run(go()) == "[4, 5, 6]"


@MODES
def test_a_round_may_only_remember(mode: str) -> None:
    """MRTR-17"""
    mcp = FastMCP()

    @mcp.tool
    async def wait(ctx: Context) -> str | InputRequired:
        return "done" if ctx.request_state == "x" else InputRequired(state="x")

    async def go() -> Any:
        async with answering(mcp, mode) as client:
            return (await client.call_tool("wait")).data

    assert run(go()) == "done"


@MODES
def test_the_objects_of_other_packages_ask_too(mode: str) -> None:
    mcp = FastMCP()
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    theirs = mcp_types.InputRequiredResult(
        input_requests={
            "who": mcp_types.ElicitRequest(
                params=mcp_types.ElicitRequestFormParams(message="Who?", requested_schema=schema)
            )
        }
    )

    @mcp.tool(structured_output=False)
    async def plain(ctx: Context) -> Any:
        return theirs if ctx.input_responses is None else ctx.input_responses["who"].content["name"]

    @mcp.tool(structured_output=False)
    async def wrapped(ctx: Context) -> Any:
        return InputRequiredToolResult(theirs) if ctx.input_responses is None else "wrapped"

    async def go() -> list[Any]:
        async with answering(mcp, mode) as client:
            return [(await client.call_tool(name)).content[0].text for name in ("plain", "wrapped")]

    assert run(go()) == ["Ada", "wrapped"]


@MODES
def test_middleware_sees_what_is_asked(mode: str) -> None:
    seen: list[Any] = []

    async def around(ctx: Any, call_next: Any) -> Any:
        result = await call_next(ctx)
        if ctx.method == "tools/call":
            seen.append(result.get("resultType"))
        return result

    mcp = FastMCP(middleware=[around])

    @mcp.tool(structured_output=False)
    async def book(ctx: Context) -> str | InputRequired:
        answer = ctx.answer("who", Booking)
        return InputRequired({"who": Elicit("Who?", Booking)}) if answer is None else answer.data.name

    async def go() -> Any:
        async with answering(mcp, mode) as client:
            return (await client.call_tool("book")).content[0].text

    assert run(go()) == "Ada"
    assert seen == ["input_required", None]


@MODES
def test_a_low_level_handler_asks_and_reads_the_answers_in_its_params(mode: str) -> None:
    async def call(ctx: Any, params: types.CallToolRequestParams) -> Any:
        if params.input_responses is None:
            request = {"method": "elicitation/create", "params": {"message": "Who?", "requestedSchema": {}}}
            return types.InputRequiredResult(input_requests={"who": request}, request_state="kept")
        text = f"{params.input_responses['who']['content']['name']} {params.request_state}"
        return types.CallToolResult(content=[types.TextContent(text=text)])

    async def tools(ctx: Any, params: Any) -> Any:
        return types.ListToolsResult(tools=[types.Tool(name="book", input_schema={"type": "object"})])

    server: Server = Server("low", on_list_tools=tools, on_call_tool=call)

    async def go() -> Any:
        async with answering(server, mode) as client:
            return (await client.call_tool("book")).content[0].text

    assert run(go()) == "Ada kept"


@pytest.mark.parametrize(
    ("result", "what"),
    [
        (lambda: InputRequired(), "has input_requests, request_state or both"),
        (lambda: InputRequired({"x": {"method": "ping"}}), "input_requests.x: its method is one of elicitation/create"),
        (lambda: InputRequired({"x": 5}), "what is asked is an Elicit, a Sample, a ListRoots or a request, not int"),
    ],
)
def test_what_cannot_be_asked_so_is_an_error_that_says_why(result: Any, what: str) -> None:
    """MRTR-3"""
    mcp = FastMCP()

    @mcp.tool(structured_output=False)
    async def ask() -> Any:
        return result()

    async def go() -> None:
        async with answering(mcp, "modern") as client:
            await client.call_tool("ask")

    with pytest.raises(ToolError, match=what):
        run(go())


def tables(replayable: bool, count: list[int], **options: Any) -> FastMCP:
    """One of several processes that serve the same clients."""
    mcp = FastMCP("tables", **options)

    @mcp.tool(structured_output=False, replayable=replayable)
    async def book(day: str, ctx: Context) -> str:
        count.append(1)
        first = (await ctx.elicit("Name?", str)).data
        second = (await ctx.elicit("Guests?", int)).data
        return f"{day} {first} {second}"

    return mcp


async def by_hand(client: Client, answers: dict[str, Any] | None = None, state: str | None = None) -> dict[str, Any]:
    """One round of a call."""
    params: dict[str, Any] = {"name": "book", "arguments": {"day": "Monday"}}
    if answers is not None:
        params["inputResponses"] = answers
    if state is not None:
        params["requestState"] = state
    return await client._exchange("tools/call", params, None, None, None)


def accepted(asked: dict[str, Any], value: Any) -> dict[str, Any]:
    (key,) = asked["inputRequests"]
    return {key: {"action": "accept", "content": {"value": value}}}


@pytest.mark.parametrize(
    "options",
    [{"request_state_keys": [KEY]}, {"request_state_security": RequestStateSecurity(keys=[KEY], ttl=60)}],
    ids=["keys", "security"],
)
def test_what_is_replayable_goes_on_in_a_process_with_the_same_keys(options: dict[str, Any]) -> None:
    """MRTR-15"""
    count: list[int] = []

    async def go() -> str:
        here, there = tables(True, count, **options), tables(True, count, **options)
        async with answering(here, "modern") as one, answering(there, "modern") as other:
            first = await by_hand(one)
            second = await by_hand(other, accepted(first, "Ada"), first["requestState"])
            third = await by_hand(one, accepted(second, 3), second["requestState"])
            return str(third["content"][0]["text"])

    assert run(go()) == "Monday Ada 3"
    assert len(count) == 3


def test_what_is_not_replayable_is_refused_there_and_goes_on_here() -> None:
    count: list[int] = []

    async def go() -> None:
        options: dict[str, Any] = {"request_state_keys": [KEY]}
        here, there = tables(False, count, **options), tables(False, count, **options)
        async with answering(here, "modern") as one, answering(there, "modern") as other:
            first = await by_hand(one)
            with pytest.raises(McpError) as refused:
                await by_hand(other, accepted(first, "Ada"), first["requestState"])
            assert refused.value.code == -32602
            second = await by_hand(one, accepted(first, "Ada"), first["requestState"])
            assert "inputRequests" in second

    run(go())
    assert len(count) == 1


def test_state_of_a_process_with_other_keys_is_refused() -> None:
    """MRTR-15"""

    async def go() -> None:
        here, there = tables(True, [], request_state_keys=[KEY]), tables(True, [])
        async with answering(here, "modern") as one, answering(there, "modern") as other:
            first = await by_hand(one)
            with pytest.raises(McpError) as refused:
                await by_hand(other, accepted(first, "Ada"), first["requestState"])
            assert refused.value.code == -32602

    run(go())


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        (["short"], r"request_state_keys\[0\] has 5 bytes, and needs 32 at least"),
        ([], "request_state_keys is empty"),
        ([7], r"request_state_keys\[0\] is text or bytes, not int"),
    ],
)
def test_a_key_that_is_none_is_refused(keys: Any, what: str) -> None:
    with pytest.raises(ConfigurationError, match=what):
        FastMCP(request_state_keys=keys)
