"""Whose context variables a handler sees: those of whoever handed its request over, and nobody else's."""

from __future__ import annotations

import asyncio
import contextvars
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import pytest

from oxmcp import Client, FastMCP, get_context

USER: ContextVar[str] = ContextVar("user", default="nobody")
POOL: ContextVar[str] = ContextVar("pool", default="none")
PEOPLE = ["alice", "bob", "carol"]


def server(**options: Any) -> FastMCP:
    mcp = FastMCP("contexts", **options)

    @mcp.tool
    def plain() -> str:
        return USER.get()

    @mcp.tool
    async def waiting() -> str:
        before = USER.get()
        await asyncio.sleep(0)
        return f"{before} {USER.get()}"

    @mcp.tool
    def sets(name: str) -> str:
        before = USER.get()
        USER.set(name)
        return before

    @mcp.tool
    async def sets_too(name: str) -> str:
        before = USER.get()
        USER.set(name)
        await asyncio.sleep(0)
        return before

    @mcp.tool
    async def for_a_while(name: str) -> str:
        token = USER.set(name)
        await asyncio.sleep(0)
        after = USER.get()
        USER.reset(token)
        return f"{after} {USER.get()}"

    @mcp.tool
    def pool() -> str:
        return POOL.get()

    @mcp.resource("user://me")
    def me() -> str:
        return USER.get()

    @mcp.resource("user://{id}/name")
    async def name_of(id: str) -> str:
        return USER.get()

    @mcp.prompt
    def prompt(x: str = "") -> str:
        return USER.get()

    @mcp.completion
    async def complete(ref: Any, argument: Any, context: Any) -> list[str]:
        return [USER.get()]

    return mcp


async def as_everybody(ask: Any) -> list[Any]:
    """What everybody gets who asks at the same time, each in a task and context of their own."""

    async def one(name: str) -> Any:
        USER.set(name)
        return await ask()

    return await asyncio.gather(*(one(name) for name in PEOPLE))


@pytest.mark.parametrize("mode", ["legacy", "modern"])
def test_a_handler_sees_the_variables_of_its_own_caller(mode: str) -> None:
    async def go() -> None:
        async with Client(server(), mode=mode) as client:

            async def tool(name: str) -> str:
                return str((await client.call_tool(name)).data)

            assert await as_everybody(lambda: tool("plain")) == PEOPLE
            assert await as_everybody(lambda: tool("waiting")) == [f"{name} {name}" for name in PEOPLE]

            async def others() -> list[str]:
                return [
                    (await client.read_resource("user://me"))[0].text,
                    (await client.read_resource("user://7/name"))[0].text,
                    (await client.get_prompt("prompt")).messages[0].content.text,
                    (
                        await client.complete({"type": "ref/prompt", "name": "prompt"}, {"name": "x", "value": ""})
                    ).values[0],
                ]

            assert await as_everybody(others) == [[name] * 4 for name in PEOPLE]
            assert await tool("plain") == "nobody"

    asyncio.run(go())


def test_a_server_that_is_asked_by_itself_sees_the_variables_of_its_caller() -> None:
    async def go() -> None:
        mcp = server()

        async def ask() -> str:
            return str((await mcp.call_tool("plain")).data)

        assert await as_everybody(ask) == PEOPLE

    asyncio.run(go())


@pytest.mark.parametrize("name", ["sets", "sets_too"])
def test_what_a_call_sets_no_other_call_and_no_caller_sees(name: str) -> None:
    async def go() -> None:
        async with Client(server()) as client:
            for value in [*PEOPLE, *PEOPLE]:
                assert (await client.call_tool(name, {"name": value})).data == "nobody"
            assert USER.get() == "nobody"

    asyncio.run(go())


def test_what_a_coroutine_function_sets_holds_after_it_has_waited_and_can_be_reset() -> None:
    async def go() -> None:
        async with Client(server()) as client:
            for value in PEOPLE:
                assert (await client.call_tool("for_a_while", {"name": value})).data == f"{value} nobody"

    asyncio.run(go())


def test_what_the_lifespan_sets_is_seen_by_every_call_unless_its_caller_set_something_else() -> None:
    @asynccontextmanager
    async def lifespan(_server: Any) -> AsyncIterator[None]:
        POOL.set("of the server")
        yield

    async def go() -> None:
        mcp = server(lifespan=lifespan)
        USER.set("first")
        async with Client(mcp) as first:

            async def later() -> None:
                # What the first client had set is nobody else's.
                async with Client(mcp) as second:
                    assert (await second.call_tool("pool")).data == "of the server"
                    assert (await second.call_tool("plain")).data == "nobody"
                    POOL.set("my own")
                    assert (await second.call_tool("pool")).data == "my own"

            await contextvars.Context().run(asyncio.get_running_loop().create_task, later())
            assert (await first.call_tool("pool")).data == "of the server"

    asyncio.run(go())


def test_a_handler_that_asks_another_server_stays_the_caller_and_its_own_server() -> None:
    async def go() -> None:
        inner, outer = FastMCP("inner"), FastMCP("outer")

        @inner.tool
        def who() -> str:
            return f"{USER.get()} of {get_context().fastmcp.name}"

        @outer.tool
        async def ask() -> str:
            async with Client(inner) as client:
                heard = (await client.call_tool("who")).data
            return f"{heard}, {USER.get()} of {get_context().fastmcp.name}"

        async with Client(outer) as client:

            async def one() -> str:
                return str((await client.call_tool("ask")).data)

            assert await as_everybody(one) == [f"{name} of inner, {name} of outer" for name in PEOPLE]

    asyncio.run(go())


def over_http(port: int, tool: str) -> str:
    """Calls a tool by a request that stands alone."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "c", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "_meta": meta}}
    headers = {
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": tool,
    }
    request = urllib.request.Request(f"http://127.0.0.1:{port}/mcp", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["result"]["content"][0]["text"])


@pytest.mark.parametrize("asked_before", [False, True])
def test_what_is_served_over_http_sees_the_variables_of_whoever_serves_it(asked_before: bool) -> None:
    async def go() -> None:
        mcp = server()
        ports: asyncio.Queue[int] = asyncio.Queue()

        async def serve() -> None:
            USER.set("owner")
            await mcp.run_async(
                "http", port=0, show_banner=False, on_listening=lambda _host, port: ports.put_nowait(port)
            )

        async def asked() -> None:
            serving = asyncio.create_task(serve())
            port = await ports.get()
            try:
                assert await asyncio.to_thread(over_http, port, "plain") == "owner"
                assert await asyncio.to_thread(over_http, port, "waiting") == "owner owner"
            finally:
                serving.cancel()
                await asyncio.wait([serving])

        if asked_before:
            USER.set("alice")
            async with Client(mcp) as client:
                assert (await client.call_tool("plain")).data == "alice"
                await asked()
                assert (await client.call_tool("plain")).data == "alice"
        else:
            await asked()

    asyncio.run(go())
