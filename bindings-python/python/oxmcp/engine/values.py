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
    """A JSON object whose members can be read as attributes too, in either spelling; absent ones are None."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self:
            return self[name]
        head, *rest = name.split("_")
        return self.get(head + "".join(word.title() for word in rest))


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
