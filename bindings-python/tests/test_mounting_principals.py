"""Whom a mounted server serves: what it gives to one user of the application is of use to no other."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from asgi_caller import LEGACY, Exchange, ask, begin, legacy_call, message, session
from starlette.applications import Starlette
from starlette.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    BaseUser,
    SimpleUser,
    UnauthenticatedUser,
)
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection
from starlette.routing import Mount

from oxmcp import Context, FastMCP
from oxmcp.serving.mounting.principal import principal_of

TASKS = "io.modelcontextprotocol/tasks"
CAPABLE = {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {}, "extensions": {TASKS: {}}}}


class Token:
    """An access token, as the official package has it."""

    def __init__(self, client_id: str, subject: str | None = None, claims: Any = None) -> None:
        self.client_id, self.subject, self.claims = client_id, subject, claims


class TokenUser(SimpleUser):
    """A user by an access token, as the official package has it."""

    def __init__(self, token: Any) -> None:
        super().__init__("the client's name")
        self.access_token = token


class Named(BaseUser):
    """A user as Starlette wants them."""

    def __init__(self, identity: Any, display_name: str = "Ann", is_authenticated: bool = True) -> None:
        self._told = (identity, display_name, is_authenticated)

    @property
    def identity(self) -> Any:
        return self._told[0]

    @property
    def display_name(self) -> str:
        return self._told[1]

    @property
    def is_authenticated(self) -> bool:
        return self._told[2]


class Plain:
    """A user of somebody who knows nothing of Starlette."""

    def __init__(self, **told: Any) -> None:
        self.__dict__.update(told)


NUMBER = UUID(int=7)
USERS: list[tuple[Any, Any]] = [
    (None, None),
    (UnauthenticatedUser(), None),
    (Named("ann", is_authenticated=False), None),
    (Named("ann-1"), ("ann-1", None, None)),
    (Named(7), ("7", None, None)),
    (Named(NUMBER), (str(NUMBER), None, None)),
    (Named("", "Ann"), ("Ann", None, None)),
    (SimpleUser("ann"), ("ann", None, None)),
    ("ann", ("ann", None, None)),
    ("", None),
    (Plain(identity="ann"), ("ann", None, None)),
    (Plain(name="who is that?"), None),
    (Plain(identity=object()), None),
    (TokenUser(Token("app")), (None, "app", None)),
    (TokenUser(Token("app", "ann")), ("ann", "app", None)),
    (TokenUser(Token("app", None, {"sub": "ann", "iss": "https://issuer"})), ("ann", "app", "https://issuer")),
    (TokenUser(Token("app", "ann", {"sub": "other", "iss": 7})), ("ann", "app", "7")),
    (TokenUser(Token("")), ("the client's name", None, None)),
    (TokenUser(None), ("the client's name", None, None)),
]


@pytest.mark.parametrize(("user", "principal"), USERS)
def test_who_asks_is_the_user_of_the_scope(user: Any, principal: Any) -> None:
    text = principal_of({"type": "http", "user": user})
    known = None if text is None else json.loads(text)
    assert (known and tuple(known.get(name) for name in ("subject", "client_id", "issuer"))) == principal


def test_without_middleware_nobody_is_known() -> None:
    assert principal_of({"type": "http"}) is None


def make() -> FastMCP:
    mcp = FastMCP("owned", list_page_size=1)

    @mcp.tool
    async def greet(ctx: Context) -> str:
        answer = await ctx.elicit("Who are you?", str)
        return f"Hello, {answer.data}!"

    @mcp.tool(task=True)
    async def later() -> str:
        return "done"

    return mcp


def said(method: str, **params: Any) -> bytes:
    """A request of a client that takes tasks and can be asked."""
    return message(method, {**params, "_meta": CAPABLE})


async def error_of(exchange: Exchange) -> Any:
    return (exchange.status, json.loads(exchange.text).get("error"))


OTHERS = [None, Named("bob"), TokenUser(Token("app", "ann"))]


async def test_state_tasks_and_cursors_are_their_users() -> None:
    app, ann = make().http_app(), Named("ann")
    asked = await ask(app, said("tools/call", name="greet", arguments={}), user=ann)
    (key,) = asked.result["inputRequests"]
    answers = {key: {"action": "accept", "content": {"value": "Ann"}}}

    def retry(state: str) -> bytes:
        return said("tools/call", name="greet", arguments={}, inputResponses=answers, requestState=state)

    state = asked.result["requestState"]
    task = (await ask(app, said("tools/call", name="later", arguments={}), user=ann)).result["taskId"]
    cursor = (await ask(app, said("tools/list"), user=ann)).result["nextCursor"]

    def about(method: str, task: str, user: Any) -> Any:
        return ask(app, said(method, taskId=task, inputResponses={}), user=user, headers={"mcp-name": task})

    for other in OTHERS:
        forged = await error_of(await ask(app, retry("oxmcp1.AQID"), user=other))
        assert await error_of(await ask(app, retry(state), user=other)) == forged
        for method in ("tasks/get", "tasks/update", "tasks/cancel"):
            unknown = await error_of(await about(method, "unknown", other))
            assert await error_of(await about(method, task, other)) == unknown
            assert unknown[1]["code"] == -32602
        wrong = await error_of(await ask(app, said("tools/list", cursor="AWFi"), user=other))
        assert await error_of(await ask(app, said("tools/list", cursor=cursor), user=other)) == wrong
        assert wrong[1]["code"] == -32602
    # Another object, the same user.
    ann = Named("ann", "Ann Other")
    assert (await ask(app, retry(state), user=ann)).value == "Hello, Ann!"
    assert (await about("tasks/get", task, ann)).result["taskId"] == task
    assert len((await ask(app, said("tools/list", cursor=cursor), user=ann)).result["tools"]) == 1


async def test_a_session_is_its_users_on_every_verb() -> None:
    app, ann = make().http_app(), Named("ann")
    headers = await session(app, user=ann)
    listen = {**headers, "accept": "text/event-stream"}
    for other in OTHERS:
        for call in (legacy_call("later"), b'{"jsonrpc":"2.0","method":"notifications/initialized"}'):
            assert (await ask(app, call, headers=headers, user=other)).status == 404
        assert (await ask(app, method="GET", headers=listen, user=other)).status == 404
        assert (await ask(app, method="DELETE", headers=headers, user=other)).status == 404
    assert (await ask(app, legacy_call("later"), headers=headers, user=ann)).value == "done"
    assert (await ask(app, method="DELETE", headers=headers, user=ann)).status in (200, 204)


async def test_messages_are_posted_to_a_stream_by_its_user() -> None:
    app = make().sse_app()
    accept = {"accept": "text/event-stream"}
    stream = begin(app, method="GET", path="/sse", headers=accept, user=Named("ann"))
    await stream.until_sent("event: endpoint")
    path, _, query = stream.text.split("data: ")[1].split("\n")[0].strip().partition("?")
    about = {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    hello = json.dumps({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": about}).encode()
    for other in OTHERS:
        assert (await ask(app, hello, path=path, query_string=query.encode(), user=other)).status == 404
    assert (await ask(app, hello, path=path, query_string=query.encode(), user=Named("ann"))).status == 202
    await stream.until_sent('"id":0')
    stream.disconnect()
    await stream.end()


class ByHeader(AuthenticationBackend):
    """Believes what the header says."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser] | None:
        name = conn.headers.get("authorization", "").removeprefix("Bearer ")
        return (AuthCredentials(["authenticated"]), SimpleUser(name)) if name else None


