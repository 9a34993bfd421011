"""The tools every benchmark server offers, so that all of them do the same work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

QUESTION = "Really?"


class Confirmation(BaseModel):
    """What the tools that ask want to know."""

    sure: bool


def echo(text: str) -> str:
    """Return the text."""
    return text


async def echo_async(text: str) -> str:
    """Return the text, from a coroutine."""
    return text


def add(a: int, b: int) -> int:
    """Add two whole numbers."""
    return a + b


def many(count: int) -> list[tuple[str, Callable[..., Any]]]:
    """As many tools as asked, with an ordinary signature and a description each."""

    def make(number: int) -> Callable[..., Any]:
        def tool(query: str, limit: int = 10, tags: list[str] | None = None, exact: bool = False) -> str:
            return f"{number}: {query}"

        tool.__name__ = f"search_{number}"
        tool.__doc__ = f"Search collection {number} and return the best matches, newest first."
        return tool

    return [(f"search_{number}", make(number)) for number in range(count)]
