"""A server in applications of Starlette's and FastAPI's, in one process with its tests."""

from __future__ import annotations

import asyncio
import contextvars
import json
import threading
from typing import Any

import pytest
from asgi_caller import ask, message, tool_call

from oxmcp import Context, FastMCP
from oxmcp.server.dependencies import get_http_request

httpx2 = pytest.importorskip("httpx2")
pytest.importorskip("starlette")

from starlette.applications import Starlette  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from starlette.middleware.base import BaseHTTPMiddleware  # noqa: E402
from starlette.middleware.cors import CORSMiddleware  # noqa: E402
from starlette.middleware.gzip import GZipMiddleware  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import JSONResponse, PlainTextResponse  # noqa: E402
from starlette.routing import Mount, Route  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant", default="nobody")


def make(name: str = "test") -> FastMCP:
    mcp = FastMCP(name)

    @mcp.tool
    async def echo(text: str) -> str:
        return text

    @mcp.tool
    def name_of_server() -> str:
        return name

    @mcp.tool
    async def who(ctx: Context) -> str:
        request = get_http_request()
        await ctx.report_progress(1, 2)
        return f"{tenant.get()} {getattr(request.state, 'user', None)}"

    return mcp


HEADERS = {"accept": "application/json, text/event-stream", "content-type": "application/json"}


def modern(body: bytes) -> dict[str, Any]:
    said = json.loads(body)
    about = {"mcp-protocol-version": "2026-07-28", "mcp-method": said["method"]}
    if "name" in said["params"]:
        about["mcp-name"] = said["params"]["name"]
    return {"content": body, "headers": {**HEADERS, **about}}


def value(response: Any) -> Any:
    text = response.text
    if response.headers["content-type"].startswith("text/event-stream"):
        text = text.strip().rpartition("data: ")[2]
    return json.loads(text)["result"]["content"][0]["text"]


@pytest.mark.parametrize("entered", [True, False])
def test_starlettes_test_client_needs_no_lifespan(entered: bool) -> None:
    client = TestClient(make().http_app(), base_url="http://localhost")
    if entered:
        with client:
            assert value(client.post("/mcp", **modern(tool_call("echo", text="hi")))) == "hi"
    else:
        for _ in range(2):  # each on a loop of its own
            assert value(client.post("/mcp", **modern(tool_call("echo", text="hi")))) == "hi"


def test_sessions_outlive_the_event_loop_they_began_on() -> None:
    """SESS-3: without a lifespan each request of Starlette's test client is on a loop of its own"""
    client = TestClient(make().http_app(json_response=True), base_url="http://localhost")
    who = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1.0.0"}}
    hello = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": who}
    headers = {**HEADERS, "mcp-protocol-version": "2025-11-25"}
    begun = client.post("/mcp", json=hello, headers=HEADERS)
    headers["mcp-session-id"] = begun.headers["mcp-session-id"]
    initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert client.post("/mcp", json=initialized, headers=headers).status_code == 202
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "echo", "arguments": {"text": "hi"}}}
    assert value(client.post("/mcp", json=call, headers=headers)) == "hi"
    assert client.delete("/mcp", headers=headers).status_code == 204
    assert client.post("/mcp", json=call, headers=headers).status_code == 404


async def test_httpx_over_asgi_needs_no_lifespan() -> None:
    transport = httpx2.ASGITransport(make().http_app())
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
        assert value(await http.post("/mcp/", **modern(tool_call("echo", text="hi")))) == "hi"
        assert (await http.get("/other")).status_code == 404


async def test_several_servers_are_mounted_in_one_application() -> None:
    app = Starlette(
        routes=[
            Mount("/one", make("one").http_app()),
            Mount("/two", make("two").http_app(path="/")),
            Mount("/", make("three").http_app(path="/three")),
        ]
    )
    call = tool_call("name_of_server")
    assert (await ask(app, call, path="/one/mcp")).value == "one"
    assert (await ask(app, call, path="/one/mcp/")).value == "one"
    assert (await ask(app, call, path="/two/")).value == "two"
    assert (await ask(app, call, path="/three")).value == "three"
    lost = await ask(app, call, path="/one/other")
    assert lost.status == 404 and "this server's path is /one/mcp" in lost.text


