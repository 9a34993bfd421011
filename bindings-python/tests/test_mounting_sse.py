"""HTTP+SSE in applications of somebody else's."""

from __future__ import annotations

import asyncio
import contextvars
import json
from typing import Any

import pytest
from asgi_caller import Exchange, ask, begin, legacy_call, tool_call

from oxmcp import Context, FastMCP
from oxmcp.server import Server
from oxmcp.server.http import create_sse_app
from oxmcp.server.sse import SseServerTransport
from oxmcp.types import TextContent

tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant", default="nobody")


def make() -> FastMCP:
    mcp = FastMCP("test")

    @mcp.tool
    async def echo(text: str) -> str:
        return text

    @mcp.tool
    async def who(ctx: Context) -> str:
        await ctx.report_progress(1, 2)
        return tenant.get()

    return mcp


class Conversation:
    """A client of HTTP+SSE."""

    def __init__(self, app: Any, stream: Exchange, where: str) -> None:
        self.app, self.stream, self.where = app, stream, where

    @classmethod
    async def open(cls, app: Any, path: str = "/sse", **options: Any) -> Conversation:
        stream = begin(app, method="GET", path=path, headers={"accept": "text/event-stream"}, **options)
        await stream.until_sent("event: endpoint")
        return cls(app, stream, stream.text.split("data: ")[1].split("\n")[0].strip())

    async def post(self, body: bytes, **options: Any) -> Exchange:
        path, _, query = self.where.partition("?")
        return await ask(self.app, body, path=path, query_string=query.encode(), **options)

    async def call(self, name: str, id: int, **arguments: Any) -> Any:
        if id == 1:
            about = {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
            hello = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": about}
            assert (await self.post(json.dumps(hello).encode())).status == 202
            await self.stream.until_sent('"id":0')
        assert (await self.post(legacy_call(name, id=id, **arguments))).status == 202
        await self.stream.until_sent(f'"id":{id}')
        (line,) = [line for line in self.stream.text.splitlines() if f'"id":{id}' in line]
        return json.loads(line.removeprefix("data: "))["result"]["content"][0]["text"]

    async def leave(self) -> None:
        self.stream.disconnect()
        await self.stream.end()


async def test_streams_and_messages_have_paths_of_their_own() -> None:
    talk = await Conversation.open(make().sse_app())
    assert talk.where.startswith("/messages/?session_id=")
    assert await talk.call("echo", 1, text="hi") == "hi"
    await talk.leave()
    assert (await talk.post(legacy_call("echo", text="hi"))).status == 404


async def test_a_client_is_told_where_it_is_mounted() -> None:
    app = make().http_app(transport="sse", path="/stream", message_path="/say")
    talk = await Conversation.open(app, "/api/stream", root_path="/api")
    assert talk.where.startswith("/api/say?session_id=")
    path, _, query = talk.where.partition("?")
    said = await ask(app, legacy_call("echo"), path=path, root_path="/api", query_string=query.encode())
    assert said.status == 202
    assert (await ask(app, tool_call("echo", text="x"))).status == 404
    assert app.state.path == "/stream" and app.state.transport_type == "sse"
    await talk.leave()


async def test_both_transports_are_served_where_the_server_says_so() -> None:
    app = FastMCP("test", sse=True).http_app()
    talk = await Conversation.open(app)
    assert (await ask(app, tool_call("echo", text="x"))).status == 200
    await talk.leave()


async def test_a_call_has_the_context_variables_of_its_message() -> None:
    talk = await Conversation.open(create_sse_app(make(), "/messages", "/sse"))
    tenant.set("acme")
    assert await talk.call("who", 1) == "acme"
    tenant.set("other")
    assert await talk.call("who", 2) == "other"
    assert "notifications/progress" in talk.stream.text
    await talk.leave()


async def test_methods_and_sessions_that_are_not_there_are_refused() -> None:
    app = make().sse_app()
    assert (await ask(app, path="/sse")).status == 405
    assert (await ask(app, method="GET", path="/messages/")).status == 405
    assert (await ask(app, legacy_call("echo"), path="/messages/")).status == 400
    lost = await ask(app, legacy_call("echo"), path="/messages/", query_string=b"session_id=1")
    assert lost.status == 404 and "no such session" in lost.text


def low() -> Server:
    server = Server("low")

    @server.call_tool()
    async def call(name: str, arguments: dict[str, Any]) -> list[Any]:
        return [TextContent(type="text", text=f"{name} {arguments['text']}")]

    return server


@pytest.mark.parametrize("kind", ["low-level", "fastmcp"])
async def test_the_official_transport_is_mounted_by_hand(kind: str) -> None:
    server: Any = low() if kind == "low-level" else make()._mcp_server
    transport = SseServerTransport("/messages/")
    ended = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/messages/":
            await transport.handle_post_message(scope, receive, send)
            return
        async with transport.connect_sse(scope, receive, send) as (read, write):
            await server.run(read, write, server.create_initialization_options())
        ended.set()

    assert (await ask(app, legacy_call("echo"), path="/messages/", query_string=b"session_id=1")).status == 404
    first, second = [await Conversation.open(app) for _ in range(2)]
    assert first.where != second.where
    for talk in (first, second):
        said = await talk.call("echo", 1, text="hi")
        assert said == ("echo hi" if kind == "low-level" else "hi")
    await first.leave()
    await asyncio.wait_for(ended.wait(), 20)
    assert (await first.post(legacy_call("echo"))).status == 404
    assert (await second.call("echo", 2, text="ho")).endswith("ho")
    await second.leave()


def test_the_endpoint_is_a_path() -> None:
    for wrong in ("https://example.com/messages", "//example.com", "/messages?x=1"):
        with pytest.raises(ValueError, match="the endpoint is a path"):
            SseServerTransport(wrong)


async def test_run_takes_streams_of_this_package_only() -> None:
    with pytest.raises(TypeError, match=r"stdio_server\(\), or of connect_sse\(\)"):
        await low().run(object(), object())