async def test_users_of_starlettes_middleware_are_told_apart() -> None:
    app = Starlette(
        routes=[Mount("/", app=make().http_app())],
        middleware=[Middleware(AuthenticationMiddleware, backend=ByHeader())],
    )
    ann = {"authorization": "Bearer ann"}
    headers = await session(app, headers=ann)
    assert headers["mcp-protocol-version"] == LEGACY
    call = legacy_call("later")
    for other in ({}, {"authorization": "Bearer bob"}):
        assert (await ask(app, call, headers={**headers, **other})).status == 404
    assert (await ask(app, call, headers={**headers, **ann})).value == "done"


async def test_users_of_the_official_packages_middleware_are_told_apart() -> None:
    bearer_auth = pytest.importorskip("mcp.server.auth.middleware.bearer_auth")
    from mcp.server.auth.provider import AccessToken

    class Verifier:
        async def verify_token(self, token: str) -> AccessToken | None:
            client, _, subject = token.partition("-")
            return AccessToken(token=token, client_id=client, scopes=[], subject=subject)

    app = Starlette(
        routes=[Mount("/", app=make().http_app())],
        middleware=[Middleware(AuthenticationMiddleware, backend=bearer_auth.BearerAuthBackend(Verifier()))],
    )
    ann = {"authorization": "Bearer app-ann"}
    headers = await session(app, headers=ann)
    call = legacy_call("later")
    for other in ("app-bob", "other-ann"):
        refused = await ask(app, call, headers={**headers, "authorization": f"Bearer {other}"})
        assert refused.status == 404
    assert (await ask(app, call, headers={**headers, **ann})).value == "done"
