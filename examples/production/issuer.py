"""Who says who somebody is, for a demo: an issuer of tokens with a key of its own, made anew each time."""

from __future__ import annotations

import json
import time
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER = "https://issuer.example.com"
AUDIENCE = "https://mcp.example.com/mcp"


class Issuer:
    """In production this is your identity provider, and `jwks_url` in `oxmcp.toml` says where its keys are."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def publish(self, path: Path) -> None:
        """Writes the public key, as `jwks_file` in `oxmcp.toml` wants it."""
        key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key()))
        path.write_text(json.dumps({"keys": [{**key, "kid": "demo", "alg": "ES256", "use": "sig"}]}), encoding="utf-8")

    def token(self, subject: str, *roles: str, seconds: int = 600, audience: str = AUDIENCE) -> str:
        """A token for this person, good for some time."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": audience, "sub": subject, "roles": roles, "iat": now, "exp": now + seconds}
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": "demo"})
