"""What a resource holds, as its handler says it."""

from __future__ import annotations

from typing import Any


class ReadResourceContents:
    """One part of what a resource holds.

    Args:
        content: Text, or bytes (sent as base64, RSRC-7).
        mime_type: Its MIME type, if known.
        meta: Its own `_meta`.
    """

    __slots__ = ("content", "meta", "mime_type")

    def __init__(self, content: str | bytes, mime_type: str | None = None, meta: dict[str, Any] | None = None) -> None:
        self.content = content
        self.mime_type = mime_type
        self.meta = meta

    def __repr__(self) -> str:
        return f"ReadResourceContents({self.content!r}, mime_type={self.mime_type!r})"
