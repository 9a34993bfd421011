"""Who is let in over HTTP, and what handlers know of it: sections, and the objects that the peers have for it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgi_caller import ask, legacy_call, session, tool_call

from oxmcp import Client, Context, FastMCP
from oxmcp.errors import ConfigurationError
from oxmcp.server.auth import (
    AccessToken,
    DebugTokenVerifier,
    JWTVerifier,
    MultiAuth,
    RemoteAuthProvider,
    StaticTokenVerifier,
    TokenVerificationError,
    TokenVerifier,
)
from oxmcp.server.auth.middleware.auth_context import get_access_token
from oxmcp.server.auth.providers.introspection import IntrospectionTokenVerifier
from oxmcp.server.auth.providers.jwt import RSAKeyPair
from oxmcp.server.auth.settings import AuthSettings
from oxmcp.server.dependencies import CurrentAccessToken, TokenClaim

pytest.importorskip("starlette")
httpx2 = pytest.importorskip("httpx2")

ISSUER = "https://issuer.example.com"
RESOURCE = "https://mcp.example.com/mcp"
TOKENS = {
    "ann-token": {"client_id": "app", "sub": "ann", "scopes": ["read", "write"], "tenant": "one", "iss": ISSUER},
    "bob-token": {"client_id": "app", "sub": "bob", "scopes": ["read"]},
    "old-token": {"client_id": "app", "sub": "old", "scopes": ["read"], "expires_at": 1},
}
TOKEN, TENANT = CurrentAccessToken(), TokenClaim("tenant")


def whoami(mcp: FastMCP) -> FastMCP:
    """Tools that say who asks, each from another place."""

    @mcp.tool
    async def who() -> dict[str, Any] | None:
        token = get_access_token()
        return None if token is None else token.model_dump()

    @mcp.tool
    def who_in_thread() -> str | None:
        token = get_access_token()
        return None if token is None else token.subject

    @mcp.tool(task=True)
    async def who_in_task() -> str | None:
        await asyncio.sleep(0)
        token = await asyncio.to_thread(get_access_token)
        return None if token is None else token.subject

    @mcp.tool
    async def who_by_context(ctx: Context) -> list[Any] | None:
        known = ctx.auth
        return None if known is None else [known.subject, known.client_id, known.issuer, *known.scopes, known.method]

    @mcp.tool
    async def who_by_request(ctx: Context) -> list[Any] | None:
        user = ctx.request_context.request.user
        return None if user is None else [user.identity, user.scopes, user.access_token.client_id]

    @mcp.tool
    async def who_by_parameters(token: Any = TOKEN, tenant: str = TENANT) -> list[str]:
        return [token.client_id, tenant]

    return mcp


def bearer(token: str) -> dict[str, str]:
    """The header."""
    return {"authorization": f"Bearer {token}"}


@asynccontextmanager
async def served(mcp: FastMCP, **options: Any) -> AsyncIterator[str]:
    """Serves, and gives the URL."""
    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        mcp.run_http_async(
            port=0, show_banner=False, on_listening=lambda _host, port: listening.set_result(port), **options
        )
    )
    done, _ = await asyncio.wait([listening, serving], return_when=asyncio.FIRST_COMPLETED)
    if serving in done:
        serving.result()
    try:
        yield f"http://127.0.0.1:{listening.result()}"
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def structured(app: Any, name: str, token: str = "ann-token") -> Any:
    """What a tool returns."""
    answer = await ask(app, tool_call(name), headers=bearer(token))
    assert answer.status == 200, answer.text
    assert not answer.result.get("isError"), answer.text
    found = answer.result["structuredContent"]
    return found.get("result", found) if isinstance(found, dict) else found


async def test_handlers_know_the_token_wherever_they_run() -> None:
    app = whoami(FastMCP("whoami", auth=StaticTokenVerifier(TOKENS))).http_app()
    said = await structured(app, "who")
    assert (said["token"], said["client_id"], said["subject"]) == ("ann-token", "app", "ann")
    assert (said["scopes"], said["claims"]) == (["read", "write"], TOKENS["ann-token"])
    assert await structured(app, "who_in_thread") == "ann"
    assert await structured(app, "who_in_thread", "bob-token") == "bob"
    assert await structured(app, "who_in_task") == "ann"
    assert await structured(app, "who_by_context") == ["ann", "app", ISSUER, "read", "write", "function"]
    assert await structured(app, "who_by_request") == ["ann", ["read", "write"], "app"]
    assert await structured(app, "who_by_parameters") == ["app", "one"]
    lacking = await ask(app, tool_call("who_by_parameters"), headers=bearer("bob-token"))
    assert lacking.result["isError"] and "no claim 'tenant'" in lacking.value
    head = await session(app, headers=bearer("ann-token"))
    legacy = await ask(app, legacy_call("who_in_thread"), headers={**head, **bearer("ann-token")})
    assert legacy.value == "ann"
    # What belongs to one is of use to nobody else.
    assert (await ask(app, legacy_call("who"), headers={**head, **bearer("bob-token")})).status == 404


async def test_within_the_process_there_is_no_token() -> None:
    async with Client(whoami(FastMCP("whoami", auth=StaticTokenVerifier(TOKENS)))) as client:
        assert (await client.call_tool("who", {})).data is None
        assert (await client.call_tool("who_by_context", {})).data is None
    assert get_access_token() is None


@pytest.mark.parametrize("mounted", [True, False])
async def test_refusals_say_where_tokens_are(mounted: bool) -> None:
    """AUTH-2, AUTH-3, AUTH-5"""
    verifier = StaticTokenVerifier(TOKENS)
    settings = AuthSettings(issuer_url=ISSUER, resource_server_url=RESOURCE, required_scopes=["write"])
    mcp = whoami(FastMCP("official", auth=settings, token_verifier=verifier))
    async with _asking(mcp, mounted) as request:
        where = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp"
        for token, status, error in [
            (None, 401, None),
            ("old-token", 401, "invalid_token"),
            ("unknown", 401, "invalid_token"),
            ("bob-token", 403, "insufficient_scope"),
        ]:
            for verb in ("POST", "GET", "DELETE"):
                refused = await request(verb, "/mcp", token)
                assert refused.status_code == status, (token, verb)
                challenge = refused.headers["www-authenticate"]
                assert f'resource_metadata="{where}"' in challenge and 'scope="write"' in challenge
                assert ("error=" in challenge) == (error is not None) and (error or "") in challenge
                assert token is None or token not in refused.text
        assert (await request("POST", "/mcp", "ann-token")).status_code == 200
        for path in ("/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"):
            told = await request("GET", path, None)
            assert told.status_code == 200, path
            assert told.json() == {
                "resource": RESOURCE,
                "authorization_servers": [ISSUER],
                "scopes_supported": ["write"],
                "bearer_methods_supported": ["header"],
            }


@asynccontextmanager
async def _asking(mcp: FastMCP, mounted: bool) -> AsyncIterator[Any]:
    async def request(verb: str, path: str, token: str | None) -> Any:
        head = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
        head |= {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "who"}
        head |= bearer(token) if token else {}
        body = tool_call("who") if verb == "POST" else None
        return await client.request(verb, path, headers=head, content=body)

    if mounted:
        transport = httpx2.ASGITransport(mcp.http_app())
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield request
        return
    async with served(mcp) as url, httpx2.AsyncClient(base_url=url) as client:
        yield request


async def test_a_section_with_a_function() -> None:
    asked = []

    async def verify(token: str) -> Any:
        asked.append(token)
        if token == "broken":
            raise LookupError("secret-detail")
        return {"subject": "ann", "scopes": "read write", "claims": {"a": 1}} if token == "good" else None

    def verify_at_once(token: str) -> str | None:
        return "bob" if token == "plain" else None

    app = whoami(FastMCP("section", authentication={"verify": verify})).http_app()
    assert await structured(app, "who_by_context", "good") == ["ann", None, None, "read", "write", "function"]
    said = await structured(app, "who", "good")
    assert (said["token"], said["claims"], said["client_id"]) == ("", {"a": 1}, "ann")
    assert (await ask(app, tool_call("who"), headers=bearer("bad"))).status == 401
    assert (await ask(app, tool_call("who"))).status == 401
    failed = await ask(app, tool_call("who"), headers=bearer("broken"))
    assert failed.status == 503 and "secret-detail" not in failed.text
    assert set(asked) == {"good", "bad", "broken"}
    app = whoami(FastMCP("section", authentication={"verify": verify_at_once})).http_app()
    assert await structured(app, "who_in_thread", "plain") == "bob"


async def test_what_says_nothing_of_who_is_believed_is_refused() -> None:
    settings = AuthSettings(issuer_url=ISSUER, resource_server_url=None)
    for wrong in (
        {"auth": settings},
        {"token_verifier": StaticTokenVerifier(TOKENS)},
        {"auth": StaticTokenVerifier(TOKENS), "token_verifier": StaticTokenVerifier(TOKENS)},
    ):
        with pytest.raises(ValueError, match="token_verifier"):
            FastMCP("wrong", **wrong)
    for wrong in ({"auth": "token"}, {"auth": StaticTokenVerifier(TOKENS), "authentication": {}}):
        with pytest.raises(TypeError):
            FastMCP("wrong", **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="resource_server_url"):
        AuthSettings(issuer_url=ISSUER, resource_server_url=None, validate_token_resource=True)
    with pytest.raises(ConfigurationError, match="keep_tokens"):
        FastMCP("wrong", authentication={"keep_tokens": True}).engine_here()


async def test_an_author_s_own_kind_of_token_comes_back() -> None:
    class Tenant(AccessToken):
        tenant: str

    class Verifier(TokenVerifier):
        async def verify_token(self, token: str) -> Tenant | None:
            return Tenant(token=token, client_id="app", scopes=["read"], resource=RESOURCE, tenant="one")

    mcp = FastMCP("own", auth=Verifier(base_url="https://mcp.example.com"))

    @mcp.tool
    async def tenant() -> str:
        token = get_access_token()
        assert type(token) is Tenant
        assert token.claims == {}
        return f"{token.tenant} {token.resource} {token!r}"

    text = await structured(mcp.http_app(), "tenant", "secret-text")
    assert text.startswith(f"one {RESOURCE}") and "secret-text" not in text


async def test_low_level_servers_are_told_with_their_application() -> None:
    from oxmcp.server import Server

    server: Server[Any] = Server("low")

    @server.call_tool()
    async def call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        token = get_access_token()
        return {"result": None if token is None else token.subject}

    settings = AuthSettings(issuer_url=ISSUER, resource_server_url=RESOURCE)
    app = server.streamable_http_app(auth=settings, token_verifier=StaticTokenVerifier(TOKENS))
    assert await structured(app, "any") == "ann"
    assert (await ask(app, tool_call("any"))).status == 401


async def test_tokens_for_another_resource_are_refused_where_that_is_asked_for() -> None:
    meant_for: dict[str, str] = {}

    class Verifier:
        async def verify_token(self, token: str) -> Any:
            return AccessToken(token=token, client_id="app", scopes=[], resource=meant_for.get(token))

    settings = AuthSettings(issuer_url=ISSUER, resource_server_url=RESOURCE, validate_token_resource=True)
    app = whoami(FastMCP("bound", auth=settings, token_verifier=Verifier())).http_app()
    meant_for.update(plain=RESOURCE, slash=RESOURCE + "/", written="HTTPS://MCP.example.com:443/mcp")
    meant_for.update(other="https://other.example.com/mcp", wrong="x")
    for meant in ("plain", "slash", "written"):
        assert (await ask(app, tool_call("who"), headers=bearer(meant))).status == 200
    for other in ("other", "wrong", "none"):
        assert (await ask(app, tool_call("who"), headers=bearer(other))).status == 401


pytest.importorskip("cryptography")
KEYS = RSAKeyPair.generate()
OTHER_KEYS = RSAKeyPair.generate()


async def test_signed_tokens_are_verified_by_the_engine() -> None:
    verifier = JWTVerifier(public_key=KEYS.public_key, issuer=ISSUER, audience=RESOURCE, required_scopes=["read"])
    app = whoami(FastMCP("jwt", auth=verifier)).http_app()
    good = KEYS.create_token("ann", ISSUER, RESOURCE, ["read"], additional_claims={"client_id": "app"})
    assert await structured(app, "who_by_context", good) == ["ann", "app", ISSUER, "read", "jwt"]
    said = await structured(app, "who", good)
    assert said["token"] == good and said["claims"]["aud"] == RESOURCE
    known = await verifier.verify_token(good)
    assert (known.subject, known.client_id, known.token) == ("ann", "app", good)
    for wrong, status in [
        (KEYS.create_token("ann", ISSUER, RESOURCE), 403),
        (KEYS.create_token("ann", ISSUER, "https://other", ["read"]), 401),
        (KEYS.create_token("ann", "https://other", RESOURCE, ["read"]), 401),
        (KEYS.create_token("ann", ISSUER, RESOURCE, ["read"], expires_in_seconds=-3600), 401),
        (OTHER_KEYS.create_token("ann", ISSUER, RESOURCE, ["read"]), 401),
        ("a.b.c", 401),
    ]:
        assert (await ask(app, tool_call("who"), headers=bearer(wrong))).status == status
        assert await verifier.verify_token(wrong) is None


async def test_verifiers_take_what_their_authors_leave_open() -> None:
    everything = JWTVerifier(public_key=KEYS.public_key)
    token = KEYS.create_token("ann", "https://any", "https://thing")
    assert (await everything.verify_token(token)).subject == "ann"
    assert await everything.verify_token(OTHER_KEYS.create_token("ann", "https://any", "https://thing")) is None
    app = whoami(FastMCP("open", auth=everything)).http_app()
    assert await structured(app, "who_in_thread", token) == "ann"
    several = JWTVerifier(
        public_key=KEYS.public_key, issuer=[ISSUER, "https://two"], base_url="https://mcp.example.com"
    )
    app = whoami(FastMCP("two", auth=several)).http_app()
    assert await structured(app, "who_in_thread", KEYS.create_token("ann", "https://two", RESOURCE)) == "ann"
    other = KEYS.create_token("ann", "https://three", RESOURCE)
    assert (await ask(app, tool_call("who"), headers=bearer(other))).status == 401
    secret = JWTVerifier(public_key="s" * 32, algorithm="HS256", issuer=ISSUER, audience=RESOURCE)
    assert await secret.verify_token(KEYS.create_token("ann", ISSUER, RESOURCE)) is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({}, "Either public_key or jwks_uri"),
        ({"public_key": "x", "jwks_uri": "y"}, "not both"),
        ({"public_key": "x", "algorithm": "none"}, "Unsupported algorithm"),
        ({"jwks_uri": "y", "algorithm": "HS256"}, "jwks_uri"),
        ({"public_key": KEYS.public_key, "algorithm": "HS256"}, "shared secret"),
        ({"public_key": "x", "jwks_refresh_interval": -1}, "jwks_refresh_interval"),
    ],
)
def test_a_verifier_that_could_let_in_nobody_or_anybody_is_refused(wrong: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        JWTVerifier(**wrong)


async def test_several_verifiers() -> None:
    signed = JWTVerifier(public_key=KEYS.public_key, issuer=ISSUER, audience=RESOURCE)
    both = MultiAuth(verifiers=[signed, StaticTokenVerifier(TOKENS)])
    app = whoami(FastMCP("both", auth=both)).http_app()
    assert await structured(app, "who_in_thread", KEYS.create_token("eve", ISSUER, RESOURCE)) == "eve"
    assert await structured(app, "who_in_thread") == "ann"
    assert (await ask(app, tool_call("who"), headers=bearer("unknown"))).status == 401
    remote = RemoteAuthProvider(
        signed, [ISSUER], "https://mcp.example.com", scopes_supported=["a"], resource_name="Things"
    )
    app = FastMCP("remote", auth=remote).http_app()
    told = await ask(app, method="GET", path="/.well-known/oauth-protected-resource/mcp")
    assert json.loads(told.text) == {
        "resource": RESOURCE,
        "authorization_servers": [ISSUER],
        "scopes_supported": ["a"],
        "bearer_methods_supported": ["header"],
        "resource_name": "Things",
    }


async def test_debug_verifiers_believe_what_they_are_told_to() -> None:
    async def validate(token: str) -> bool:
        return token == "good"

    app = whoami(FastMCP("debug", auth=DebugTokenVerifier(validate, "debugger", ["x"]))).http_app()
    assert await structured(app, "who_by_context", "good") == [None, "debugger", None, "x", "function"]
    assert (await ask(app, tool_call("who"), headers=bearer("bad"))).status == 401


async def test_issuers_are_asked_about_their_tokens_and_their_keys() -> None:
    from starlette.requests import Request
    from starlette.responses import JSONResponse

    issuer = FastMCP("issuer")
    asked: list[Any] = []

    @issuer.custom_route("/introspect", ["POST"])
    async def introspect(request: Request) -> JSONResponse:
        form = (await request.body()).decode()
        asked.append((form, request.headers.get("authorization")))
        if "token=broken" in form:
            return JSONResponse({}, status_code=500)
        said = {
            "active": True,
            "client_id": "app",
            "sub": "ann",
            "scope": "read",
            "exp": time.time() + 60,
            "aud": RESOURCE,
        }
        return JSONResponse(said if "token=good" in form else {"active": False})

    @issuer.custom_route("/jwks", ["GET"])
    async def jwks(_request: Request) -> JSONResponse:
        return JSONResponse({"keys": [public_jwk(KEYS, "one")]})

    async with served(issuer) as url:
        verifier = IntrospectionTokenVerifier(
            introspection_url=f"{url}/introspect",
            client_id="us",
            client_secret="secret",
            required_scopes=["read"],
            audience=RESOURCE,
            cache_ttl_seconds=60,
        )
        app = whoami(FastMCP("introspecting", auth=verifier)).http_app()
        assert await structured(app, "who_in_thread", "good") == "ann"
        assert await structured(app, "who_in_thread", "good") == "ann"
        assert len(asked) == 1 and asked[0][1] == "Basic dXM6c2VjcmV0"
        assert (await ask(app, tool_call("who"), headers=bearer("bad"))).status == 401
        assert (await ask(app, tool_call("who"), headers=bearer("broken"))).status == 503
        with pytest.raises(TokenVerificationError):
            await verifier.verify_token("broken")
        by_uri = JWTVerifier(jwks_uri=f"{url}/jwks", issuer=ISSUER, audience=RESOURCE)
        app = whoami(FastMCP("keys", auth=by_uri)).http_app()
        assert await structured(app, "who_in_thread", KEYS.create_token("ann", ISSUER, RESOURCE, kid="one")) == "ann"
        stranger = KEYS.create_token("ann", ISSUER, RESOURCE, kid="two")
        assert (await ask(app, tool_call("who"), headers=bearer(stranger))).status == 401
    gone = JWTVerifier(jwks_uri=f"{url}/jwks", issuer=ISSUER, audience=RESOURCE)
    app = whoami(FastMCP("gone", auth=gone)).http_app()
    assert (await ask(app, tool_call("who"), headers=bearer(stranger))).status == 503


async def test_the_makers_of_authorization_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    from oxmcp.authentication import jwt
    from oxmcp.server.auth.providers.aws import AWSCognitoTokenVerifier
    from oxmcp.server.auth.providers.azure import AzureJWTVerifier
    from oxmcp.server.auth.providers.keycloak import KeycloakAuthProvider
    from oxmcp.server.auth.providers.supabase import SupabaseProvider
    from oxmcp.server.auth.providers.workos import AuthKitProvider

    asked = []

    async def keys(url: str, **_options: Any) -> tuple[int, Any]:
        asked.append(url)
        return 200, {"keys": [public_jwk(KEYS, "one")]}

    monkeypatch.setattr(jwt, "ask", keys)

    async def subject(auth: Any, issuer: str, audience: str | None, scopes: list[str], **claims: Any) -> str | None:
        app = whoami(FastMCP("maker", auth=auth)).http_app()
        token = KEYS.create_token("ann", issuer, audience, scopes, additional_claims=claims, kid="one")
        answer = await ask(app, tool_call("who_in_thread"), headers=bearer(token))
        return answer.value if answer.status == 200 else None

    realm, base = "https://keycloak.example.com/realms/mine", "https://mcp.example.com"
    keycloak = KeycloakAuthProvider(realm_url=realm, base_url=base, audience="us")
    assert await subject(keycloak, realm, "us", ["openid"]) == "ann"
    assert await subject(keycloak, realm, "other", ["openid"]) is None
    assert await subject(keycloak, realm, "us", ["x"]) is None
    authkit = AuthKitProvider(authkit_domain="https://mine.authkit.app", base_url=base)
    assert await subject(authkit, "https://mine.authkit.app", RESOURCE, []) == "ann"
    assert await subject(authkit, "https://mine.authkit.app", "https://other", []) is None
    supabase = SupabaseProvider(project_url="https://a.supabase.co", base_url=base, algorithm="RS256")
    assert await subject(supabase, "https://a.supabase.co/auth/v1", "authenticated", []) == "ann"
    entra = AzureJWTVerifier(client_id="us", tenant_id="t", required_scopes=["read"])
    assert entra.scopes_supported == ["api://us/read"]
    assert await subject(entra, "https://login.microsoftonline.com/t/v2.0", "us", ["read"]) == "ann"
    assert await subject(entra, "https://login.microsoftonline.com/u/v2.0", "us", ["read"]) is None
    cognito = AWSCognitoTokenVerifier(jwks_uri="https://cognito/jwks", issuer="https://cognito", audience="us")
    assert await subject(cognito, "https://cognito", None, [], client_id="us") == "ann"
    assert await subject(cognito, "https://cognito", None, [], client_id="other") is None
    assert asked == [
        f"{realm}/protocol/openid-connect/certs",
        "https://mine.authkit.app/oauth2/jwks",
        "https://a.supabase.co/auth/v1/.well-known/jwks.json",
        "https://login.microsoftonline.com/t/discovery/v2.0/keys",
        "https://cognito/jwks",
    ]


def public_jwk(keys: RSAKeyPair, kid: str) -> dict[str, str]:
    """A public key as key sets have it."""
    import base64

    from cryptography.hazmat.primitives import serialization

    key: Any = serialization.load_pem_public_key(keys.public_key.encode())
    numbers = key.public_numbers()

    def text(number: int) -> str:
        return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()

    return {"kty": "RSA", "kid": kid, "alg": "RS256", "use": "sig", "n": text(numbers.n), "e": text(numbers.e)}


async def test_own_routes_are_for_everybody_beside_objects_and_for_nobody_else_beside_a_section() -> None:
    from starlette.requests import Request
    from starlette.responses import JSONResponse

    def site(mcp: FastMCP) -> FastMCP:
        @mcp.custom_route("/me", ["GET"])
        async def me(request: Request) -> JSONResponse:
            token = get_access_token()
            return JSONResponse([token and token.subject, bool(request.scope.get("user"))])

        return mcp

    async with (
        served(site(FastMCP("objects", auth=StaticTokenVerifier(TOKENS)))) as url,
        httpx2.AsyncClient() as client,
    ):
        assert (await client.get(f"{url}/me")).json() == [None, False]
    section = {"verify": StaticTokenVerifier(TOKENS).verify_token}
    async with served(site(FastMCP("section", authentication=section))) as url, httpx2.AsyncClient() as client:
        assert (await client.get(f"{url}/me")).status_code == 401
        assert (await client.get(f"{url}/me", headers=bearer("ann-token"))).json() == ["ann", True]


async def test_whoever_mounts_the_server_is_believed() -> None:
    from starlette.middleware import Middleware
    from starlette.middleware.authentication import AuthenticationMiddleware

    pytest.importorskip("mcp")
    from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend

    backend = BearerAuthBackend(StaticTokenVerifier(TOKENS))  # type: ignore[arg-type]
    around = [Middleware(AuthenticationMiddleware, backend=backend)]
    app = whoami(FastMCP("mounted")).http_app(middleware=around)
    said = await structured(app, "who")
    assert (said["token"], said["subject"], said["scopes"]) == ("ann-token", "ann", ["read", "write"])
    assert await structured(app, "who_by_context") == ["ann", "app", ISSUER, "read", "write", "host"]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_clients_of_fastmcp_send_their_token(mode: str) -> None:
    fastmcp = pytest.importorskip("fastmcp")
    async with served(whoami(FastMCP("clients", auth=StaticTokenVerifier(TOKENS)))) as url:
        async with fastmcp.Client(f"{url}/mcp", auth="ann-token", mode=mode) as client:
            assert (await client.call_tool("who_in_thread", {})).data == "ann"
        with pytest.raises(Exception, match="nobody here knows the token"):
            async with fastmcp.Client(f"{url}/mcp", auth="unknown", mode=mode) as client:
                await client.list_tools()
