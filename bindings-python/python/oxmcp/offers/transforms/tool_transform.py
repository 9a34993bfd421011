"""Other names and words for single tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .transform import Transform, without_absent


class ToolTransformConfig:
    """What becomes of a tool; what is absent stays as it is.

    Args:
        name: Another name.
        title: Another title.
        description: Another description.
        tags: Other labels.
        meta: Another `_meta`.
        enabled: Whether it is offered.
    """

    __slots__ = ("description", "enabled", "meta", "name", "tags", "title")

    def __init__(
        self,
        *,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        tags: Iterable[str] | None = None,
        meta: Mapping[str, Any] | None = None,
        enabled: bool | None = None,
        **other: Any,
    ) -> None:
        if refused := [option for option, value in other.items() if value]:
            from ...errors import NotYetError
            from ...later.names import COMPOSITION

            raise NotYetError.of(f"ToolTransformConfig({refused[0]}=…)", COMPOSITION)
        self.name = name
        self.title = title
        self.description = description
        self.tags = None if tags is None else sorted(tags)
        self.meta = None if meta is None else dict(meta)
        self.enabled = enabled

    def described(self) -> dict[str, Any]:
        """What is said, as the engine reads it."""
        words = {name: getattr(self, name) for name in ("name", "title", "description", "tags", "enabled")}
        return without_absent({**words, "_meta": self.meta})


class ToolTransform(Transform):
    """Gives some tools other names and words: `ToolTransform({"add": ToolTransformConfig(name="plus")})`.

    Args:
        transforms: What becomes of tools by the names they have so far; also just their new names.

    Raises:
        ValueError: two would have one name.
    """

    def __init__(self, transforms: Mapping[str, ToolTransformConfig | str]) -> None:
        self.transforms = {
            name: ToolTransformConfig(name=change) if isinstance(change, str) else change
            for name, change in transforms.items()
        }
        taken: dict[str, str] = {}
        for name, change in self.transforms.items():
            target = change.name or name
            if target in taken:
                raise ValueError(f"{taken[target]!r} and {name!r} would both be named {target!r}")
            taken[target] = name

    def name_of_tool(self, name: str) -> str:
        """The new name, if it gets one."""
        change = self.transforms.get(name)
        return name if change is None else change.name or name

    def described(self) -> Mapping[str, Any]:
        """The transform as the engine reads it."""
        return {"type": "rename", "tools": {name: change.described() for name, change in self.transforms.items()}}
