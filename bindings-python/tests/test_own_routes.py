"""Routes of an author's on our own listener, beside the server."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from oxmcp import FastMCP

httpx2 = pytest.importorskip("httpx2")
pytest.importorskip("starlette")

from starlette.requests import Request  # noqa: E402
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse  # noqa: E402


class Site:
    """A server with routes, and what happened in them."""

    def __init__(self) -> None:
        self.mcp = mcp = FastMCP("site")
        self.gone = asyncio.Event()
        self.sent = 0

        @mcp.custom_route("/things/{name}", methods=["GET", "POST"])
        async def thing(request: Request) -> JSONResponse:
            body = (await request.body()).decode()
            seen = {"name": request.path_params["name"], "query": dict(request.query_params), "body": body}
            return JSONResponse({**seen, "header": request.headers.get("x-own")}, headers={"x-answer": "yes"})

        @mcp.custom_route("/counted", methods=["GET"])
        async def counted(_request: Request) -> StreamingResponse:
            async def numbers() -> AsyncIterator[str]:
                for number in range(100):
                    yield f"{number}\n"

            return StreamingResponse(numbers())

        @mcp.custom_route("/endless", methods=["GET"])
        async def endless(_request: Request) -> StreamingResponse:
            async def much() -> AsyncIterator[bytes]:
                try:
                    while True:
                        yield b"x" * 65536
                        self.sent += 1
                finally:
                    self.gone.set()

            return StreamingResponse(much())

        @mcp.custom_route("/broken", methods=["GET"])
        async def broken(_request: Request) -> PlainTextResponse:
            raise LookupError("nothing there")

        @mcp.tool
        async def echo(text: str) -> str:
            return text

    @asynccontextmanager
    async def served(self, **options: Any) -> AsyncIterator[Any]:
        """Serves, and gives a client."""
        listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(
            self.mcp.run_http_async(
                port=0, show_banner=False, on_listening=lambda _host, port: listening.set_result(port), **options
            )
        )
        port = await listening
        try:
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
                yield http
        finally:
            serving.cancel()
            await asyncio.wait([serving])


Use = Callable[[Site, Any], Awaitable[None]]


async def with_site(use: Use, **options: Any) -> None:
    site = Site()
    async with site.served(**options) as http:
        await use(site, http)


async def test_a_route_takes_starlettes_request_and_gives_its_response() -> None:
    async def use(_site: Site, http: Any) -> None:
        answer = await http.post("/things/a%20b?q=1", content=b"hello", headers={"x-own": "1"})
        assert answer.json() == {"name": "a b", "query": {"q": "1"}, "body": "hello", "header": "1"}
        assert answer.headers["x-answer"] == "yes"
        assert (await http.get("/things/x")).status_code == 200
        assert (await http.delete("/things/x")).status_code == 405

    await with_site(use)


async def test_the_server_stays_where_it_is_and_says_so_elsewhere() -> None:
    async def use(_site: Site, http: Any) -> None:
        assert (await http.post("/mcp", json={})).status_code == 400
        lost = await http.get("/other")
        assert lost.status_code == 404 and "this server's path is /mcp" in lost.text

    await with_site(use)


async def test_an_answer_streams_as_fast_as_it_is_read() -> None:
    async def use(site: Site, http: Any) -> None:
        answer = await http.get("/counted")
        assert answer.text == "".join(f"{number}\n" for number in range(100))
        async with http.stream("GET", "/endless") as stream:
            read = stream.aiter_raw(65536)
            for _ in range(50):
                await anext(read)
            assert site.sent < 1000
        await asyncio.wait_for(site.gone.wait(), 20)

    await with_site(use)


async def test_a_route_that_fails_is_a_500_and_the_server_goes_on() -> None:
    async def use(_site: Site, http: Any) -> None:
        assert (await http.get("/broken")).status_code == 500
        assert (await http.get("/things/x")).status_code == 200

    await with_site(use)


async def test_hosts_and_the_size_of_bodies_are_the_listeners() -> None:
    async def use(_site: Site, http: Any) -> None:
        assert (await http.get("/things/x", headers={"host": "evil.example"})).status_code == 421
        assert (await http.post("/things/x", content=b"x" * 101)).status_code == 413

    await with_site(use, max_body_bytes=100)


def test_a_server_that_owns_its_loop_has_routes_too() -> None:
    program = """
from oxmcp import FastMCP
from starlette.responses import PlainTextResponse
mcp = FastMCP("site")
@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("fine")
@mcp.tool
async def echo(text: str) -> str:
    return text
mcp.run("http", port=0, show_banner=False, on_listening=lambda host, port: print(port, flush=True), io=IO)
"""
    for io in ("loop", "thread"):
        script = program.replace("IO", repr(io))
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{int(server.stdout.readline())}/health"
            try:
                for _ in range(3):
                    assert httpx2.get(url, timeout=20).text == "fine"
            finally:
                server.send_signal(signal.SIGTERM)
            assert server.wait(20) == 0
