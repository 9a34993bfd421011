"""Which values the variables of a resource template may not have."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


class ResourceSecurity:
    """What is refused as the value of a template's variable, lest used as a path it leads out of where it should stay.

    A refusal tells the caller the variable and the rule. Not asked of variables in a query or a fragment; and a value that is
    the whole path of its URI (`log://{+path}`) may be absolute, except under `file:`.

    Args:
        reject_path_traversal: Paths with `..` in them.
        reject_absolute_paths: Paths that begin with a slash, or with a drive and a slash.
        reject_null_bytes: Texts with a NUL in them.
        exempt_params: The variables that may be anything.
    """

    __slots__ = ("exempt_params", "reject_absolute_paths", "reject_null_bytes", "reject_path_traversal")

    def __init__(
        self,
        reject_path_traversal: bool = True,
        reject_absolute_paths: bool = True,
        reject_null_bytes: bool = True,
        exempt_params: Collection[str] = frozenset(),
    ) -> None:
        self.reject_path_traversal = reject_path_traversal
        self.reject_absolute_paths = reject_absolute_paths
        self.reject_null_bytes = reject_null_bytes
        self.exempt_params = frozenset({exempt_params} if isinstance(exempt_params, str) else exempt_params)

    def descriptor(self) -> dict[str, Any]:
        """As the engine takes it."""
        return {
            "rejectPathTraversal": self.reject_path_traversal,
            "rejectAbsolutePaths": self.reject_absolute_paths,
            "rejectNullBytes": self.reject_null_bytes,
            "exemptParams": sorted(self.exempt_params),
        }

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={getattr(self, name)!r}" for name in reversed(self.__slots__))
        return f"ResourceSecurity({said})"


DEFAULT_RESOURCE_SECURITY = ResourceSecurity()
"""Everything is refused."""
