"""What stands for a name that does nothing yet."""

from __future__ import annotations

from typing import Any

from ..errors import NotYetError


class StandIn(type):
    """The class of stand-ins. They may be imported, annotated with, subclassed and caught, so that a module which names
    them loads; calling one or reading an attribute of it is a use, and says what is missing."""

    _reason: str
    _missing: str

    def __call__(cls, *_positional: Any, **_keywords: Any) -> Any:
        raise NotYetError(f"{cls._missing} is not yet in oxmcp: {cls._reason}")

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):  # what Python and its libraries look for in any class
            raise AttributeError(f"{cls._missing} has no attribute {name!r}")
        raise NotYetError(f"{cls._missing}.{name} is not yet in oxmcp: {cls._reason}")

    def __setattr__(cls, name: str, value: Any) -> None:
        if not name.startswith("_"):
            raise NotYetError(f"{cls._missing}.{name} is not yet in oxmcp: {cls._reason}")
        super().__setattr__(name, value)

    def __getitem__(cls, _parameters: Any) -> StandIn:
        return cls

    def __repr__(cls) -> str:
        return f"<{cls._missing}, which is not yet in oxmcp>"


def stand_in(name: str, reason: str) -> StandIn:
    """A stand-in for `name`, which does nothing for this reason. What is named like an exception can be caught."""
    bases = (Exception,) if name.endswith(("Error", "Exception")) else ()
    return StandIn(name, bases, {"_missing": name, "_reason": reason, "__module__": "oxmcp.later"})
