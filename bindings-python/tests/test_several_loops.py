"""One server used from several event loops: in threads, one after the other, and from inside its own calls."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP
from oxmcp.errors import ClosedError
from oxmcp.server import Server

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def mcp() -> FastMCP:
    server = FastMCP("test")

    @server.tool
    def plain(text: str) -> str:
        return text

    @server.tool
    async def later(text: str) -> str:
        await asyncio.sleep(0)
        return text

    return server


def in_a_thread(work: Any) -> Any:
    """What a coroutine gives on a loop of its own, in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result(timeout=20)


@contextmanager
def running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs in another thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        if loop.is_running():
            loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_each_thread_may_run_a_loop_of_its_own(mcp: FastMCP) -> None:
    start = threading.Barrier(4)

    def call(number: int) -> list[Any]:
        start.wait(timeout=20)
        names = ("plain", "later") * 3
        return [asyncio.run(mcp.call_tool(name, {"text": f"{number}"})).data for name in names]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(call, range(4))) == [[f"{number}"] * 6 for number in range(4)]


@pytest.mark.parametrize("mode", ["legacy", "modern"])
def test_another_loop_may_be_used_while_a_client_is_open(mcp: FastMCP, mode: str) -> None:
    async def once(name: str) -> Any:
        async with Client(mcp, mode=mode) as client:
            return (await client.call_tool(name, {"text": "a"})).data

    async def while_open() -> list[Any]:
        async with Client(mcp, mode=mode) as client:
            others = [await asyncio.to_thread(asyncio.run, once(name)) for name in ("plain", "later")]
            return [*others, (await client.call_tool("later", {"text": "b"})).data]

    assert asyncio.run(while_open()) == ["a", "a", "b"]


def test_another_loop_may_be_used_while_the_server_is_served(mcp: FastMCP) -> None:
    async def serve() -> Any:
        listening = asyncio.Event()
        serving = asyncio.create_task(
            mcp.run_http_async(port=0, show_banner=False, on_listening=lambda _host, _port: listening.set())
        )
        await listening.wait()
        try:
            return await asyncio.to_thread(asyncio.run, mcp.call_tool("later", {"text": "a"}))
        finally:
            serving.cancel()
            await asyncio.wait([serving])

    assert asyncio.run(serve()).data == "a"


def test_tools_may_call_one_another(mcp: FastMCP) -> None:
    @mcp.tool
    async def awaits(ctx: Context) -> list[str]:
        return [
            (await mcp.call_tool("plain", {"text": "a"})).data,
            (await ctx.server.call_tool("later", {"text": "b"})).data,
        ]

    @mcp.tool
    def runs() -> list[str]:
        return [asyncio.run(mcp.call_tool(name, {"text": name})).data for name in ("plain", "later")]

    async def talk() -> list[Any]:
        async with Client(mcp) as client:
            return [(await client.call_tool(name)).data for name in ("awaits", "runs")]

    assert asyncio.run(talk()) == [["a", "b"], ["plain", "later"]]


def test_a_plain_tool_of_a_server_with_one_worker_may_call_another() -> None:
    mcp = FastMCP("test", workers=1)
    mcp.add_tool(lambda: "inner", name="inner")
    mcp.add_tool(lambda: asyncio.run(mcp.call_tool("inner")).content[0].text, name="outer")
    assert asyncio.run(mcp.call_tool("outer")).content[0].text == "inner"


def test_each_loop_has_a_lifespan_of_its_own() -> None:
    entered: list[asyncio.AbstractEventLoop] = []

    @asynccontextmanager
    async def lifespan(_server: Any) -> AsyncIterator[asyncio.AbstractEventLoop]:
        entered.append(asyncio.get_running_loop())
        yield entered[-1]

    mcp = FastMCP("test", lifespan=lifespan)

    @mcp.tool
    def plain(ctx: Context) -> int:
        return id(ctx.lifespan_context)

    @mcp.tool
    async def later(ctx: Context) -> bool:
        return ctx.lifespan_context is asyncio.get_running_loop()

    async def both() -> bool:
        async with Client(mcp) as first, Client(mcp) as second:
            here = id(asyncio.get_running_loop())
            assert (await first.call_tool("later")).data is True
            return bool((await second.call_tool("plain")).data == here)

    async def while_open() -> list[bool]:
        async with Client(mcp) as client:
            other = await asyncio.to_thread(asyncio.run, both())
            own = (await client.call_tool("plain")).data == id(asyncio.get_running_loop())
            return [other, own]

    assert asyncio.run(while_open()) == [True, True]
    assert len(entered) == 2


