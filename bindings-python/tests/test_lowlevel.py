"""The low-level server: handlers by decorator and by constructor."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import oxmcp.types as types
from oxmcp import Client, McpError, ToolError
from oxmcp.server import NotificationOptions, Server
from oxmcp.server.lowlevel.helper_types import ReadResourceContents
from oxmcp.server.lowlevel.uri import Uri
from oxmcp.server.models import InitializationOptions
from oxmcp.server.stdio import stdio_server

MODES = pytest.mark.parametrize("mode", ["legacy", "auto"])

ADD = types.Tool(
    name="add",
    description="Adds.",
    inputSchema={
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
)
SUM = types.Tool(
    name="sum",
    inputSchema={"type": "object"},
    outputSchema={"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]},
)


def call(
    server: Server,
    name: str,
    arguments: dict[str, Any] | None = None,
    mode: str = "legacy",
    raise_on_error: bool = False,
) -> Any:
    async def go() -> Any:
        async with Client(server, mode=mode) as client:
            return await client.call_tool(name, arguments, raise_on_error=raise_on_error)

    return asyncio.run(go())


def server_with(answer: Any, **options: Any) -> Server:
    server = Server("low")

    @server.list_tools()
    async def list_tools() -> list[types.Tool]:
        return [ADD, SUM]

    @server.call_tool(**options)
    async def call_tool(name: str, arguments: dict[str, Any]) -> Any:
        return await answer(name, arguments) if asyncio.iscoroutinefunction(answer) else answer(name, arguments)

    return server


@MODES
def test_tools_are_listed_and_called(mode: str) -> None:
    server = server_with(lambda _name, a: [types.TextContent(type="text", text=str(a["a"] + a["b"]))])

    async def go() -> Any:
        async with Client(server, mode=mode) as client:
            return await client.list_tools()

    tools = asyncio.run(go())
    assert [tool.name for tool in tools] == ["add", "sum"]
    assert tools[0].inputSchema == ADD.inputSchema
    result = call(server, "add", {"a": 1, "b": 2}, mode)
    assert (result.content[0].text, result.is_error) == ("3", False)


@MODES
def test_arguments_are_checked_against_the_listed_schema(mode: str) -> None:
    server = server_with(lambda _name, _arguments: [])
    result = call(server, "add", {"a": "x"}, mode)
    assert result.is_error
    assert result.content[0].text.startswith("Input validation error: ")
    assert "b" in result.content[0].text
    unchecked = server_with(lambda _name, arguments: {"got": arguments}, validate_input=False)
    assert call(unchecked, "add", {"a": "x"}, mode).structured_content == {"got": {"a": "x"}}


@MODES
def test_what_a_handler_returns_becomes_a_result(mode: str) -> None:
    text = types.TextContent(text="t")
    for returned, content, structured in [
        ([text], "t", None),
        ((block for block in [text]), "t", None),
        ({"sum": 3}, '{"sum":3}', {"sum": 3}),
        (([text], {"sum": 3}), "t", {"sum": 3}),
        (types.CallToolResult(content=[text], structuredContent={"x": 1}), "t", {"x": 1}),
        ("bare", "bare", None),
    ]:
        result = call(server_with(lambda _name, _arguments, value=returned: value), "unlisted", {}, mode)
        assert not result.is_error, result
        assert (result.content[0].text, result.structured_content) == (content, structured)
    failed = call(server_with(lambda _name, _arguments: 5), "unlisted", {}, mode)
    assert failed.is_error and "int" in failed.content[0].text


@MODES
def test_a_listed_output_schema_is_enforced(mode: str) -> None:
    assert call(server_with(lambda *_: {"sum": 3}), "sum", {}, mode).structured_content == {"sum": 3}
    assert call(server_with(lambda *_: {"sum": "x"}), "sum", {}, mode).is_error
    assert "no structured output" in call(server_with(lambda *_: []), "sum", {}, mode).content[0].text


@MODES
def test_what_a_handler_raises_becomes_an_error_result(mode: str) -> None:
    def crash(*_: Any) -> Any:
        raise ValueError("broken")

    def refuse(*_: Any) -> Any:
        raise ToolError("no")

    def protocol(*_: Any) -> Any:
        raise McpError(types.ErrorData(code=4010, message="mine", data=[1]))

    assert call(server_with(crash), "add", {"a": 1, "b": 2}, mode).content[0].text == "broken"
    assert call(server_with(refuse), "add", {"a": 1, "b": 2}, mode).content[0].text == "no"
    with pytest.raises(McpError, match="mine") as caught:
        call(server_with(protocol), "add", {"a": 1, "b": 2}, mode, raise_on_error=True)
    assert (caught.value.code, caught.value.data) == (4010, [1])


@MODES
def test_resources_prompts_and_completion(mode: str) -> None:
    server = Server("low")
    asked: list[Any] = []

    @server.list_resources()
    async def resources() -> list[types.Resource]:
        return [types.Resource(uri="data://x", name="x")]

    @server.list_resource_templates()
    async def templates() -> list[types.ResourceTemplate]:
        return [types.ResourceTemplate(uriTemplate="data://{id}", name="t")]

    @server.read_resource()
    async def read(uri: Any) -> Any:
        asked.append((str(uri), uri.scheme, uri.host))
        if uri.host == "bytes":
            return b"\x00"
        if uri.host == "parts":
            return [ReadResourceContents(content="<p>", mime_type="text/html", meta={"m": 1})]
        if uri.host == "none":
            raise McpError(-32602, "no such resource")
        return "text"

    @server.list_prompts()
    async def prompts() -> list[types.Prompt]:
        return [types.Prompt(name="p", arguments=[types.PromptArgument(name="a", required=True)])]

    @server.get_prompt()
    async def get(name: str, arguments: dict[str, str] | None) -> types.GetPromptResult:
        message = types.PromptMessage(role="user", content=types.TextContent(text=f"{name} {arguments}"))
        return types.GetPromptResult(description="d", messages=[message])

    @server.completion()
    async def complete(ref: Any, argument: Any, context: Any) -> types.Completion | None:
        return types.Completion(values=[f"{ref.name}.{argument.name}={argument.value}"])

    async def go() -> None:
        async with Client(server, mode=mode) as client:
            assert [item.uri for item in await client.list_resources()] == ["data://x"]
            assert [item.uri_template for item in await client.list_resource_templates()] == ["data://{id}"]
            assert (await client.read_resource("data://x"))[0].text == "text"
            assert (await client.read_resource("data://bytes"))[0].blob == "AA=="
            part = (await client.read_resource("data://parts"))[0]
            assert (part.text, part.mimeType, part.meta) == ("<p>", "text/html", {"m": 1})
            with pytest.raises(McpError, match="no such resource"):
                await client.read_resource("data://none")
            assert (await client.list_prompts())[0].arguments[0].required
            prompt = await client.get_prompt("p", {"a": "1"})
            assert (prompt.description, prompt.messages[0].content.text) == ("d", "p {'a': '1'}")
            found = await client.complete({"type": "ref/prompt", "name": "p"}, {"name": "a", "value": "v"})
            assert found.values == ["p.a=v"]

    asyncio.run(go())
    assert asked[0] == ("data://x", "data", "x")


def test_subscriptions_and_levels_reach_their_handlers_and_updates_reach_the_client() -> None:
    server = Server("low")
    seen: list[Any] = []
    told: list[Any] = []

    @server.list_resources()
    async def resources() -> list[types.Resource]:
        return []

    @server.subscribe_resource()
    async def subscribe(uri: Any) -> None:
        seen.append(("subscribe", str(uri)))

    @server.unsubscribe_resource()
    async def unsubscribe(uri: Any) -> None:
        seen.append(("unsubscribe", str(uri)))

    @server.set_logging_level()
    async def level(value: str) -> None:
        seen.append(("level", value))

    @server.list_tools()
    async def tools() -> list[types.Tool]:
        return []

    @server.call_tool()
    async def touch(name: str, arguments: dict[str, Any]) -> list[Any]:
        session = server.request_context.session
        await session.send_resource_updated("data://x")
        await session.send_log_message(level="info", data="touched", logger="low")
        return []

    async def go() -> None:
        both = asyncio.Event()

        def hear(message: Any) -> None:
            told.append(message)
            if len(told) > 1:
                both.set()

        async with Client(server, message_handler=hear, log_handler=lambda _log: None) as client:
            assert client.initialize_result is not None
            assert client.initialize_result.capabilities.resources.subscribe
            await client.subscribe_resource("data://x")
            await client.call_tool("touch")
            await asyncio.wait_for(both.wait(), 10)  # an update still under way is not for who unsubscribed
            await client.unsubscribe_resource("data://x")

    asyncio.run(go())
    assert seen == [("level", "debug"), ("subscribe", "data://x"), ("unsubscribe", "data://x")]
    assert {message.method for message in told} == {"notifications/resources/updated", "notifications/message"}


@MODES
def test_the_request_context_knows_the_call(mode: str) -> None:
    @asynccontextmanager
    async def lifespan(server: Server) -> AsyncIterator[dict[str, str]]:
        yield {"name": server.name}

    server = Server("low", lifespan=lifespan)
    seen: list[Any] = []

    @server.list_tools()
    async def tools() -> list[types.Tool]:
        return []

    @server.call_tool()
    async def work(name: str, arguments: dict[str, Any]) -> list[Any]:
        context = server.request_context
        token = context.meta.progressToken
        await context.session.send_progress_notification(token, 1, total=2, message="half")
        return [types.TextContent(text=f"{context.lifespan_context['name']} {token is not None} {context.request}")]

    async def go() -> Any:
        async with Client(server, mode=mode, progress_handler=lambda *told: seen.append(told)) as client:
            return await client.call_tool("work")

    assert asyncio.run(go()).content[0].text == "low True None"
    assert seen == [(1, 2, "half")]
    with pytest.raises(LookupError):
        _ = server.request_context


@MODES
def test_handlers_can_be_given_to_the_constructor(mode: str) -> None:
    async def list_tools(_ctx: Any, params: types.PaginatedRequestParams) -> types.ListToolsResult:
        if params.cursor is None:
            return types.ListToolsResult(tools=[ADD], next_cursor="more")
        assert params.cursor == "more"
        return types.ListToolsResult(tools=[SUM])

    async def call_tool(ctx: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        if params.name == "crash":
            raise ValueError("inside")
        text = types.TextContent(text=f"{params.name} {params.arguments} {ctx.protocol_version}")
        return types.CallToolResult(content=[text], is_error=params.name == "bad")

    server = Server("low", version="3", title="Low", on_list_tools=list_tools, on_call_tool=call_tool)

    async def custom(_ctx: Any, params: Any) -> dict[str, Any]:
        return {"doubled": params.n * 2}

    server.add_request_handler("example.org/double", None, custom)

    async def go() -> None:
        async with Client(server, mode=mode) as client:
            assert [tool.name for tool in await client.list_tools()] == ["add", "sum"]
            result = await client.call_tool("add", {"a": 1})
            assert result.content[0].text == f"add {{'a': 1}} {client.protocol_version}"
            assert (await client.call_tool("bad", raise_on_error=False)).is_error
            assert (await client.request("example.org/double", {"n": 4}))["doubled"] == 8

    asyncio.run(go())
    crashed = None
    try:
        crashed = call(server, "crash", {}, mode)
    except McpError as error:
        assert error.code == -32603
    assert crashed is None or crashed.is_error


def test_listing_handlers_may_take_the_request() -> None:
    server = Server("low")

    @server.list_tools()
    async def tools(request: Any) -> types.ListToolsResult:
        page = int(request.params.cursor or 0)
        more = str(page + 1) if page < 2 else None
        return types.ListToolsResult(
            tools=[types.Tool(name=f"t{page}", inputSchema={"type": "object"})], nextCursor=more
        )

    async def go() -> list[str]:
        async with Client(server) as client:
            return [tool.name for tool in await client.list_tools()]

    assert asyncio.run(go()) == ["t0", "t1", "t2"]


def test_capabilities_follow_from_the_handlers() -> None:
    server = server_with(lambda *_: [])
    options = server.create_initialization_options(NotificationOptions(tools_changed=True), {"x": {}})
    assert isinstance(options, InitializationOptions)
    assert options.capabilities.to_dict() == {"tools": {"listChanged": True}, "experimental": {"x": {}}}
    assert options.server_name == "low"

    async def go() -> Any:
        async with Client(server) as client:
            assert client.initialize_result is not None
            with pytest.raises(McpError) as caught:
                await client.request("prompts/list")
            assert caught.value.code == -32601
            return client.initialize_result.capabilities.to_dict()

    assert set(asyncio.run(go())) == {"tools"}


def test_run_takes_only_streams_of_its_own() -> None:
    async def go() -> None:
        async with stdio_server() as (read, write):
            assert (read.transport, write.transport) == ("stdio", "stdio")
        with pytest.raises(TypeError, match="stdio_server"):
            await Server("low").run(object(), object(), None)

    asyncio.run(go())


def test_a_uri_reads_like_a_url_object() -> None:
    uri = Uri("file://host:5/a/b?q=1#f")
    assert (uri.scheme, uri.host, uri.port, uri.path, uri.query, uri.fragment) == (
        "file",
        "host",
        5,
        "/a/b",
        "q=1",
        "f",
    )

    class Url:
        def __str__(self) -> str:
            return "file://host:5/a/b?q=1#f"

    assert uri == Url() and uri == str(uri) and uri != "other"
    assert {uri: 1}[str(uri)] == 1


SERVER = """
import asyncio
import json
import subprocess
import sys
import oxmcp.types as types
from oxmcp.server import Server
from oxmcp.server.stdio import stdio_server

