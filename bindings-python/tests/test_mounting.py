"""A server as an ASGI application, whoever runs it."""

from __future__ import annotations

import asyncio
import contextvars
import json
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgi_caller import ask, begin, legacy_call, message, session, tool_call

from oxmcp import Context, FastMCP
from oxmcp.server import Server
from oxmcp.server.dependencies import get_http_headers, get_http_request
from oxmcp.server.http import create_streamable_http_app
from oxmcp.server.streamable_http_manager import StreamableHTTPSessionManager
from oxmcp.server.transport_security import TransportSecuritySettings

pytestmark = pytest.mark.filterwarnings("error")

tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant", default="nobody")


class Things:
    """A server, and what happened in it."""

    def __init__(self, **options: Any) -> None:
        self.events: list[str] = []
        self.release = asyncio.Event()
        self.mcp = mcp = FastMCP("test", lifespan=self.lifespan, **options)

        @mcp.tool
        async def echo(text: str) -> str:
            return text

        @mcp.tool
        def plain(text: str) -> str:
            return f"{text} on {threading.current_thread().name.rstrip('0123456789')}"

        @mcp.tool
        async def who() -> str:
            await asyncio.sleep(0)
            return tenant.get()

        @mcp.tool
        def who_plainly() -> str:
            return tenant.get()

        @mcp.tool
        async def wait(ctx: Context) -> str:
            self.events.append("began")
            await ctx.report_progress(1, 2)
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                self.events.append("cancelled")
                raise
            self.events.append("ended")
            return "done"

    @asynccontextmanager
    async def lifespan(self, _server: FastMCP) -> AsyncIterator[None]:
        self.events.append("up")
        yield
        self.events.append("down")

    async def until(self, event: str) -> None:
        """Waits until something happened."""
        async with asyncio.timeout(20) if sys.version_info >= (3, 11) else _no_limit():
            while event not in self.events:
                await asyncio.sleep(0)


@asynccontextmanager
async def _no_limit() -> AsyncIterator[None]:
    yield


async def test_it_begins_by_itself_with_the_first_request() -> None:
    things = Things()
    app = things.mcp.http_app()
    answers = await asyncio.gather(*(ask(app, tool_call("echo", text=str(n))) for n in range(3)))
    assert [answer.value for answer in answers] == ["0", "1", "2"]
    assert things.events == ["up"]


def test_it_ends_with_the_loop_it_was_used_on_and_begins_anew_on_the_next() -> None:
    things = Things()
    app = things.mcp.http_app()

    async def use() -> str:
        return str((await ask(app, tool_call("echo", text="hi"))).value)

    assert [asyncio.run(use()), asyncio.run(use())] == ["hi", "hi"]
    assert things.events == ["up", "down", "up", "down"]


