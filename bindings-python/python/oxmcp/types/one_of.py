"""Objects that stand for one of several: what 1.x of the official package writes as `ServerResult(EmptyResult())`."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from typing_extensions import Self

from .wire_object import WireObject

_CONSTANTS = ("method", "type", "mode", "result_type")


class OneOf:
    """Holds one of `members` as `root`."""

    members: ClassVar[tuple[type[WireObject], ...]] = ()

    def __init__(self, root: Any) -> None:
        """Takes an object, or a dict that one of the members fits.

        Raises TypeError when none does.
        """
        self.root: Any = root if isinstance(root, WireObject) else self._read(root)

    @classmethod
    def _read(cls, value: Any) -> WireObject:
        if hasattr(type(value), "model_dump"):
            value = value.model_dump(by_alias=True, exclude_none=True, mode="json")
        kind = cls.kind_of(value) if isinstance(value, dict) else None
        if kind is None:
            raise TypeError(f"{cls.__name__}: none of its kinds fits {type(value).__name__}")
        return kind(**value)

    @classmethod
    def kind_of(cls, value: dict[str, Any]) -> type[WireObject] | None:
        """The member that fits best: the first whose constants agree and whose required members are all there."""
        return next((member for member in cls.members if _fits(member, value)), None)

    @classmethod
    def model_validate(cls, value: Any, **_ignored: Any) -> Self:
        """An object of this class from a member of it or a dict. Raises TypeError when none fits."""
        return value if isinstance(value, cls) else cls(value)

    @classmethod
    def model_validate_json(cls, text: str | bytes, **_ignored: Any) -> Self:
        """The same from JSON text. Raises ValueError when it is not JSON."""
        return cls(json.loads(text))

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """What it holds, as a dict."""
        dumped: dict[str, Any] = self.root.model_dump(**options)
        return dumped

    def model_dump_json(self, **options: Any) -> str:
        """What it holds, as JSON text."""
        text: str = self.root.model_dump_json(**options)
        return text

    def __eq__(self, other: object) -> bool:
        return self.root == other.root if isinstance(other, OneOf) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.root!r})"

    @classmethod
    def adapter(cls) -> Adapter:
        """What reads and writes its members themselves."""
        return Adapter(cls)


class Adapter:
    """Reads and writes the members of a `OneOf`, by the names of pydantic's `TypeAdapter`."""

    def __init__(self, kind: type[OneOf]) -> None:
        self._kind = kind

    def validate_python(self, value: Any, **_ignored: Any) -> Any:
        """The member that `value`, a dict or an object, is. Raises TypeError when there is none."""
        return self._kind(value).root

    def validate_json(self, text: str | bytes, **_ignored: Any) -> Any:
        """The same from JSON text. Raises ValueError when it is not JSON."""
        return self._kind(json.loads(text)).root

    def dump_python(self, value: Any, **options: Any) -> dict[str, Any]:
        """A member as a dict."""
        return self._kind(value).model_dump(**options)

    def dump_json(self, value: Any, **options: Any) -> bytes:
        """A member as JSON text."""
        return self._kind(value).model_dump_json(**options).encode()


def _fits(member: type[WireObject], value: dict[str, Any]) -> bool:
    for name, wire in member._names.items():
        default = getattr(member, name, None)
        if not hasattr(member, name) or isinstance(default, list):
            if name not in value and wire not in value:
                return False
        elif name in _CONSTANTS and isinstance(default, str) and value.get(wire, value.get(name)) != default:
            return False
    return True
