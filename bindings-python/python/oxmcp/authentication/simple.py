"""Verifiers for development: nothing that is to be seen by anybody else should stand behind them."""

from __future__ import annotations

import hmac
import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from .providers import TokenVerifier
from .tokens import AccessToken, words

logger = logging.getLogger("oxmcp")


class StaticTokenVerifier(TokenVerifier):
    """Knows tokens by heart: for tests. Keys for people to use are in `authentication={"api_keys": …}`, which keeps only hashes.

    Args:
        tokens: By token what it stands for: `client_id`, and `scopes`, `sub`, `expires_at` where it has them; all of it are
            claims.
        required_scopes: What every request needs.
    """

    def __init__(self, tokens: Mapping[str, Mapping[str, Any]], required_scopes: Sequence[str] | None = None) -> None:
        super().__init__(required_scopes=required_scopes)
        self.tokens = tokens

    async def verify_token(self, token: str) -> AccessToken | None:
        """What it stands for; None when it is not known, has expired, or lacks a scope."""
        found = next((data for known, data in self.tokens.items() if _same(known, token)), None)
        if not found:
            return None
        ends = found.get("expires_at")
        scopes = words(found.get("scopes"))
        if (ends is not None and ends < time.time()) or not set(self.required_scopes).issubset(scopes):
            return None
        return AccessToken(
            token=token,
            client_id=found["client_id"],
            scopes=scopes,
            expires_at=ends,
            subject=found.get("sub"),
            claims=dict(found),
        )


class DebugTokenVerifier(TokenVerifier):
    """Believes every token, or those that a function believes: for tests.

    Args:
        validate: Whether a token is good; a plain or an async function.
        client_id, scopes: What every one of them stands for.
        required_scopes: What every request needs.
    """

    def __init__(
        self,
        validate: Callable[[str], bool] | Callable[[str], Awaitable[bool]] = lambda token: True,
        client_id: str = "debug-client",
        scopes: Sequence[str] | None = None,
        required_scopes: Sequence[str] | None = None,
    ) -> None:
        super().__init__(required_scopes=required_scopes)
        self.validate = validate
        self.client_id = client_id
        self.scopes = list(scopes or ())

    async def verify_token(self, token: str) -> AccessToken | None:
        """What all of them stand for; None where the function does not believe it, or fails."""
        if not token.strip():
            return None
        try:
            said = self.validate(token)
            good = await said if inspect.isawaitable(said) else said
        except Exception as error:
            logger.warning("What says whether tokens are good failed: %s", type(error).__name__)
            return None
        if not good:
            return None
        return AccessToken(token=token, client_id=self.client_id, scopes=list(self.scopes), claims={"token": token})


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "surrogatepass"))
