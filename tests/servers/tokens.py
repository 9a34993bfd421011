"""Tokens as an issuer would make them who shares a secret with a server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any


def token(secret: str, subject: str, **claims: Any) -> str:
    """A token that is signed with this."""

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"iss": "https://issuer.example.com", "aud": "https://mcp.example.com/mcp", "sub": subject, **claims}
    text = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'exp': int(time.time()) + 600, **claims})}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
