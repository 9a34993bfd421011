"""Tools, prompts and resources that are for some alone, by the names of `fastmcp`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from asgi_caller import ask, legacy_call, message, session, tool_call

from oxmcp import Client, FastMCP, McpError
from oxmcp.errors import AuthorizationError, InsufficientScopeError
from oxmcp.server.auth import (
    AuthContext,
    StaticTokenVerifier,
    require_roles,
    require_scopes,
    restrict_tag,
    run_auth_checks,
)
from oxmcp.server.middleware import AuthMiddleware
from oxmcp.tools import tool as noted_tool

TOKENS = {
    "admin": {"client_id": "app", "sub": "ann", "scopes": ["read", "admin"], "groups": ["staff"]},
    "reader": {"client_id": "app", "sub": "bob", "scopes": ["read"], "groups": "guests"},
}
ADMIN = require_scopes("admin")


def server(**options: Any) -> FastMCP:
    mcp = FastMCP("some", auth=StaticTokenVerifier(TOKENS), **options)

    @mcp.tool(auth=ADMIN)
    def delete() -> str:
        return "deleted"

    @mcp.tool(tags={"staff"})
    def look() -> str:
        return "seen"

    @mcp.prompt(auth=[require_scopes("read"), ADMIN])
    def plan() -> str:
        return "plan"

    @mcp.resource("data://secret", auth=ADMIN)
    def secret() -> str:
        return "secret"

    @mcp.resource("data://{name}/secret", auth=ADMIN)
    def secrets(name: str) -> str:
        return name

    return mcp


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def listed(app: Any, token: str) -> list[str]:
    names: list[str] = []
    for method, member, name in [
        ("tools/list", "tools", "name"),
        ("prompts/list", "prompts", "name"),
        ("resources/list", "resources", "uri"),
        ("resources/templates/list", "resourceTemplates", "uriTemplate"),
    ]:
        answer = await ask(app, message(method), headers=bearer(token))
        names += [item[name] for item in answer.result[member]]
    return names


async def error(app: Any, token: str, body: bytes) -> Any:
    return json.loads((await ask(app, body, headers=bearer(token))).text)["error"]


async def test_what_is_for_some_alone_is_to_others_as_if_it_were_not_there() -> None:
    app = server().http_app()
    assert await listed(app, "admin") == ["delete", "look", "plan", "data://secret", "data://{name}/secret"]
    assert await listed(app, "reader") == ["look"]
    assert (await ask(app, tool_call("delete"), headers=bearer("admin"))).value == "deleted"
    unknown = await error(app, "reader", tool_call("unknown"))
    denied = await error(app, "reader", tool_call("delete"))
    assert (denied["code"], denied["message"]) == (unknown["code"], unknown["message"].replace(": unknown", ": delete"))
    for uri in ("data://secret", "data://x/secret"):
        read = message("resources/read", {"uri": uri})
        answer = await ask(app, read, headers=bearer("admin"))
        assert "result" in json.loads(answer.text), answer.text
        assert (await error(app, "reader", read))["code"] == -32602
    prompt = message("prompts/get", {"name": "plan"})
    assert (await error(app, "reader", prompt))["code"] == -32602
    head = await session(app, headers=bearer("reader"))
    legacy = await ask(app, legacy_call("delete"), headers={**head, **bearer("reader")})
    assert "deleted" not in legacy.text and "nknown" in legacy.text


async def test_it_holds_for_what_comes_later_and_for_mounted_servers() -> None:
    mcp = FastMCP("outer", auth=StaticTokenVerifier(TOKENS))

    @mcp.tool
    def open_to_all() -> str:
        return "open"

    app = mcp.http_app()
    assert await listed(app, "reader") == ["open_to_all"]

    @noted_tool(auth=ADMIN)
    def later() -> str:
        return "later"

    mcp.add_tool(later)
    mcp.mount(server(), "in")
    assert await listed(app, "reader") == ["open_to_all", "in_look"]
    assert {"later", "in_delete"} <= set(await listed(app, "admin"))
    assert (await error(app, "reader", tool_call("in_delete")))["code"] == -32602


async def test_middleware_checks_everything() -> None:
    mcp = server(middleware=[AuthMiddleware(restrict_tag("staff", scopes=["admin"]))])
    app = mcp.http_app()
    assert await listed(app, "reader") == []
    assert "look" in await listed(app, "admin")
    assert (await error(app, "reader", tool_call("look")))["code"] == -32602
    mcp = server()
    app = mcp.http_app()
    assert await listed(app, "reader") == ["look"]
    mcp.add_middleware(AuthMiddleware([ADMIN]))
    assert await listed(app, "reader") == []


async def test_checks_of_all_kinds() -> None:
    async def by_subject(ctx: AuthContext) -> bool:
        assert ctx.component.name == "mine" and ctx.tool is ctx.component
        return ctx.token is not None and ctx.token.subject == "bob"

    def broken(ctx: AuthContext) -> bool:
        raise LookupError("broken")

    def refusing(ctx: AuthContext) -> bool:
        raise AuthorizationError("not today")

    mcp = FastMCP("checks", auth=StaticTokenVerifier(TOKENS))
    checks = {
        "mine": by_subject,
        "broken": broken,
        "refusing": refusing,
        "staff": require_roles("staff", extract=lambda claims: claims["groups"]),
        "guests": require_roles("guests", extract=lambda claims: claims["groups"]),
        "nowhere": require_roles("x", extract=lambda claims: claims["elsewhere"]),
    }
    for name, check in checks.items():
        mcp.tool(lambda: "x", name=name, auth=check)
    app = mcp.http_app()
    assert await listed(app, "reader") == ["mine", "guests"]
    assert await listed(app, "admin") == ["staff"]
    with pytest.raises(ValueError, match="at least one role"):
        require_roles(extract=lambda claims: [])
    with pytest.raises(AuthorizationError, match="not today"):
        await run_auth_checks([refusing], AuthContext(None, None))
    assert not await run_auth_checks(ADMIN, AuthContext(None, None))
    assert "a, b" in str(InsufficientScopeError(["a", "b"]))


async def test_within_the_process_nobody_has_a_token() -> None:
    async with Client(server()) as client:
        assert [tool.name for tool in await client.list_tools()] == ["look"]
        with pytest.raises(McpError):
            await client.call_tool("delete", {})


def test_on_stdio_nobody_is_asked() -> None:
    program = (
        "from oxmcp import FastMCP\nfrom oxmcp.server.auth import require_scopes\nmcp = FastMCP('s')\n"
        "@mcp.tool(auth=require_scopes('x'))\ndef delete() -> str:\n    return 'deleted'\nmcp.run()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=tool_call("delete") + b"\n",
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    assert b"deleted" in done.stdout
