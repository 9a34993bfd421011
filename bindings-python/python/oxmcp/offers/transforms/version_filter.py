"""Versions of what is offered: of several of one name the highest is served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ... import _native
from .transform import Transform, without_absent


@dataclass
class VersionSpec:
    """A range of versions. Numbers count as numbers ("2" < "10"), what comes before a release is lower than it.

    Args:
        gte: This version or a higher one.
        lt: A lower one.
        eq: This version.
    """

    gte: str | None = None
    lt: str | None = None
    eq: str | None = None

    def matches(self, version: str | None, *, match_none: bool = True) -> bool:
        """Whether a version is in the range; `match_none` says so of what has none."""
        if version is None:
            return match_none
        if self.eq is not None:
            return _native.compare_versions(version, self.eq) == 0
        return (self.gte is None or _native.compare_versions(version, self.gte) >= 0) and (
            self.lt is None or _native.compare_versions(version, self.lt) < 0
        )

    def described(self) -> dict[str, str]:
        """The range as the engine reads it."""
        if self.eq is not None:
            return {"eq": self.eq}
        return without_absent({"gte": self.gte, "lt": self.lt})


class VersionFilter(Transform):
    """Leaves only these versions there: others are not listed, and unknown when called.

    Args:
        version_gte: This version and higher ones.
        version_lt: Lower ones.
        include_unversioned: Whether what has no version stays.

    Raises:
        ValueError: neither bound is given.
    """

    def __init__(
        self, *, version_gte: str | None = None, version_lt: str | None = None, include_unversioned: bool = True
    ) -> None:
        if version_gte is None and version_lt is None:
            raise ValueError("VersionFilter needs version_gte or version_lt, or both")
        self.version_gte = version_gte
        self.version_lt = version_lt
        self.include_unversioned = include_unversioned

    def described(self) -> Mapping[str, Any]:
        """The transform as the engine reads it."""
        bounds = VersionSpec(gte=self.version_gte, lt=self.version_lt).described()
        return {"type": "versions", **bounds, "unversioned": self.include_unversioned}