def test_what_is_registered_later_is_known_on_every_loop(mcp: FastMCP) -> None:
    async def names() -> set[str]:
        async with Client(mcp) as client:
            mcp.add_tool(lambda: "x", name="third")
            mcp.remove_tool("plain")
            return {tool.name for tool in await client.list_tools()}

    async def while_open() -> list[set[str]]:
        heard = asyncio.Event()
        async with Client(mcp, message_handler=lambda _message: heard.set()) as client:
            other = await asyncio.to_thread(asyncio.run, names())
            await heard.wait()
            return [other, {tool.name for tool in await client.list_tools()}]

    assert asyncio.run(while_open()) == [{"later", "third"}] * 2


def test_a_low_level_server_too() -> None:
    server = Server("test")

    @server.call_tool()
    async def call_tool(name: str, arguments: dict[str, Any]) -> list[Any]:
        return [{"type": "text", "text": name}]

    async def once() -> str:
        async with Client(server) as client:
            return str((await client.call_tool("a")).content[0].text)

    async def while_open() -> list[str]:
        async with Client(server):
            return [await asyncio.to_thread(asyncio.run, once()), await once()]

    assert asyncio.run(while_open()) == ["a", "a"]


# --- a client that was opened on another loop


def test_a_client_of_a_loop_that_runs_elsewhere_can_be_used(mcp: FastMCP) -> None:
    progress: list[Any] = []

    @mcp.tool
    async def reports(ctx: Context) -> str:
        await ctx.report_progress(1, 2)
        return "done"

    async def use(client: Client) -> None:
        assert (await client.call_tool("later", {"text": "a"})).data == "a"
        await client.call_tool("reports", progress_handler=lambda *report: progress.append(report))
        with pytest.raises(TimeoutError):
            await client.call_tool("waits", timeout=0.01)

    @mcp.tool
    async def waits() -> None:
        await asyncio.Event().wait()

    with running_loop() as loop:
        client = Client(mcp)
        asyncio.run_coroutine_threadsafe(client.__aenter__(), loop).result(timeout=20)
        asyncio.run(use(client))
        in_a_thread(client.__aexit__(None, None, None))
    assert progress == [(1, 2, None)]


def test_a_client_of_a_loop_that_does_not_run_says_what_to_do(mcp: FastMCP) -> None:
    """What a fixture with the scope of a session is to a test with a loop of its own."""
    session, function = asyncio.new_event_loop(), asyncio.new_event_loop()
    client = Client(mcp)
    session.run_until_complete(client.__aenter__())
    for use in (
        lambda: client.call_tool("plain", {"text": "a"}),
        client.list_tools,
    ):
        with pytest.raises(ClosedError, match=r"opened on another event loop.*loop_scope"):
            function.run_until_complete(use())
    with pytest.raises(ClosedError, match="another event loop"):
        function.run_until_complete(client.__aexit__(None, None, None))
    assert function.run_until_complete(mcp.call_tool("later", {"text": "a"})).data == "a"
    function.close()
    assert session.run_until_complete(client.call_tool("later", {"text": "b"})).data == "b"
    session.run_until_complete(client.__aexit__(None, None, None))
    session.close()


def test_nobody_waits_for_a_loop_that_stops(mcp: FastMCP) -> None:
    started = threading.Event()

    @mcp.tool
    async def waits() -> None:
        started.set()
        await asyncio.Event().wait()

    with running_loop() as loop:
        client = Client(mcp)
        asyncio.run_coroutine_threadsafe(client.__aenter__(), loop).result(timeout=20)

        async def use() -> None:
            call = asyncio.create_task(client.call_tool("waits"))
            await asyncio.to_thread(started.wait)
            loop.call_soon_threadsafe(loop.stop)
            with pytest.raises(ClosedError, match="not running"):
                await call

        asyncio.run(use())
        loop_thread_done = not loop.is_running()
    assert loop_thread_done


def test_a_lifespan_cannot_use_what_it_is_about_to_serve() -> None:
    @asynccontextmanager
    async def lifespan(server: FastMCP) -> AsyncIterator[None]:
        await server.call_tool("tool")
        yield

    mcp = FastMCP("test", lifespan=lifespan)
    mcp.add_tool(lambda: "x", name="tool")

    async def use() -> None:
        with pytest.raises(RuntimeError, match="after its `yield`"):
            async with Client(mcp):
                pass

    asyncio.run(asyncio.wait_for(use(), 20))
