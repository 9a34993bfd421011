"""What `auth=` and `token_verifier=` of a server become: the section `authentication`, and what the engine has to ask."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from .providers import AuthProvider, url
from .settings import is_meant_for
from .tokens import told

_OF_PEERS = {"keep_token": True, "open_paths": ["*"]}
"""As their servers have it: handlers may read the token, and an author's own routes are for everybody."""

Verify = Callable[[str], Awaitable[Any]]


def check(auth: Any, token_verifier: Any) -> None:
    """Refuses what says nothing of who is believed.

    Raises:
        TypeError: `auth` is nothing that does.
        ValueError: one of the two is missing, or both say how tokens are verified.
    """
    if auth is None:
        raise ValueError("Cannot specify token_verifier without auth: AuthSettings with the issuer and the resource")
    if hasattr(auth, "issuer_url") and not hasattr(auth, "verify_token"):
        if token_verifier is None:
            raise ValueError("Must specify token_verifier when auth is given")
    elif not hasattr(auth, "verify_token"):
        raise TypeError(f"auth must be AuthSettings or an AuthProvider, not {type(auth).__name__}")
    elif token_verifier is not None:
        raise ValueError("Cannot specify token_verifier beside an auth that verifies tokens itself")


def section_of(auth: Any, token_verifier: Any, path: str) -> tuple[dict[str, Any], Verify | None]:
    """The section of a server with an endpoint at this path, and the function that verifies what the engine does not."""
    if isinstance(auth, AuthProvider):
        section = {**_OF_PEERS, **auth.section(path)}
        issuers, asked = auth.believed()
        if issuers:
            section["jwt"] = issuers
        return section, verifying(asked) if asked else None
    if token_verifier is None:
        return {"required_scopes": list(getattr(auth, "required_scopes", None) or ()), **_OF_PEERS}, verifying([auth])
    resource = auth.resource_server_url
    section = {
        "resource": url(resource),
        "authorization_servers": [url(auth.issuer_url)],
        "required_scopes": auth.required_scopes,
        "resource_documentation": url(auth.service_documentation_url),
        **_OF_PEERS,
    }
    only = resource if getattr(auth, "validate_token_resource", None) else None
    return {name: value for name, value in section.items() if value is not None}, verifying([token_verifier], only)


def verifying(verifiers: list[Any], resource: Any = None) -> Verify:
    """Asks each of these in order who a token stands for; where a resource is given, the token must be meant for it."""

    async def verify(token: str) -> Any:
        unsure: Exception | None = None
        for verifier in verifiers:
            try:
                said = await verifier.verify_token(token)
            except Exception as error:
                unsure = error
                continue
            if said is not None and (resource is None or is_meant_for(resource, getattr(said, "resource", None))):
                return said
        if unsure is not None:
            raise unsure
        return None

    return verify


def answering(verify: Callable[[str], Any]) -> Callable[[dict[str, Any]], Awaitable[Any]]:
    """The engine's question to a function of the author's, a plain or an async one, that is given a token."""

    async def answer(asked: dict[str, Any]) -> Any:
        said = verify(asked["token"])
        return told(await said if inspect.isawaitable(said) else said)

    return answer
