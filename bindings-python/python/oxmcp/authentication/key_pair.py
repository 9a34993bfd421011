"""Keys for tests: they sign tokens as an issuer would."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping, Sequence
from typing import Any

from .. import _native


class RSAKeyPair:
    """A pair of keys that signs tokens with RS256: for tests. Needs the package `cryptography`."""

    def __init__(self, private_key: Any, public_key: str) -> None:
        """Takes the private key in PEM, text or one of pydantic's secrets, and the public one."""
        self.private_key = private_key
        self.public_key = public_key

    @classmethod
    def generate(cls) -> RSAKeyPair:
        """A new pair."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return cls(private.decode(), public.decode())

    def create_token(
        self,
        subject: str = "fastmcp-user",
        issuer: str = "https://fastmcp.example.com",
        audience: str | list[str] | None = None,
        scopes: Sequence[str] | None = None,
        expires_in_seconds: int = 3600,
        additional_claims: Mapping[str, Any] | None = None,
        kid: str | None = None,
    ) -> str:
        """A signed token."""
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa

        now = int(time.time())
        claims: dict[str, Any] = {"iss": issuer, "sub": subject, "iat": now, "exp": now + expires_in_seconds}
        if audience:
            claims["aud"] = audience
        if scopes:
            claims["scope"] = " ".join(scopes)
        head = {"alg": "RS256", "typ": "JWT", **({} if kid is None else {"kid": kid})}
        signed = f"{_part(head)}.{_part({**claims, **(additional_claims or {})})}"
        pem = getattr(self.private_key, "get_secret_value", lambda: self.private_key)()
        key = serialization.load_pem_private_key(pem.encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return f"{signed}.{_text(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def __repr__(self) -> str:
        return "RSAKeyPair()"


def _part(value: Mapping[str, Any]) -> str:
    return _text(_native.dumps(value).encode())


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
