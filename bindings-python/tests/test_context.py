"""The Context: what a call can tell, ask and keep."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any

import pytest

from oxmcp import Client, Context, CurrentContext, Depends, FastMCP, ResourceError, get_context
from oxmcp.server.dependencies import get_http_headers
from oxmcp.server.session import ServerSession

MODES = pytest.mark.parametrize("mode", ["legacy", "auto"])


def value(server: FastMCP, tool: str, arguments: dict[str, Any] | None = None, **options: Any) -> Any:
    async def go() -> Any:
        async with Client(server, **options) as client:
            result = await client.call_tool(tool, arguments)
            return result.data if result.structured_content is not None else result.content[0].text

    return asyncio.run(go())


@MODES
def test_progress_and_logs_arrive_before_the_result(mode: str) -> None:
    mcp = FastMCP("demo")
    seen: list[Any] = []

    @mcp.tool
    async def awaited(ctx: Context) -> str:
        await ctx.report_progress(1, 2, "half")
        await ctx.info("hello")
        await ctx.log("warning", "mcp order")
        await ctx.log("other order", "error", "me")
        await ctx.debug("more", extra={"n": 1})
        return "done"

    @mcp.tool
    def plain(ctx: Context) -> str:
        ctx.report_progress(3)
        ctx.error({"any": "json"})
        return "done"

    async def go() -> None:
        async with Client(
            mcp,
            mode=mode,
            progress_handler=lambda *progress: seen.append(progress),
            log_handler=lambda log: seen.append((log.level, log.data, log.logger)),
        ) as client:
            await client.call_tool("awaited")
            await client.call_tool("plain")

    asyncio.run(go())
    assert seen == [
        (1, 2, "half"),
        ("info", "hello", None),
        ("warning", "mcp order", None),
        ("error", "other order", "me"),
        ("debug", {"msg": "more", "extra": {"n": 1}}, None),
        (3, None, None),
        ("error", {"any": "json"}, None),
    ]


def test_an_unknown_level_is_refused() -> None:
    mcp = FastMCP("demo")

    @mcp.tool
    def wrong(ctx: Context) -> str:
        with pytest.raises(ValueError, match="Unknown log level"):
            ctx.log("text", "loud")
        return "refused"

    assert value(mcp, "wrong") == "refused"


@MODES
def test_a_call_knows_who_asks(mode: str) -> None:
    mcp = FastMCP("demo")

    @mcp.tool
    def facts(ctx: Context) -> dict[str, Any]:
        assert ctx.client_info is not None and ctx.client_capabilities is not None
        return {
            "client": ctx.client_info.name,
            "sampling": ctx.client_capabilities.sampling is not None,
            "version": ctx.protocol_version,
            "request": ctx.request_id == str(ctx.request_context.request_id),
            "headers": ctx.headers,
            "http": get_http_headers(),
            "note": ctx.meta.get("example.org/note"),
            "client_id": ctx.client_id,
            "cancelled": ctx.is_cancelled,
            "same": ctx is get_context() is mcp.get_context(),
        }

    async def go() -> Any:
        async with Client(mcp, mode=mode, name="me", capabilities={"sampling": {}}) as client:
            return (await client.call_tool("facts", meta={"example.org/note": "kept", "client_id": "c1"})).data

    assert asyncio.run(go()) == {
        "client": "me",
        "sampling": True,
        "version": "2025-11-25" if mode == "legacy" else "2026-07-28",
        "request": True,
        "headers": None,
        "http": {},
        "note": "kept",
        "client_id": "c1",
        "cancelled": False,
        "same": True,
    }


def test_there_is_no_context_outside_a_call() -> None:
    with pytest.raises(RuntimeError, match="No call is in flight"):
        get_context()


def test_the_lifespan_runs_once_and_its_value_is_everywhere() -> None:
    log: list[str] = []

    @asynccontextmanager
    async def lifespan(server: FastMCP) -> AsyncIterator[dict[str, Any]]:
        log.append(f"enter {server.name}")
        yield {"db": "open"}
        log.append("leave")

    mcp = FastMCP("demo", lifespan=lifespan)

    @mcp.tool
    def one(ctx: Context[ServerSession, Any]) -> str:
        return str(ctx.lifespan_context["db"])

    @mcp.tool
    async def two(ctx: Context) -> str:
        return str(ctx.request_context.lifespan_context["db"])

    @mcp.tool
    def three() -> str:
        return str(get_context().lifespan_context["db"])

    async def go() -> None:
        async with Client(mcp) as first, Client(mcp) as second:
            for client in (first, second):
                for tool in ("one", "two", "three"):
                    assert (await client.call_tool(tool)).content[0].text == "open"

    asyncio.run(go())
    assert log == ["enter demo", "leave"]
    asyncio.run(go())
    assert log == ["enter demo", "leave"] * 2


def test_a_lifespan_that_fails_is_told_to_whoever_serves() -> None:
    @asynccontextmanager
    async def lifespan(_server: FastMCP) -> AsyncIterator[None]:
        raise OSError("no database")
        yield

    async def go() -> None:
        async with Client(FastMCP("demo", lifespan=lifespan)):
            pass

    with pytest.raises(OSError, match="no database"):
        asyncio.run(go())


def test_state_lasts_for_the_session_and_no_longer() -> None:
    mcp = FastMCP("demo")

    @mcp.tool
    async def count(ctx: Context) -> int:
        number = (await ctx.get_state("n", 0)) + 1
        await ctx.set_state("n", number)
        return number

    async def twice(mode: str) -> list[int]:
        async with Client(mcp, mode=mode) as client:
            return [(await client.call_tool("count")).data for _ in range(2)]

    assert asyncio.run(twice("legacy")) == [1, 2]
    assert asyncio.run(twice("legacy")) == [1, 2]
    assert asyncio.run(twice("auto")) == [1, 1]  # nothing is remembered between modern requests (META-7)


def test_clients_of_one_process_do_not_share_their_state() -> None:
    """SEC-12."""
    mcp = FastMCP("state")

    @mcp.tool
    async def swap(value: str, ctx: Context) -> str:
        before = await ctx.get_state("value", "nothing")
        await ctx.set_state("value", value)
        return str(before)

    async def talk() -> list[str]:
        async with Client(mcp) as alice, Client(mcp) as bob:
            seen = [
                (await client.call_tool("swap", {"value": value})).data
                for client, value in ((alice, "a"), (bob, "b"), (alice, "c"))
            ]
            async with Client(mcp) as carol:
                seen.append((await carol.call_tool("swap", {"value": "d"})).data)
            async with carol:
                seen.append((await carol.call_tool("swap", {"value": "e"})).data)
            return seen

    assert asyncio.run(talk()) == ["nothing", "nothing", "a", "nothing", "nothing"]


def test_state_set_below_is_seen_above_within_one_call() -> None:
    mcp = FastMCP("demo")

    async def below() -> None:
        await get_context().set_state("k", "v")

    @mcp.tool
    async def above(ctx: Context) -> str:
        await below()
        value = await ctx.get_state("k")
        await ctx.delete_state("k")
        return f"{value} {await ctx.get_state('k')}"

    assert value(mcp, "above", mode="auto") == "v None"


def test_a_tool_reads_the_servers_own_resources_and_prompts() -> None:
    mcp = FastMCP("demo")

    @mcp.resource("data://bytes")
    def data() -> bytes:
        return b"\x00\x01"

    @mcp.prompt
    def ask(what: str) -> str:
        return f"Tell me of {what}"

    @mcp.tool
    async def read(ctx: Context) -> str:
        parts = await ctx.read_resource("data://bytes")
        prompt = await ctx.get_prompt("ask", {"what": "Rust"})
        names = [resource.uri for resource in await ctx.list_resources()]
        prompts = [prompt.name for prompt in await ctx.list_prompts()]
        with pytest.raises(ResourceError):
            await ctx.read_resource("data://none")
        return f"{parts[0].content!r} {prompt.messages[0].content.text} {names} {prompts}"

    assert value(mcp, "read") == "b'\\x00\\x01' Tell me of Rust ['data://bytes'] ['ask']"


def test_changes_are_told_through_the_context_and_the_session() -> None:
    mcp = FastMCP("demo")
    told: list[Any] = []
    mcp.resource("data://x")(lambda_like)

    @mcp.tool
    async def change(ctx: Context) -> str:
        await ctx.notify_resource_updated("data://x")
        await ctx.session.send_tool_list_changed()
        await ctx.session.send_prompt_list_changed()
        await ctx.session.send_resource_list_changed()
        await ctx.session.send_log_message(level="info", data="through the session", logger="me")
        assert ctx.session.client_params.clientInfo.name == "oxmcp-client"
        return "told"

    async def go() -> None:
        async with Client(mcp, message_handler=told.append, log_handler=lambda _log: None) as client:
            await client.subscribe_resource("data://x")
            await client.call_tool("change")
            for _ in range(100):
                if len(told) >= 5:
                    break
                await client.ping()

    asyncio.run(go())
    assert {message.method for message in told} == {
        "notifications/resources/updated",
        "notifications/tools/list_changed",
        "notifications/prompts/list_changed",
        "notifications/resources/list_changed",
        "notifications/message",
    }


def lambda_like() -> str:
    return "x"


def test_a_cancelled_call_unwinds() -> None:
    mcp = FastMCP("demo")
    seen: list[str] = []
    started: list[asyncio.Event] = []

    @mcp.tool
    async def wait() -> str:
        started[0].set()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise
        return "never"

    async def go() -> None:
        started.append(asyncio.Event())
        async with Client(mcp) as client:
            task = asyncio.create_task(client.call_tool("wait"))
            await started[0].wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await client.ping()
            for _ in range(100):
                if seen:
                    break
                await client.ping()

    asyncio.run(go())
    assert seen == ["cancelled"]


# Dependencies


def test_dependencies_are_filled_in_cached_and_released() -> None:
    mcp = FastMCP("demo")
    log: list[str] = []

    def settings(ctx: Context) -> str:
        log.append("settings")
        return ctx.server.name

    @contextmanager
    def plain(name: str = Depends(settings)) -> Iterator[str]:
        log.append("open")
        yield f"plain {name}"
        log.append("close")

    @asynccontextmanager
    async def later(name: str = Depends(settings)) -> AsyncIterator[str]:
        yield f"later {name}"
        log.append("close later")

    def generator() -> Iterator[str]:
        yield "generator"
        log.append("close generator")

    async def coroutine() -> str:
        return "coroutine"

    @mcp.tool
    def sync_tool(a: int, p: str = Depends(plain), s: str = Depends(settings)) -> str:
        log.append("run")
        return f"{a} {p} {s}"

    @mcp.tool
    async def async_tool(
        a: int,
        p: Annotated[str, Depends(plain)],
        q: Annotated[str, Depends(later)],
        g: str = Depends(generator),
        c: str = Depends(coroutine),
        ctx: Any = CurrentContext(),  # noqa: B008
    ) -> str:
        log.append("run")
        return f"{a} {p} {q} {g} {c} {ctx.server.name}"

    @mcp.tool
    def mixed(c: str = Depends(coroutine)) -> str:
        return c

    assert value(mcp, "sync_tool", {"a": 1, "p": "mine"}) == "1 plain demo demo"
    assert log == ["settings", "open", "run", "close"]
    log.clear()
    assert value(mcp, "async_tool", {"a": 1}) == "1 plain demo later demo generator coroutine demo"
    assert log == ["settings", "open", "run", "close generator", "close later", "close"]
    assert value(mcp, "mixed") == "coroutine"
    schemas = {tool.name: tool.input_schema for tool in asyncio.run(mcp.list_tools())}
    assert list(schemas["sync_tool"]["properties"]) == ["a"]
    assert list(schemas["async_tool"]["properties"]) == ["a"]


def test_a_handler_that_is_a_client_of_another_server_stays_with_its_own() -> None:
    outer, inner = FastMCP("outer"), FastMCP("inner")

    @inner.tool
    def name() -> str:
        return str(get_context().server.name)

    @outer.tool
    async def both() -> str:
        async with Client(inner) as client:
            told = (await client.call_tool("name")).content[0].text
            return f"{told} {get_context().server.name}"

    assert value(outer, "both") == "inner outer"


def test_a_lifespan_may_lack_its_decorator_and_lists_do_not_enter_it() -> None:
    log: list[str] = []

    async def lifespan(_server: FastMCP) -> AsyncIterator[int]:
        log.append("enter")
        yield 5
        log.append("leave")

    mcp = FastMCP("demo", lifespan=lifespan)  # type: ignore[arg-type]

    @mcp.tool
    def number(ctx: Context) -> int:
        return int(ctx.lifespan_context)

    assert len(asyncio.run(mcp.list_tools())) == 1
    assert log == []
    assert asyncio.run(mcp.call_tool("number")).data == 5
    assert log == ["enter", "leave"]


@MODES
def test_notifications_of_extensions_go_out_on_the_requests_own_stream(mode: str) -> None:
    mcp = FastMCP("demo")
    seen: list[Any] = []

    @mcp.tool
    async def tell(ctx: Context) -> str:
        await ctx.send_notification({"method": "notifications/own/channel", "params": {"text": "hi", "n": 1}})
        await ctx.session.send_notification({"method": "notifications/own/bare"}, related_request_id=1)
        await ctx.send_notification({"method": "notifications/progress", "params": {"progress": 1}})
        for wrong in ({"params": {}}, {"method": "notifications/own", "params": [1]}):
            with pytest.raises(TypeError, match=r"has a method|params must be a mapping"):
                await ctx.send_notification(wrong)
        return "told"

    async def go() -> None:
        async with Client(
            mcp,
            mode=mode,
            progress_handler=lambda *progress: seen.append(progress),
            message_handler=lambda message: seen.append((message.method, dict(message.params))),
        ) as client:
            await client.call_tool("tell")

    asyncio.run(go())
    assert [each for each in seen if each[0] != "notifications/progress"] == [
        ("notifications/own/channel", {"text": "hi", "n": 1}),
        ("notifications/own/bare", {}),
        (1, None, None),
    ]
