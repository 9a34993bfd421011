"""The versions of the protocol."""

from __future__ import annotations

from .objects import LATEST_PROTOCOL_VERSION

__all__ = [
    "HANDSHAKE_PROTOCOL_VERSIONS",
    "KNOWN_PROTOCOL_VERSIONS",
    "LATEST_HANDSHAKE_VERSION",
    "LATEST_MODERN_VERSION",
    "LATEST_PROTOCOL_VERSION",
    "MODERN_PROTOCOL_VERSIONS",
    "OLDEST_SUPPORTED_VERSION",
    "SUPPORTED_PROTOCOL_VERSIONS",
    "is_version_at_least",
]

HANDSHAKE_PROTOCOL_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""The versions that open with a handshake and have sessions."""

MODERN_PROTOCOL_VERSIONS = ("2026-07-28",)
"""The versions in which every request stands alone."""

KNOWN_PROTOCOL_VERSIONS = SUPPORTED_PROTOCOL_VERSIONS = (*HANDSHAKE_PROTOCOL_VERSIONS, *MODERN_PROTOCOL_VERSIONS)

OLDEST_SUPPORTED_VERSION = HANDSHAKE_PROTOCOL_VERSIONS[0]
LATEST_HANDSHAKE_VERSION = HANDSHAKE_PROTOCOL_VERSIONS[-1]
LATEST_MODERN_VERSION = MODERN_PROTOCOL_VERSIONS[-1]


def is_version_at_least(version: str, minimum: str) -> bool:
    """Whether a version is one of these, and not older than `minimum`."""
    known = SUPPORTED_PROTOCOL_VERSIONS
    return version in known and minimum in known and known.index(version) >= known.index(minimum)


class MCPDeprecationWarning(DeprecationWarning):
    """What is used goes away with a later version of the protocol."""
