"""What classes have and take that comes later. The tables of it are read when somebody asks for such a thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn


def accept(known: str, where: str, given: Mapping[str, Any]) -> None:
    """Lets options pass that do nothing yet and ask for nothing.

    Args:
        known: The class in `options` that lists them.
        where: What they were given to, for the error.
        given: The options.

    Raises:
        TypeError: there is no such option.
        NotYetError: one asks for something that is not there yet.
    """
    if given:
        from . import options

        options.check(getattr(options, known), where, given)


class LaterMembers:
    """Gives a class its members that come later: they are there, and say so when they are called."""

    __slots__ = ()

    known_as: ClassVar[str] = ""
    """The class's name in the list."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if not name.startswith("_"):
                from .members import LATER
                from .stand_ins import stand_in

                kind = type(self).known_as
                for feature, names in LATER.get(kind, {}).items():
                    if name in names.split():
                        return stand_in(f"{kind}.{name}", f"it comes with {feature}")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


class LaterServer(LaterMembers):
    """The same for a server, with what is called on its class."""

    @classmethod
    def from_openapi(cls, *_positional: Any, **_options: Any) -> NoReturn:
        """Not yet: raises NotYetError."""
        _refuse(f"{cls.known_as}.from_openapi")

    @classmethod
    def from_fastapi(cls, *_positional: Any, **_options: Any) -> NoReturn:
        """Not yet: raises NotYetError."""
        _refuse(f"{cls.known_as}.from_fastapi")

    @classmethod
    def as_proxy(cls, *_positional: Any, **_options: Any) -> NoReturn:
        """Not yet: raises NotYetError."""
        _refuse(f"{cls.known_as}.as_proxy")


def _refuse(name: str) -> NoReturn:
    from ..errors import NotYetError
    from .names import COMPOSITION

    raise NotYetError.of(name, COMPOSITION)
