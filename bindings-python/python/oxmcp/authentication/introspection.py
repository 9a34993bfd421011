"""Tokens that their issuer is asked about (RFC 7662)."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Sequence
from typing import Any, Literal

from .providers import TokenVerificationError, TokenVerifier
from .tokens import AccessToken, words
from .web import ask

ClientAuthMethod = Literal["client_secret_basic", "client_secret_post"]
"""How a client proves who it is."""

_METHODS = ("client_secret_basic", "client_secret_post")


class IntrospectionTokenVerifier(TokenVerifier):
    """Asks an authorization server who a token stands for.

    Args:
        introspection_url: Whom to ask.
        client_id, client_secret: As whom.
        client_auth_method: How that is proven: "client_secret_basic" or "client_secret_post".
        timeout_seconds: How long to wait for an answer.
        required_scopes: What every request needs.
        audience: Whom tokens must be meant for, one or several; whatever the server says when absent.
        base_url: What clients call this server.
        cache_ttl_seconds: For how long an answer is believed; not at all when absent, so that revoked tokens end at once.
        max_cache_size: How many answers are kept then.
        http_client: A client of httpx that asks.

    Raises:
        ValueError: the method or the audience makes no sense.
    """

    def __init__(
        self,
        *,
        introspection_url: str,
        client_id: str,
        client_secret: Any,
        client_auth_method: str = "client_secret_basic",
        timeout_seconds: int = 10,
        required_scopes: Sequence[str] | None = None,
        audience: str | list[str] | None = None,
        base_url: Any = None,
        cache_ttl_seconds: int | None = None,
        max_cache_size: int | None = None,
        http_client: Any = None,
    ) -> None:
        super().__init__(base_url, required_scopes)
        if client_auth_method not in _METHODS:
            raise ValueError(
                f"Invalid client_auth_method: {client_auth_method!r}. Must be {' or '.join(map(repr, _METHODS))}."
            )
        allowed = [audience] if isinstance(audience, str) else audience
        if allowed is not None and not (allowed and all(isinstance(one, str) and one for one in allowed)):
            raise ValueError("audience must contain nonempty strings")
        self.introspection_url = str(introspection_url)
        self.client_id = client_id
        self.client_secret: str = getattr(client_secret, "get_secret_value", lambda: client_secret)()
        self.client_auth_method = client_auth_method
        self.timeout_seconds = timeout_seconds
        self.audience = audience
        self._allowed = allowed
        self._ttl = cache_ttl_seconds or 0
        self._most = 10_000 if max_cache_size is None else max_cache_size
        self._kept: dict[bytes, tuple[float, AccessToken]] = {}
        self._http_client = http_client

    async def verify_token(self, token: str) -> AccessToken | None:
        """Who the token stands for; None when it is not active.

        Raises:
            TokenVerificationError: the server does not say.
        """
        place = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        until, known = self._kept.get(place, (0.0, None))
        if known is not None and until > time.monotonic() and not _over(known.expires_at):
            return known
        form = {"token": token, "token_type_hint": "access_token"}
        headers = {}
        if self.client_auth_method == "client_secret_post":
            form |= {"client_id": self.client_id, "client_secret": self.client_secret}
        else:
            pair = f"{self.client_id}:{self.client_secret}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        status, said = await ask(
            self.introspection_url, form=form, headers=headers, seconds=self.timeout_seconds, client=self._http_client
        )
        if status != 200 or not isinstance(said, dict):
            raise TokenVerificationError(f"the authorization server answered with status {status}")
        found = self._read(token, said)
        if found is not None and self._ttl > 0 and self._most > 0:
            while len(self._kept) >= self._most:
                self._kept.pop(next(iter(self._kept)))
            self._kept[place] = (time.monotonic() + self._ttl, found)
        return found

    def _read(self, token: str, said: dict[str, Any]) -> AccessToken | None:
        meant = said.get("aud")
        meant = meant if isinstance(meant, list) else [meant]
        scopes = words(said.get("scope"))
        if (
            said.get("active") is not True
            or _over(said.get("exp"))
            or (self._allowed is not None and not any(one in self._allowed for one in meant))
            or not set(self.required_scopes).issubset(scopes)
        ):
            return None
        return AccessToken(
            token=token,
            client_id=said.get("client_id") or said.get("sub") or "unknown",
            scopes=scopes,
            expires_at=int(said["exp"]) if said.get("exp") else None,
            subject=said.get("sub"),
            claims=said,
        )


def _over(ends: Any) -> bool:
    return bool(ends) and (not isinstance(ends, (int, float)) or ends < time.time())
