"""A server in an application that knows its users: it believes what the header `x-user` says.

Usage: python owned_server.py --port N; `/mcp`, and HTTP+SSE at `/older/sse`.
"""

from __future__ import annotations

import argparse

import uvicorn
from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, BaseUser, SimpleUser
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection
from starlette.routing import Mount

from oxmcp import Context, FastMCP

mcp = FastMCP("owned", list_page_size=1)


@mcp.tool(structured_output=False)
async def greet(ctx: Context) -> str:
    """Ask for a name."""
    return f"Hello, {(await ctx.elicit('Who are you?', str)).data}!"


@mcp.tool(task=True, structured_output=False)
async def later() -> str:
    """Become a task, for those who take them."""
    return "done"


class ByHeader(AuthenticationBackend):
    """Believes the header."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser] | None:
        name = conn.headers.get("x-user")
        return None if name is None else (AuthCredentials(), SimpleUser(name))


app = Starlette(
    routes=[Mount("/older", app=mcp.sse_app()), Mount("/", app=mcp.http_app())],
    middleware=[Middleware(AuthenticationMiddleware, backend=ByHeader())],
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A server in an application that knows its users.")
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(app, host="127.0.0.1", port=parser.parse_args().port, log_level="warning")
