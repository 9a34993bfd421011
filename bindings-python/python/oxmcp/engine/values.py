"""Small values that the Context gives: what is done already, JSON objects with attributes, headers."""

from __future__ import annotations

from collections.abc import Awaitable, Generator, Iterator, Mapping
from typing import Any


class Done(Awaitable[None]):
    """What is already done: may be awaited, need not be, so a plain function can report progress and log too."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, None, None]:
        return iter(())  # type: ignore[return-value]

    def send(self, _value: Any) -> Any:
        """Ends at once, as a finished coroutine does: a task may be made of it."""
        raise StopIteration(None)

    def throw(self, error: BaseException, *_rest: Any) -> Any:
        """Raises `error`: there is nothing in flight that could handle it."""
        raise error

    def close(self) -> None:
        """Has nothing to close."""


DONE = Done()


class Attributes(dict[str, Any]):
    """A JSON object whose members can be read as attributes too, in either spelling; absent ones are None.

    A member wins over a method of the same name: `data.items` is the member. The methods are then `dict.items(data)`.
    """

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("__") and dict.__contains__(self, name):
            return dict.__getitem__(self, name)
        return super().__getattribute__(name)

    def __reduce__(self) -> Any:
        return (_attributes_of, (list(dict.items(self)),))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        head, *rest = name.split("_")
        return dict.get(self, head + "".join(word.title() for word in rest))


def _attributes_of(members: list[tuple[str, Any]]) -> Attributes:
    return Attributes(members)


def attributes(value: Any) -> Any:
    """A JSON value whose objects, however deep, can be read by attribute."""
    if isinstance(value, Mapping):
        return Attributes({name: attributes(member) for name, member in value.items()})
    return [attributes(item) for item in value] if isinstance(value, list) else value


class Headers(Mapping[str, str]):
    """The HTTP headers of a request. Names are compared without regard to case."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({', '.join(self._values)})"  # values may be secrets