def test_it_answers_on_several_loops_at_a_time() -> None:
    things = Things()
    app = things.mcp.http_app()
    together = threading.Barrier(3)
    values: list[str] = []

    async def use() -> None:
        await ask(app, tool_call("echo", text="hi"))
        await asyncio.to_thread(together.wait, 20)
        values.append((await ask(app, tool_call("plain", text="hi"))).value)

    threads = [threading.Thread(target=asyncio.run, args=(use(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == ["hi on oxmcp-worker-"] * 3


@pytest.mark.parametrize(
    ("at", "path", "root_path"),
    [
        ("/mcp", "/mcp", ""),
        ("/mcp", "/mcp/", ""),
        ("/mcp/", "/mcp", ""),
        ("/mcp", "/api/mcp", "/api"),
        ("/mcp", "/api/mcp/", "/api"),
        ("/mcp", "/mcp", "/behind/a/proxy"),
        ("/", "/", ""),
        ("/", "/api", "/api"),
        ("/", "/api/", "/api"),
        ("/a/b", "/a/b", ""),
    ],
)
async def test_both_spellings_of_the_path_are_served_below_where_it_is_mounted(
    at: str, path: str, root_path: str
) -> None:
    app = Things().mcp.http_app(path=at)
    assert (await ask(app, tool_call("echo", text="hi"), path=path, root_path=root_path)).value == "hi"


async def test_elsewhere_it_says_where_the_server_is() -> None:
    app = Things().mcp.http_app()
    answer = await ask(app, tool_call("echo", text="hi"), path="/api/other", root_path="/api")
    assert answer.status == 404 and "this server's path is /api/mcp" in answer.text


def test_a_path_begins_with_a_slash() -> None:
    with pytest.raises(ValueError, match="begins with a slash, which 'mcp' does not"):
        FastMCP().http_app(path="mcp")


async def test_an_older_client_keeps_its_session_and_may_end_it() -> None:
    app = Things().mcp.http_app()
    headers = await session(app)
    assert (await ask(app, legacy_call("echo", text="hi"), headers=headers)).value == "hi"
    assert (await ask(app, legacy_call("echo", text="hi"), headers={**headers, "mcp-session-id": "x"})).status == 404
    ended = await ask(app, method="DELETE", headers=headers)
    assert ended.status == 204 and "content-length" not in ended.headers
    assert (await ask(app, legacy_call("echo", text="hi"), headers=headers)).status == 404


async def test_without_sessions_each_request_stands_alone() -> None:
    app = Things().mcp.http_app(stateless_http=True)
    assert "mcp-session-id" not in await session(app)
    assert (await ask(app, method="GET")).status == 405


async def test_what_is_said_before_the_result_arrives_before_it() -> None:
    things = Things()
    app = things.mcp.http_app()
    headers = await session(app)
    call = begin(app, legacy_call("wait"), headers=headers)
    await call.until_sent("notifications/progress")
    assert call.headers["content-type"] == "text/event-stream" and not call.task.done()
    things.release.set()
    assert (await call.end()).value == "done"
    assert call.sent[-1] == {"type": "http.response.body", "body": b""}


async def test_answers_are_plain_json_where_that_is_wanted() -> None:
    things = Things()
    things.release.set()
    app = things.mcp.http_app(json_response=True)
    answer = await ask(app, legacy_call("wait"), headers=await session(app))
    assert answer.headers["content-type"] == "application/json" and answer.value == "done"
    assert answer.headers["content-length"] == str(len(answer.text))


async def test_lists_and_long_results_arrive_whole() -> None:
    app = Things().mcp.http_app()
    listed = await ask(app, message("tools/list"))
    assert {tool["name"] for tool in listed.result["tools"]} == {"echo", "plain", "who", "who_plainly", "wait"}
    long = "line\n" * 20_000
    assert (await ask(app, tool_call("echo", text=long))).value == long


async def test_a_client_that_goes_away_cancels_its_call_where_the_protocol_says_so() -> None:
    things = Things()
    app = things.mcp.http_app()
    call = begin(app, tool_call("wait"))
    await things.until("began")
    call.disconnect()
    await things.until("cancelled")
    await call.end()


async def test_a_client_that_goes_away_does_not_cancel_a_call_of_the_older_protocol() -> None:
    things = Things()
    app = things.mcp.http_app()
    call = begin(app, legacy_call("wait"), headers=await session(app))
    await call.until_sent("notifications/progress")
    call.disconnect()
    await call.end()
    things.release.set()
    await things.until("ended")


async def test_a_request_that_is_cancelled_cancels_its_call() -> None:
    things = Things()
    app = things.mcp.http_app()
    call = begin(app, tool_call("wait", _meta={"progressToken": 1}))
    await call.until_sent("notifications/progress")
    call.task.cancel()
    await things.until("cancelled")


@pytest.mark.parametrize("tool", ["who", "who_plainly"])
async def test_a_call_has_the_context_variables_of_its_request(tool: str) -> None:
    app = Things().mcp.http_app()

    async def request(name: str) -> str:
        tenant.set(name)
        return str((await ask(app, tool_call(tool))).value)

    assert await asyncio.gather(*(asyncio.create_task(request(name)) for name in "abc")) == ["a", "b", "c"]
    assert (await ask(app, tool_call(tool))).value == "nobody"


async def test_the_lifespan_is_nobodys_request() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(_server: FastMCP) -> AsyncIterator[None]:
        seen.append(tenant.get())
        yield

    mcp = FastMCP("test", lifespan=lifespan)
    app = mcp.http_app()
    tenant.set("first")
    await ask(app, message("tools/list"))
    assert seen == ["nobody"]


async def test_a_handler_reaches_the_request_and_what_middleware_put_there() -> None:
    mcp = FastMCP("test")

    @mcp.tool
    async def look(ctx: Context) -> dict[str, Any]:
        request = get_http_request()
        assert ctx.request_context.request.url == request.url
        return {
            "path": request.url.path,
            "user": request.state.user,
            "header": request.headers["X-Own"],
            "all": get_http_headers(include_all=True)["x-own"],
            "client": request.client.host,
        }

    state = {"user": "ann"}
    answer = await ask(mcp.http_app(), tool_call("look"), headers={"x-own": "1"}, state=state)
    assert answer.result["structuredContent"] == {
        "path": "/mcp",
        "user": "ann",
        "header": "1",
        "all": "1",
        "client": "127.0.0.1",
    }


async def test_a_body_may_come_in_pieces_and_late() -> None:
    app = Things().mcp.http_app()
    body = tool_call("echo", text="hi" * 1000)
    assert (await ask(app, [body[:10], b"", body[10:500], body[500:]])).value == "hi" * 1000
    assert (await ask(app, [body, b""])).value == "hi" * 1000


async def test_a_body_over_the_limit_is_refused_before_all_of_it_is_there() -> None:
    app = Things().mcp.http_app(max_body_bytes=100)
    assert (await ask(app, b"x", headers={"content-length": "101"}, whole=False)).status == 413
    assert (await ask(app, [b"x" * 60, b"x" * 60, b""])).status == 413
    assert (await ask(app, b"x" * 101)).status == 413
    assert "over the limit of 100 bytes" in (await ask(app, b"x" * 101)).text


async def test_a_body_that_does_not_arrive_is_not_waited_for() -> None:
    app = Things().mcp.http_app(body_pause_seconds=0.05)
    answer = await ask(app, b"{", whole=False)
    assert answer.status == 408 and "paused for more than 0.05 seconds" in answer.text


async def test_hosts_and_pages_are_held_to_the_rules_of_our_own_listener() -> None:
    mcp = Things().mcp
    proxied = mcp.http_app()
    assert (await ask(proxied, tool_call("echo", text="x"), headers={"host": "api.example.com"})).status == 200
    evil = {"host": "localhost", "origin": "https://evil.example"}
    refused = await ask(proxied, tool_call("echo", text="x"), headers=evil)
    assert refused.status == 403 and "allowed_origins" in refused.text
    for guarded in (
        mcp.http_app(host_origin_protection=True),
        mcp.http_app(host="127.0.0.1"),
        mcp.http_app(allowed_hosts=["localhost"]),
        mcp.streamable_http_app(transport_security=TransportSecuritySettings(allowed_hosts=["localhost"])),
    ):
        assert (await ask(guarded, tool_call("echo", text="x"))).status == 200
        assert (await ask(guarded, tool_call("echo", text="x"), headers={"host": "evil.example"})).status == 421
    for open_ in (
        mcp.http_app(host_origin_protection=False),
        mcp.http_app(allowed_origins=["https://evil.example"]),
        mcp.streamable_http_app(transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False)),
    ):
        assert (await ask(open_, tool_call("echo", text="x"), headers=evil)).status == 200


async def test_pages_may_read_what_is_answered_where_that_is_set() -> None:
    app = Things().mcp.http_app(cors="https://app.example")
    page = {"origin": "https://app.example"}
    asked = {**page, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    preflight = await ask(app, method="OPTIONS", headers=asked)
    assert preflight.status == 204 and preflight.headers["access-control-allow-origin"] == "https://app.example"
    answer = await ask(app, tool_call("echo", text="x"), headers=page)
    assert answer.headers["access-control-allow-origin"] == "https://app.example"


async def lives(app: Any, during: Any) -> list[str]:
    """Runs an application's own lifespan around something; what it says."""
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    said: list[str] = []
    news = asyncio.Event()

    async def send(told: dict[str, Any]) -> None:
        said.append(f"{told['type']} {told.get('message', '')}".strip())
        news.set()

    running = asyncio.ensure_future(app({"type": "lifespan", "asgi": {}, "state": {}}, incoming.get, send))
    incoming.put_nowait({"type": "lifespan.startup"})
    await news.wait()
    if "complete" in said[0]:
        await during()
        incoming.put_nowait({"type": "lifespan.shutdown"})
    await asyncio.wait([running])
    running.exception()
    return said


async def test_a_server_that_is_an_application_by_itself_lives_as_long_as_that() -> None:
    things = Things()
    app = things.mcp.http_app()

    async def use() -> None:
        assert things.events == ["up"]
        assert (await ask(app, tool_call("echo", text="hi"))).value == "hi"

    assert await lives(app, use) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert things.events == ["up", "down"]


async def test_a_lifespan_that_fails_is_told_where_it_was_asked_for() -> None:
    @asynccontextmanager
    async def broken(_server: FastMCP) -> AsyncIterator[None]:
        raise OSError("no database")
        yield

    mcp = FastMCP("test", lifespan=broken)
    app = mcp.http_app()
    (said,) = await lives(app, asyncio.Event().wait)
    assert said.startswith("lifespan.startup.failed") and "no database" in said
    for _ in range(2):
        with pytest.raises(OSError, match="no database"):
            await ask(app, message("tools/list"))


async def test_a_lifespan_that_is_wired_is_the_servers() -> None:
    things = Things()
    app = things.mcp.http_app()
    async with app.lifespan(app):
        assert things.events == ["up"]
        assert (await ask(app, tool_call("echo", text="hi"))).value == "hi"
    assert things.events == ["up", "down"]
    async with things.mcp.session_manager.run(), app.lifespan(app):
        assert things.events == ["up", "down", "up"]
    assert things.events == ["up", "down", "up", "down"]


async def test_what_runs_when_the_lifespan_ends_may_finish_in_its_time() -> None:
    things = Things()
    app = things.mcp.http_app()
    async with app.lifespan(app):
        call = begin(app, tool_call("wait"))
        await things.until("began")
        asyncio.get_running_loop().call_later(0.05, things.release.set)
    assert call.task.done() and call.value == "done"


async def test_what_does_not_finish_in_its_time_is_answered_all_the_same() -> None:
    things = Things()
    app = things.mcp.http_app(shutdown_grace_seconds=0.05)
    headers = await session(app)
    async with things.mcp.session_manager.run():
        stream = begin(app, method="GET", headers=headers)
        call = begin(app, tool_call("wait"))
        await things.until("began")
    assert "the server is shutting down" in (await call.end()).text
    assert (await stream.end()).status == 200
    assert "cancelled" in things.events


async def test_a_session_manager_answers_by_hand_whatever_the_path() -> None:
    things = Things()
    manager = StreamableHTTPSessionManager(app=things.mcp, json_response=True, stateless=True)
    async with manager.run():
        answer = await ask(manager.handle_request, tool_call("echo", text="hi"), path="/anywhere")
        assert answer.value == "hi"
    below = StreamableHTTPSessionManager(things.mcp._mcp_server)
    assert (await ask(below.handle_request, tool_call("echo", text="hi"))).value == "hi"
    with pytest.raises(TypeError, match="is a server of this package"):
        StreamableHTTPSessionManager(app=object())
    with pytest.raises(TypeError, match="event_store is True"):
        StreamableHTTPSessionManager(app=things.mcp, max_sessions=1, event_store=object())  # type: ignore[arg-type]


async def test_a_low_level_server_is_mounted_like_any_other() -> None:
    server = Server("low")

    @server.call_tool()
    async def call(name: str, arguments: dict[str, Any]) -> list[Any]:
        from oxmcp.types import TextContent

        return [TextContent(type="text", text=f"{name} {arguments['text']}")]

    manager = StreamableHTTPSessionManager(app=server)
    for app in (server.streamable_http_app(), manager.handle_request):
        assert (await ask(app, tool_call("echo", text="hi"))).value == "echo hi"


async def test_an_application_is_made_by_fastmcps_function_too() -> None:
    app = create_streamable_http_app(Things().mcp, "/here", stateless_http=True)
    assert (await ask(app, tool_call("echo", text="hi"), path="/here")).value == "hi"
    assert app.state.path == "/here" and app.state.transport_type == "streamable-http"


async def test_a_call_may_ask_the_application_it_is_in() -> None:
    mcp = Things().mcp
    app = mcp.http_app()

    @mcp.tool
    async def again(text: str) -> str:
        return str((await ask(app, tool_call("echo", text=text))).value)

    assert (await ask(app, tool_call("again", text="hi"))).value == "hi"


async def test_a_tool_that_is_begun_inside_of_a_request_is_a_task_of_its_own() -> None:
    mcp = FastMCP("test")
    outer: list[Any] = []

    @mcp.tool
    async def task() -> bool:
        before = asyncio.current_task()
        await asyncio.sleep(0)
        return asyncio.current_task() is before and before not in outer

    outer.append(asyncio.current_task())
    answer = await ask(mcp.http_app(), tool_call("task"))
    assert answer.value == "true" and asyncio.current_task() is outer[0]


async def test_an_application_without_starlette_does_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "starlette" or name.endswith("with_starlette")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)
    things = Things()

    class Layer:
        def __init__(self, app: Any, name: str) -> None:
            self.app, self.name = app, name

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            things.events.append(self.name)
            await self.app(scope, receive, send)

    class Middleware:
        def __init__(self, name: str) -> None:
            self.cls, self.args, self.kwargs = Layer, (), {"name": name}

    app: Any = things.mcp.http_app(middleware=[Middleware("outer"), Middleware("inner")])
    assert type(app).__module__.startswith("oxmcp.")

    async def use() -> None:
        assert (await ask(app, tool_call("echo", text="hi"))).value == "hi"
        assert (await ask(app, tool_call("echo", text="hi"), path="/other")).status == 404

    assert await lives(app, use) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert things.events == ["up", "outer", "inner", "outer", "inner", "down"]
    with pytest.raises(ImportError, match="pip install starlette"):
        things.mcp.custom_route("/health", ["GET"])


async def test_the_bytes_are_handed_on_as_they_are() -> None:
    mcp = FastMCP("test")

    @mcp.tool
    async def number() -> int:
        return 123456789012345678901234567890

    answer = await ask(mcp.http_app(), tool_call("number"))
    assert json.loads(answer.text)["result"]["structuredContent"] == 123456789012345678901234567890