async def test_routes_of_a_server_stand_among_those_of_another_application() -> None:
    app_of_server = make().http_app()

    async def home(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    app = Starlette(routes=[*app_of_server.routes, Route("/", home)], lifespan=app_of_server.lifespan)
    assert (await ask(app, tool_call("echo", text="hi"))).value == "hi"
    assert (await ask(app, tool_call("echo", text="hi"), path="/mcp/")).value == "hi"
    assert (await ask(app, method="GET", path="/")).text == "hello"


async def test_the_application_of_a_server_takes_routes_and_middleware_as_starlettes_do() -> None:
    mcp = make()

    @mcp.custom_route("/health", methods=["GET"])
    async def health(request: Request) -> JSONResponse:
        return JSONResponse({"ok": True, "user": request.state.user})

    class Named(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next: Any) -> Any:
            request.state.user = "ann"
            tenant.set("acme")
            return await call_next(request)

    async def more(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("more")

    app = mcp.http_app(middleware=[Middleware(GZipMiddleware, minimum_size=1)])
    app.add_middleware(Named)
    app.add_route("/more", more)
    assert isinstance(app, Starlette)
    assert (await ask(app, tool_call("who"))).value == "acme ann"
    assert (await ask(app, tool_call("who", _meta={"progressToken": 1}))).value == "acme ann"
    assert json.loads((await ask(app, method="GET", path="/health")).text) == {"ok": True, "user": "ann"}
    assert (await ask(app, method="GET", path="/more")).text == "more"
    packed = await ask(app, tool_call("echo", text="x" * 100), headers={"accept-encoding": "gzip"}, raw=True)
    assert packed.headers["content-encoding"] == "gzip"


async def test_pages_that_cors_middleware_lets_read_may_call() -> None:
    options = {"allow_origins": ["https://app.example"], "expose_headers": ["mcp-session-id"]}
    added = make().http_app()
    added.add_middleware(CORSMiddleware, **options)
    for app in (make().http_app(middleware=[Middleware(CORSMiddleware, **options)]), added):
        answer = await ask(app, tool_call("echo", text="hi"), headers={"origin": "https://app.example"})
        assert answer.value == "hi" and answer.headers["access-control-allow-origin"] == "https://app.example"
        assert (await ask(app, tool_call("echo", text="hi"), headers={"origin": "http://localhost:1"})).status == 200
        assert (await ask(app, tool_call("echo", text="hi"), headers={"origin": "https://evil.example"})).status == 403


def test_uvicorn_in_a_thread_ends_although_a_stream_is_open() -> None:
    uvicorn = pytest.importorskip("uvicorn")
    config = uvicorn.Config(make().http_app(), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    up = threading.Event()
    startup = server.startup

    async def started(sockets: Any = None) -> None:
        await startup(sockets)
        up.set()

    server.startup = started
    thread = threading.Thread(target=server.run)
    thread.start()
    assert up.wait(20)
    port = server.servers[0].sockets[0].getsockname()[1]
    body = message("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    with httpx2.stream("POST", f"http://127.0.0.1:{port}/mcp", **modern(body), timeout=20) as stream:
        lines = stream.iter_lines()
        while not next(lines).startswith("data:"):
            pass
        server.should_exit = True
        assert '"result"' in "".join(lines)
    thread.join(20)
    assert not thread.is_alive()


async def test_fastapi_mounts_it_with_its_lifespan_or_without() -> None:
    fastapi = pytest.importorskip("fastapi")
    app_of_server = make().http_app()
    for options in ({"lifespan": app_of_server.lifespan}, {}):
        app = fastapi.FastAPI(**options)
        app.mount("/api", app_of_server)
        assert (await ask(app, tool_call("echo", text="hi"), path="/api/mcp")).value == "hi"


async def test_middleware_that_gives_up_cancels_the_call() -> None:
    mcp = make()
    begun, cancelled = asyncio.Event(), asyncio.Event()

    @mcp.tool
    async def never() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    class Impatient(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next: Any) -> Any:
            answering = asyncio.ensure_future(call_next(request))
            await asyncio.wait_for(begun.wait(), 20)
            try:
                return await asyncio.wait_for(answering, 0.05)
            except asyncio.TimeoutError:
                return PlainTextResponse("too slow", status_code=504)

    app = mcp.http_app(middleware=[Middleware(Impatient)])
    assert (await ask(app, tool_call("never"))).status == 504
    await asyncio.wait_for(cancelled.wait(), 20)
