"""What is known of whoever asks, as an object; and its way to the engine and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from ..types.wire_object import WireObject

_FIELDS = "oxmcp/access_token"
"""The claim that has what else an author's object says, on its way through the engine."""


class AccessToken(WireObject):
    """A token that was verified, and what it grants. A subclass may have further fields."""

    token: str
    client_id: str
    scopes: list[str]
    expires_at: int | None = None
    """In seconds since 1970."""
    resource: str | None = None
    """What it was issued for (RFC 8707)."""
    subject: str | None = None
    """Whom it stands for; unique for its issuer."""
    claims: dict[str, Any] | None = None
    original_client_id: str | None = None

    def __init__(self, /, **data: Any) -> None:
        super().__init__(**data)
        if self.__dict__.get("claims") is None:
            self.__dict__["claims"] = {}

    def __repr__(self) -> str:
        # Tokens and claims are not for logs.
        return f"{type(self).__name__}(client_id={self.client_id!r}, scopes={self.scopes!r})"


class AuthenticatedUser:
    """A user known by a token, as Starlette's middleware knows users."""

    is_authenticated = True

    def __init__(self, auth_info: Any) -> None:
        self.access_token = auth_info
        self.scopes: list[str] = auth_info.scopes
        self.username: str = auth_info.client_id

    @property
    def display_name(self) -> str:
        """The client."""
        return self.username

    @property
    def identity(self) -> str:
        """The user, else the client."""
        return getattr(self.access_token, "subject", None) or self.username


class Principal(NamedTuple):
    """Who asks, as the engine knows it. Everything of one subject, client and issuer is one principal's."""

    subject: str | None = None
    client_id: str | None = None
    issuer: str | None = None
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    claims: Mapping[str, Any] = {}
    method: str = "host"
    """How it was authenticated: "jwt", "api_key", "introspection", "function", "client_certificate", "host"."""
    expires_at: int | None = None
    """When that ends, in seconds since 1970."""
    token: str | None = None
    """The token itself, where `keep_token` says so."""

    def __repr__(self) -> str:
        return f"Principal(method={self.method!r})"


def principal_from(known: Mapping[str, Any]) -> Principal:
    """Of what the engine says."""
    claims = {name: value for name, value in (known.get("claims") or {}).items() if name != _FIELDS}
    return Principal(
        known.get("subject"),
        known.get("client_id"),
        known.get("issuer"),
        tuple(known.get("scopes") or ()),
        tuple(known.get("roles") or ()),
        claims,
        known.get("method", "host"),
        known.get("expires_at"),
        known.get("token"),
    )


_classes: dict[str, type[Any]] = {}
"""Classes of authors' tokens, by their names: what they verified comes back as that."""


def token_from(known: Mapping[str, Any]) -> Any:
    """The access token of what the engine says of who asks; None where nothing was granted to it."""
    if "scopes" not in known or (known.get("method") == "host" and not known.get("token")):
        return None
    claims = dict(known.get("claims") or {})
    more = claims.pop(_FIELDS, None) or {}
    fields = {
        "token": known.get("token") or "",
        "client_id": known.get("client_id") or known.get("subject") or "unknown",
        "scopes": list(known["scopes"]),
        "expires_at": known.get("expires_at"),
        "subject": known.get("subject"),
        "claims": claims,
    }
    made = _classes.get(more.get("class", ""), AccessToken)
    return made(**{**fields, **more.get("fields", {})})


def facts(user_token: Any) -> dict[str, Any] | None:
    """What an access token, ours or a peer's, says of who asks, in the engine's words; None where it does not say who."""
    claims = dict(getattr(user_token, "claims", None) or {})
    subject = _text(getattr(user_token, "subject", None)) or _text(claims.get("sub"))
    client = _text(getattr(user_token, "client_id", None))
    if subject is None and client is None:
        return None
    known = {"subject": subject, "client_id": client, "issuer": _text(claims.get("iss"))}
    scopes = getattr(user_token, "scopes", None)
    known = {name: value for name, value in known.items() if value is not None}
    roles = claims.get("roles")
    return {
        **known,
        "scopes": words(scopes),
        "roles": [roles] if isinstance(roles, str) else [r for r in roles or () if isinstance(r, str)],
        **({"expires_at": user_token.expires_at} if getattr(user_token, "expires_at", None) else {}),
        "claims": {**claims, **_further(user_token)},
    }


def principal_components(token: Any) -> tuple[str, str | None, str | None]:
    """The client, the issuer and the subject of a token."""
    issuer = (token.claims or {}).get("iss")
    return token.client_id, None if issuer is None else str(issuer), token.subject


def told(said: Any) -> dict[str, Any] | None:
    """What a verifier said of a token, in the engine's words.

    Raises:
        TypeError: it is nothing that says who somebody is.
    """
    if said is None or said is False:
        return None
    if isinstance(said, str):
        return {"subject": said}
    if isinstance(said, Mapping):
        known = dict(said)
        if "scopes" in known:
            known["scopes"] = words(known["scopes"])
        return known
    found = facts(said)
    if found is None:
        raise TypeError(
            "A verifier says who a token stands for: an AccessToken, a dict with `subject` or `client_id`, or None"
        )
    return found


def words(scopes: Any) -> list[str]:
    """Scopes, as a list or a text."""
    return scopes.split() if isinstance(scopes, str) else [str(scope) for scope in scopes or ()]


_COMMON = ("token", "client_id", "scopes", "expires_at", "subject", "claims")


def _further(user_token: Any) -> dict[str, Any]:
    """What an object says besides, so that handlers get the like of it."""
    kind = type(user_token)
    dump = getattr(user_token, "model_dump", None)
    if dump is None:
        return {}
    fields = {name: value for name, value in dump(mode="json").items() if name not in _COMMON and value is not None}
    # What is looked up there is either a field of a principal or a claim.
    if "subject" in fields or (kind is AccessToken and not fields):
        return {}
    name = f"{kind.__module__}.{kind.__qualname__}"
    _classes[name] = kind
    return {_FIELDS: {"class": name, "fields": fields}}


def _text(value: object) -> str | None:
    return str(value) or None if isinstance(value, (str, int, UUID)) and not isinstance(value, bool) else None
