"""The everything server in an application of somebody else's: `python -m uvicorn mounted_app:app` and the like.

`MOUNTED_IN` says in whose: alone, starlette, fastapi, litestar or quart. None of them wires a lifespan, but fastapi.
Each has middleware that keeps the header `x-tenant` in a context variable, a page of its own at `/`, and the server at `/mcp`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from everything_server import mcp

from oxmcp import Context

tenant: ContextVar[str] = ContextVar("tenant", default="nobody")
held = asyncio.Event()


@mcp.tool(structured_output=False)
async def tenant_later() -> str:
    """Say whose request it is, from the event loop."""
    await asyncio.sleep(0)
    return tenant.get()


@mcp.tool(structured_output=False)
def tenant_plainly() -> str:
    """Say whose request it is, from a worker thread."""
    return tenant.get()


@mcp.tool(structured_output=False)
async def hold(ctx: Context) -> str:
    """Report progress, then wait until somebody calls `let_go`."""
    held.clear()
    await ctx.report_progress(1, 2, "holding")
    await held.wait()
    return "let go"


@mcp.tool(structured_output=False)
async def let_go() -> str:
    """End what `hold` waits for."""
    held.set()
    return "done"


@mcp.tool(structured_output=False)
async def process() -> str:
    """Say which process serves."""
    return str(os.getpid())


class Tenant:
    """ASGI middleware that keeps a header in a context variable."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            tenant.set(dict(scope["headers"]).get(b"x-tenant", b"nobody").decode())
        await self.app(scope, receive, send)


def alone() -> Any:
    """The server's own application."""
    from starlette.responses import PlainTextResponse

    @mcp.custom_route("/", ["GET"])
    async def home(_request: Any) -> Any:
        return PlainTextResponse("hello")

    app = mcp.http_app()
    app.add_middleware(Tenant)
    return app


def starlette() -> Any:
    """Mounted in Starlette, behind its own middleware."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.base import BaseHTTPMiddleware
    from starlette.middleware.gzip import GZipMiddleware
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Mount, Route

    from oxmcp.server.sse import SseServerTransport

    class ByFunction(BaseHTTPMiddleware):
        async def dispatch(self, request: Any, call_next: Any) -> Any:
            tenant.set(request.headers.get("x-tenant", "nobody"))
            return await call_next(request)

    async def home(_request: Any) -> Any:
        return PlainTextResponse("hello")

    by_hand = SseServerTransport("/by-hand/messages/")
    server = mcp._mcp_server

    async def stream(request: Any) -> Any:
        async with by_hand.connect_sse(request.scope, request.receive, request._send) as (read, write):
            await server.run(read, write, server.create_initialization_options())
        return Response()

    return Starlette(
        routes=[
            Route("/", home),
            Route("/by-hand/sse", stream),
            Mount("/by-hand/messages/", app=by_hand.handle_post_message),
            Mount("/older", app=mcp.sse_app()),
            Mount("/", app=mcp.http_app()),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=1), Middleware(ByFunction)],
    )


def fastapi() -> Any:
    """Mounted in FastAPI, with the lifespans wired as `fastmcp` has it."""
    from fastapi import FastAPI, Request

    app_of_server = mcp.http_app(path="/mcp")

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        async with app_of_server.lifespan(app):
            yield

    app = FastAPI(lifespan=lifespan)

    @app.middleware("http")
    async def keep_tenant(request: Request, call_next: Any) -> Any:
        tenant.set(request.headers.get("x-tenant", "nobody"))
        return await call_next(request)

    @app.get("/")
    def home() -> str:
        return "hello"

    app.mount("/", app_of_server)
    return app


def litestar() -> Any:
    """Mounted in Litestar."""
    from litestar import Litestar, asgi, get

    app_of_server = mcp.streamable_http_app(streamable_http_path="/")

    @asgi("/mcp", is_mount=True, copy_scope=True)
    async def server(scope: Any, receive: Any, send: Any) -> None:
        await app_of_server(scope, receive, send)

    @get("/")
    async def home() -> str:
        return "hello"

    return Litestar(route_handlers=[server, home], middleware=[Tenant])


def quart() -> Any:
    """Beside Quart, which has no mounts."""
    from quart import Quart

    app: Any = Quart("mounted")
    app_of_server, own = mcp.http_app(), app.asgi_app

    @app.route("/")
    async def home() -> str:
        return "hello"

    async def both(scope: Any, receive: Any, send: Any) -> None:
        here = scope["type"] == "http" and scope["path"].startswith("/mcp")
        await (app_of_server if here else own)(scope, receive, send)

    app.asgi_app = Tenant(both)
    return app


MADE: dict[str, Callable[[], Any]] = {
    "alone": alone,
    "starlette": starlette,
    "fastapi": fastapi,
    "litestar": litestar,
    "quart": quart,
}

app = MADE[os.environ.get("MOUNTED_IN", "alone")]()