server = Server("piped")

@server.list_tools()
async def list_tools():
    return [types.Tool(name="echo", inputSchema={"type": "object"})]

@server.call_tool()
async def call_tool(name, arguments):
    print("stray")
    return [types.TextContent(type="text", text=arguments["text"])]

async def main():
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())

asyncio.run(main())
"""


def test_a_low_level_server_speaks_over_pipes(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(SERVER, encoding="utf-8")
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": "echo", "arguments": {"text": "hello"}, "_meta": meta}
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        process.stdin.close()
        assert process.wait(timeout=20) == 0
        assert process.stderr.read() == "stray\n"
    assert answer["result"]["content"] == [{"type": "text", "text": "hello"}]


def test_handlers_added_while_it_is_known_count_from_the_next_client() -> None:
    server = server_with(lambda *_: [])

    async def kinds() -> set[str]:
        async with Client(server) as client:
            assert client.initialize_result is not None
            return set(client.initialize_result.capabilities.to_dict())

    assert asyncio.run(kinds()) == {"tools"}

    @server.list_prompts()
    async def prompts() -> list[types.Prompt]:
        return []

    assert asyncio.run(kinds()) == {"tools", "prompts"}


def test_a_client_with_a_session_is_heard_when_it_notifies() -> None:
    # RPC-6
    heard: list[tuple[str, Any]] = []

    async def roots_changed(_context: Any, params: Any) -> None:
        heard.append(("roots", dict(params)))

    server = Server("low", on_roots_list_changed=roots_changed)

    @server.progress_notification()
    async def progressed(token: str, progress: float, total: float | None, message: str | None) -> None:
        heard.append(("progress", (token, progress, total, message)))

    async def go() -> None:
        async with Client(server, mode="legacy") as client:
            await client.notify("notifications/roots/list_changed")
            await client.notify("notifications/progress", {"progressToken": "t", "progress": 1, "total": 2})
            await client.ping()

    asyncio.run(go())
    assert heard == [("roots", {}), ("progress", ("t", 1, 2, None))]
