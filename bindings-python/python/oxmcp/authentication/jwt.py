"""Signed tokens. The engine verifies them, whoever asks."""

from __future__ import annotations

import asyncio
import base64
import logging
import math
import time
from collections.abc import Sequence
from typing import Any

from .. import _native
from .providers import AuthProvider, TokenVerificationError, TokenVerifier
from .tokens import token_from
from .web import ask

logger = logging.getLogger("oxmcp")

ALGORITHMS = frozenset("HS256 HS384 HS512 RS256 RS384 RS512 ES256 ES384 ES512 PS256 PS384 PS512 EdDSA Ed25519".split())
_MOST_VERIFIERS = 32
_KEPT_SECONDS = 3600.0


class JWTVerifier(TokenVerifier):
    """Verifies signed tokens of one issuer, or of several with the same keys.

    Args:
        public_key: A public key in PEM; for HS256, HS384 and HS512 the secret, of 32 bytes or more.
        jwks_uri: Where the issuer's keys are, instead.
        issuer: As the claim `iss` has it, one or several; any that the keys have signed for when absent.
        audience: Whom tokens are meant for, one or several; this server, by `base_url`, when absent. Where there is neither,
            tokens for any other server are taken for ours, which a line in the log says.
        algorithm: How they are signed; "RS256" when absent.
        required_scopes: What every request needs.
        base_url: What clients call this server.
        ssrf_safe: Accepted: keys are only read from where `jwks_uri` says, without redirects.
        http_client: A client of httpx that reads the keys.
        jwks_refresh_interval: How many seconds are at least between two looks at the keys.

    Raises:
        ValueError: there is no key, or more than one; the algorithm is unknown, or does not go with the key.
    """

    _audience_claim = "aud"
    """Where tokens say whom they are meant for."""

    def __init__(
        self,
        *,
        public_key: str | bytes | None = None,
        jwks_uri: str | None = None,
        issuer: str | Sequence[str] | None = None,
        audience: str | Sequence[str] | None = None,
        algorithm: str | None = None,
        required_scopes: Sequence[str] | None = None,
        base_url: Any = None,
        resource_base_url: Any = None,
        ssrf_safe: bool = False,
        http_client: Any = None,
        jwks_refresh_interval: float = 30.0,
    ) -> None:
        if not public_key and not jwks_uri:
            raise ValueError("Either public_key or jwks_uri must be provided")
        if public_key and jwks_uri:
            raise ValueError("Provide either public_key or jwks_uri, not both")
        if jwks_uri and ssrf_safe and http_client is not None:
            raise ValueError("http_client cannot be used with ssrf_safe=True")
        algorithm = algorithm or "RS256"
        if algorithm not in ALGORITHMS:
            raise ValueError(f"Unsupported algorithm: {algorithm}.")
        if not math.isfinite(jwks_refresh_interval) or jwks_refresh_interval < 0:
            raise ValueError("jwks_refresh_interval must be finite and non-negative")
        if isinstance(public_key, bytes):
            public_key = public_key.decode()
        if algorithm.startswith("HS"):
            if jwks_uri:
                raise ValueError(
                    "Symmetric HS* algorithms cannot be used with jwks_uri; give the secret as public_key instead."
                )
            if "-----BEGIN" in (public_key or ""):
                raise ValueError("Symmetric HS* algorithms require a shared secret, not a public key.")
        super().__init__(base_url, required_scopes, resource_base_url)
        self.public_key = public_key
        self.jwks_uri = None if jwks_uri is None else str(jwks_uri)
        self.issuer = issuer if issuer is None or isinstance(issuer, str) else list(issuer)
        self.audience = audience if audience is None or isinstance(audience, str) else list(audience)
        self.algorithm = algorithm
        self.ssrf_safe = ssrf_safe
        self._http_client = http_client
        self._refresh = jwks_refresh_interval
        self._verifiers: dict[Any, _native.TokenVerifier] = {}
        self._keys: Any = None
        self._keys_read = self._keys_tried = -math.inf
        self._reading: asyncio.Future[None] | None = None

    async def verify_token(self, token: str) -> Any:
        """Who the token stands for; None when it is not good.

        Raises:
            TokenVerificationError: the keys cannot be read.
        """
        claims = _part(token, 1)
        if claims is None:
            return None
        issuers = [self.issuer] if isinstance(self.issuer, str) else self.issuer
        issuer = claims.get("iss")
        if not isinstance(issuer, str) or (
            issuers is not None and issuer not in issuers and not self._is_issuer(issuer)
        ):
            return None
        audience = self.audience or self._resource or self._get_resource_url() or claims.get(self._audience_claim)
        if not audience:
            return None
        keys = await self._key_set((_part(token, 0) or {}).get("kid"))
        verifier = self._verifier(issuer, audience, keys)
        text = verifier.verify(token)
        return None if text is None else token_from(_native.loads(text))

    def _is_issuer(self, issuer: str) -> bool:
        """Whether tokens of this issuer count beside those of `issuer`."""
        return False

    def believed(self) -> tuple[list[dict[str, Any]], list[Any]]:
        """What the engine verifies by itself, where it is said whose tokens and for whom, and no subclass has a hand in it."""
        own = type(self)
        overridden = own.verify_token is not JWTVerifier.verify_token or own._is_issuer is not JWTVerifier._is_issuer
        if (
            overridden
            or not self.issuer
            or self.jwks_uri
            or own.load_access_token is not AuthProvider.load_access_token
        ):
            self._warn()
            return [], [self]
        if not self.audience and not self._get_resource_url():
            self._warn()
            return [], [self]
        issuers = [self.issuer] if isinstance(self.issuer, str) else self.issuer
        return [self._entry(issuer, self.audience, None) for issuer in issuers], []

    def _warn(self) -> None:
        if not self.audience and not self._get_resource_url():
            logger.warning(
                "%s has no audience: tokens that were issued for other servers are taken, too; say audience=… or base_url=…",
                type(self).__name__,
            )

    def _entry(self, issuer: str, audience: Any, keys: Any) -> dict[str, Any]:
        algorithm = "EdDSA" if self.algorithm == "Ed25519" else self.algorithm
        entry: dict[str, Any] = {"issuer": issuer, "algorithms": [algorithm]}
        if audience:
            entry["audience"] = audience
        if self._audience_claim != "aud":
            entry["audience_claim"] = self._audience_claim
        if keys is not None:
            entry["jwks"] = keys
        else:
            entry["secret" if algorithm.startswith("HS") else "public_key"] = self.public_key
        return entry

    def _verifier(self, issuer: str, audience: Any, keys: Any) -> _native.TokenVerifier:
        place = (issuer, _native.dumps(audience), self._keys_read)
        found = self._verifiers.get(place)
        if found is None:
            section = {"jwt": [self._entry(issuer, audience, keys)], "keep_token": True}
            section["required_scopes"] = self.required_scopes
            found = _native.TokenVerifier(_native.dumps(section))
            if len(self._verifiers) >= _MOST_VERIFIERS:
                self._verifiers.pop(next(iter(self._verifiers)))
            self._verifiers[place] = found
        return found

    async def _key_set(self, key: Any) -> Any:
        """The issuer's keys; read again when they are old, or this one is not among them, but not too often."""
        if self.jwks_uri is None:
            return None
        now = time.monotonic()
        has = self._keys is not None and (key is None or any(one.get("kid") == key for one in self._keys["keys"]))
        if (not has or now - self._keys_read > _KEPT_SECONDS) and now - self._keys_tried >= self._refresh:
            self._keys_tried = now
            self._reading = asyncio.ensure_future(self._read(now))
        if self._reading is not None and (not has or self._keys is None):
            reading = self._reading
            await asyncio.shield(reading)
        if self._keys is None:
            raise TokenVerificationError("the issuer's keys could not be read")
        return self._keys

    async def _read(self, now: float) -> None:
        assert self.jwks_uri is not None
        try:
            status, found = await ask(self.jwks_uri, client=self._http_client)
        except TokenVerificationError as error:
            logger.warning("The keys of an issuer of tokens could not be read: %s", error)
            return
        keys = found.get("keys") if isinstance(found, dict) else None
        if status != 200 or not isinstance(keys, list):
            logger.warning("The keys of an issuer of tokens could not be read: %s has no key set", self.jwks_uri)
            return
        self._keys = {"keys": [key for key in keys if isinstance(key, dict)]}
        self._keys_read = now


def _part(token: str, place: int) -> dict[str, Any] | None:
    """What a part of a token says, which nobody believes yet."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        found = _native.loads(base64.urlsafe_b64decode(parts[place] + "=="))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
