"""What keeps the state that clients carry from one round of a call to the next from being read or changed by them (MRTR-8)."""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from typing import Any

from typing_extensions import Self

from ..errors import ConfigurationError, NotYetError

Keys = Sequence[str | bytes | bytearray]

FEWEST_BYTES = 32
"""How long a secret is at least."""


class RequestStateSecurity:
    """The keys that the state is sealed with (AES-256-GCM), and how long it is worth something.

    Args:
        keys: Secrets of at least 32 bytes. The first seals, all open: put a new one behind the old, then before it, then leave
            the old away, each when all processes have the step before.
        codec: Not yet: raises NotYetError.
        ttl: Seconds that a client may take to call again.
        bind_principal, audience: Accepted for code that gives them: what is sealed belongs to the server of its name, to the
            method and the arguments, and to who asks where that is known.

    Raises:
        ValueError: a key is too short, or `ttl` is no time.
    """

    def __init__(
        self,
        *,
        keys: Keys | None = None,
        codec: Any = None,
        ttl: float = 600.0,
        bind_principal: Any = None,
        audience: str | None = None,
    ) -> None:
        if codec is not None:
            raise NotYetError.of("RequestStateSecurity(codec=…)", "sealing by a codec of the author's")
        if keys is None:
            raise ValueError("RequestStateSecurity takes keys")
        if not (math.isfinite(ttl) and ttl > 0):
            raise ValueError(f"ttl must be a positive number of seconds, not {ttl!r}")
        self.keys = checked(keys)
        self.ttl = ttl
        self.audience = audience

    @classmethod
    def ephemeral(cls, *, ttl: float = 600.0, audience: str | None = None) -> Self:
        """A key that nobody but this process has: what every server does that is given none."""
        return cls(keys=[secrets.token_bytes(FEWEST_BYTES)], ttl=ttl, audience=audience)


def checked(keys: Keys) -> list[bytes]:
    """Keys as bytes.

    Raises:
        ConfigurationError: there is none, or one is no secret of 32 bytes.
    """
    if isinstance(keys, (str, bytes, bytearray)):
        keys = [keys]
    found = []
    for number, key in enumerate(keys):
        if not isinstance(key, (str, bytes, bytearray)):
            raise ConfigurationError(f"request_state_keys[{number}] is text or bytes, not {type(key).__name__}")
        secret = key.encode() if isinstance(key, str) else bytes(key)
        if len(secret) < FEWEST_BYTES:
            raise ConfigurationError(
                f"request_state_keys[{number}] has {len(secret)} bytes, and needs {FEWEST_BYTES} at least; make one with"
                ' python -c "import secrets; print(secrets.token_hex(32))"'
            )
        found.append(secret)
    if not found:
        raise ConfigurationError("request_state_keys is empty: leave it away for a key made at random")
    return found
