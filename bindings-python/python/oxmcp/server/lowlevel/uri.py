"""A URI as low-level handlers get it: text, with the parts people read from a URL object."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit


class Uri(str):
    """A URI. It is a `str`; it equals a URL object with the same text, and its parts are attributes."""

    __slots__ = ()

    def _split(self) -> SplitResult:
        return urlsplit(self)

    @property
    def scheme(self) -> str:
        """What is before the colon."""
        return self._split().scheme

    @property
    def host(self) -> str | None:
        """The host, without port; None when there is none."""
        return self._split().hostname

    @property
    def port(self) -> int | None:
        """The port; None when there is none."""
        return self._split().port

    @property
    def path(self) -> str | None:
        """The path; None when it is empty."""
        return self._split().path or None

    @property
    def query(self) -> str | None:
        """What is after the question mark; None when there is none."""
        return self._split().query or None

    @property
    def fragment(self) -> str | None:
        """What is after the hash; None when there is none."""
        return self._split().fragment or None

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other if isinstance(other, str) else str(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return str.__hash__(self)

    def unicode_string(self) -> str:
        """The URI as a plain `str`."""
        return str(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())
